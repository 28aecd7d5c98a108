"""Which systems must come to the platform, by when and how ready they are, for systems (QC15.1, Q50-16.1)."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import WordsFilter, actor_of
from catalog.choices import PlanState
from catalog.models import ConnectionPlan, ReadinessAnswer
from core import clock
from core.api.pages import Pages
from core.api.views import ListView

_ANSWER = {"criterion": "security-level", "ready": False, "note": "Đang trình phê duyệt cấp độ"}
_SAMPLE: dict[str, Any] = {
    "id": 5,
    "agency": "H60.07",
    "system": "H60.07.HT01",
    "name": "Hệ thống thông tin giải quyết thủ tục hành chính (mẫu)",
    "basis": "Khoản 1 Điều 15 Quy chế",
    "planned_on": "2027-03-31",
    "revised_on": None,
    "revise_reason": "",
    "due": "2027-03-31",
    "note": "",
    "state": "preparing",
    "drop_reason": "",
    "assessed_on": "2026-11-20",
    "answers": [_ANSWER],
}


class ByName(Pages):
    """Pages in Vietnamese order of names, or in the order of making."""

    sorts = {"name": ("sort_key", "id"), "made": ("id",)}


@extend_schema_serializer(
    component_name="ReadinessAnswer", description=_("Câu trả lời của cơ quan cho một tiêu chí sẵn sàng.")
)
class AnswerSerializer(serializers.ModelSerializer[ReadinessAnswer]):
    """What an agency says of one criterion."""

    criterion = serializers.CharField(source="criterion.code", read_only=True, help_text=_("Mã tiêu chí."))

    class Meta:
        model = ReadinessAnswer
        fields = read_only_fields = tuple(_ANSWER)


@extend_schema_serializer(
    component_name="ConnectionPlan",
    description=_("Một hệ thống cần kết nối với nền tảng, ngày dự kiến và mức sẵn sàng."),
    examples=[OpenApiExample("connection-plan", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class PlanSerializer(serializers.ModelSerializer[ConnectionPlan]):
    """An entry of the plan as systems see it."""

    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự trong kế hoạch."))
    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan chủ quản."))
    system = serializers.CharField(
        source="system.code",
        allow_null=True,
        default=None,
        read_only=True,
        help_text=_("Mã hệ thống; trống khi chưa có trong danh mục hệ thống."),
    )
    due = serializers.DateField(
        allow_null=True, read_only=True, help_text=_("Ngày phải kết nối: ngày mới nếu đã đổi, nếu không là ngày đầu.")
    )
    answers = AnswerSerializer(
        source="answers_asked", many=True, read_only=True, help_text=_("Trả lời các tiêu chí đang áp dụng.")
    )

    class Meta:
        model = ConnectionPlan
        fields = read_only_fields = tuple(_SAMPLE)


class PlanFilter(WordsFilter):
    """By words, agency and state; ``overdue`` is today's."""

    agency = filters.CharFilter(field_name="agency__code", max_length=35, help_text=_("Mã cơ quan chủ quản."))
    state = filters.ChoiceFilter(choices=PlanState.choices, help_text=_("Tình trạng."))
    overdue = filters.BooleanFilter(
        method="by_days", help_text=_("Đã quá ngày mà chưa kết nối; bỏ trống để lấy tất cả.")
    )

    def by_days(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep what is past its day, or the rest."""
        late = ConnectionPlan.objects.overdue(clock.today()).values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


@extend_schema_view(
    get=extend_schema(
        summary="Kế hoạch kết nối",
        description=_("Hệ thống của cơ quan cần kết nối với nền tảng; cán bộ của Sở thấy của mọi cơ quan."),
    )
)
class ConnectionPlans(ListView[ConnectionPlan]):
    """Entries of the plan the caller may see."""

    wanted = ("system.view_own", "system.view_all")
    queryset = ConnectionPlan.objects.none()
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    pagination_class = ByName

    def get_queryset(self) -> Any:
        """Return what the caller may see, with the answers to the questions asked today; two queries a page."""
        answers = ReadinessAnswer.objects.filter(criterion__active=True).select_related("criterion")
        asked = Prefetch("answers", answers.order_by("criterion__place", "pk"), to_attr="answers_asked")
        seen = ConnectionPlan.objects.visible_to(actor_of(self)).select_related("agency", "system")
        return seen.prefetch_related(asked)

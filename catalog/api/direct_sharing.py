"""The register of direct sharing for systems of either side and of SKHCN (QC11.8)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import WordsFilter, actor_of
from catalog.duty_choices import SharingState
from catalog.models import DirectSharing
from catalog.models.exceptions import READ_OWN
from core.api.pages import Pages
from core.api.views import ListView

_SAMPLE = {
    "id": 2,
    "provider": "H60.03",
    "receiver": "H60.07",
    "receiver_name": "",
    "data": "Dữ liệu thửa đất (mẫu)",
    "why": "Hệ thống nguồn chưa kết nối được với nền tảng",
    "authority": "Ủy ban nhân dân tỉnh",
    "legal_basis": "Khoản 8 Điều 11 Quy chế",
    "decision_number": "34/QĐ-UBND",
    "decided_on": "2026-03-02",
    "valid_from": "2026-03-10",
    "valid_to": "2027-03-09",
    "review_on": "2026-12-31",
    "state": "in_force",
    "is_overdue": False,
    "ended_on": None,
    "end_reason": "",
}


class ByReview(Pages):
    """Pages in order of the next day of review, or in the order of making."""

    sorts = {"review_on": ("review_on", "id"), "made": ("id",)}


@extend_schema_serializer(
    component_name="DirectSharing",
    description=_("Một trường hợp chia sẻ dữ liệu ngoài nền tảng, có quyết định và thời hạn."),
    examples=[OpenApiExample("direct-sharing", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class SharingSerializer(serializers.ModelSerializer[DirectSharing]):
    """A case of direct sharing; its state is today's."""

    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự của trường hợp."))
    provider = serializers.CharField(source="provider.code", read_only=True, help_text=_("Mã cơ quan cung cấp."))
    receiver = serializers.CharField(
        source="receiver.code", allow_null=True, default=None, read_only=True, help_text=_("Mã cơ quan nhận.")
    )
    state = serializers.ChoiceField(SharingState.choices, read_only=True, label=_("tình trạng hôm nay"))
    is_overdue = serializers.BooleanField(
        read_only=True, help_text=_("Đã quá ngày rà soát hoặc hết thời hạn mà chưa chấm dứt.")
    )

    class Meta:
        model = DirectSharing
        fields = read_only_fields = tuple(_SAMPLE)


class SharingFilter(WordsFilter):
    """By words; ``overdue`` is today's."""

    overdue = filters.BooleanFilter(
        method="by_days", help_text=_("Đã quá ngày rà soát hoặc hết thời hạn; bỏ trống để lấy tất cả.")
    )

    def by_days(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep what is past its day, or the rest."""
        late = DirectSharing.objects.overdue().values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách trường hợp chia sẻ trực tiếp",
        description=_("Trường hợp mà cơ quan là bên cung cấp hoặc bên nhận; cán bộ của Sở thấy hết."),
    )
)
class DirectSharings(ListView[DirectSharing]):
    """Cases of direct sharing the caller may see."""

    wanted = (*READ_OWN, "service.view_all")
    queryset = DirectSharing.objects.none()
    serializer_class = SharingSerializer
    filterset_class = SharingFilter
    pagination_class = ByReview

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return DirectSharing.objects.visible_to(actor_of(self)).select_related("provider", "receiver")

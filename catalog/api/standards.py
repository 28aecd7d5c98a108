"""The register of standards and the codes of shared code lists, for systems (QC4.1, QC4.2, Q50-15.1)."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import ByCode, ByTitle, WordsFilter, number_in_path
from catalog.choices import StandardKind
from catalog.models import CodeListEntry, DataService, Standard
from core import clock
from core.api.views import DetailView, ListView

_SAMPLE: dict[str, Any] = {
    "id": 4,
    "kind": "code_list",
    "number": "DM-MAU-01",
    "title": "Danh mục đơn vị hành chính (mẫu)",
    "issuer": "Cơ quan ban hành (mẫu)",
    "issued_on": "2026-01-15",
    "valid_from": "2026-02-01",
    "valid_to": None,
    "replaced_by": None,
    "source": "Công báo",
    "note": "",
    "needs_check": False,
    "is_default": False,
    "services": ["administrative-units"],
}
_ENTRY: dict[str, Any] = {
    "code": "01",
    "title": "Mục mẫu",
    "parent_code": "",
    "valid_from": None,
    "valid_to": None,
}


@extend_schema_serializer(
    component_name="Standard",
    description=_("Một tiêu chuẩn, quy chuẩn, danh mục dùng chung hoặc văn bản đang áp dụng."),
    examples=[OpenApiExample("standard", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class StandardSerializer(serializers.ModelSerializer[Standard]):
    """A standard as systems see it; ``needs_check`` true: nobody has compared it with its text yet."""

    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự trong danh sách."))
    replaced_by = serializers.IntegerField(
        source="replaced_by_id", allow_null=True, read_only=True, help_text=_("Số thứ tự của văn bản thay thế.")
    )
    services = serializers.SerializerMethodField(help_text=_("Mã các dịch vụ đã công bố áp dụng."))

    class Meta:
        model = Standard
        fields = read_only_fields = tuple(_SAMPLE)

    def get_services(self, standard: Any) -> list[str]:
        """Return the codes of the published services that follow it."""
        return [service.code for service in standard.services_seen]


@extend_schema_serializer(
    component_name="CodeListEntry",
    description=_("Một mã của danh mục dùng chung; mã đã thôi dùng có ngày kết thúc."),
    examples=[OpenApiExample("entry", summary="Ví dụ", value=_ENTRY, response_only=True)],
)
class EntrySerializer(serializers.ModelSerializer[CodeListEntry]):
    """One code of a code list."""

    class Meta:
        model = CodeListEntry
        fields = read_only_fields = tuple(_ENTRY)


class StandardFilter(WordsFilter):
    """By words and kind; ``in_force`` is today's, as far as it is known."""

    kind = filters.ChoiceFilter(choices=StandardKind.choices, help_text=_("Loại văn bản."))
    in_force = filters.BooleanFilter(
        method="by_force", help_text=_("Có hiệu lực vào hôm nay hay không; bỏ trống để lấy tất cả.")
    )

    def by_force(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep what applies today, or the rest."""
        known = Standard.objects.in_force(clock.today()).values("pk")
        return queryset.filter(pk__in=known) if value else queryset.exclude(pk__in=known)


def _standards() -> Any:
    """Return the register with the published services of each; two queries a page."""
    services = DataService.objects.published().order_by("code")
    return Standard.objects.prefetch_related(Prefetch("services", services, to_attr="services_seen"))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách tiêu chuẩn, văn bản áp dụng",
        description=_("Tiêu chuẩn, quy chuẩn, danh mục dùng chung, kế hoạch và hướng dẫn, gồm cả văn bản đã thay."),
    )
)
class Standards(ListView[Standard]):
    """The register of standards."""

    queryset = _standards()
    serializer_class = StandardSerializer
    filterset_class = StandardFilter
    pagination_class = ByTitle


@extend_schema_view(
    get=extend_schema(
        operation_id="standards_retrieve",
        summary="Một tiêu chuẩn, văn bản áp dụng",
        description=_("Tìm theo số thứ tự trong danh sách."),
        parameters=[number_in_path(_("Số thứ tự của văn bản."))],
    )
)
class StandardDetail(DetailView[Standard]):
    """One standard."""

    queryset = _standards()
    serializer_class = StandardSerializer


@extend_schema_view(
    get=extend_schema(
        operation_id="standards_entries_list",
        summary="Các mã của một danh mục dùng chung",
        description=_("Văn bản không phải danh mục dùng chung thì không có mã nào."),
        parameters=[number_in_path(_("Số thứ tự của danh mục."))],
    )
)
class Entries(ListView[CodeListEntry]):
    """The codes of one code list."""

    queryset = CodeListEntry.objects.none()
    serializer_class = EntrySerializer
    filterset_class = WordsFilter
    pagination_class = ByCode

    def get_queryset(self) -> Any:
        """Return the codes of the list in the address; a list nobody knows is not found."""
        if not Standard.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        return CodeListEntry.objects.filter(standard_id=self.kwargs["pk"])

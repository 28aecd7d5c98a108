"""The catalogue of data services for systems (QC11.2); addresses of source systems are nowhere in it."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import WordsFilter, actor_of, code_in_path
from catalog.api.service_versions import VERSION, VersionSerializer
from catalog.choices import SharingClass
from catalog.guards import may_edit_services_of
from catalog.models import DataService, Operation, ServiceVersion
from core.api.pages import Pages
from core.api.views import DetailView, ListView

_SAMPLE: dict[str, Any] = {
    "code": "administrative-units",
    "title": "Đơn vị hành chính cấp xã (mẫu)",
    "summary": "Danh sách xã, phường của tỉnh",
    "provider": "H60.03",
    "data_scope": "124 xã, phường của tỉnh",
    "eligible_consumers": "Cơ quan nhà nước trong tỉnh",
    "sharing_method": "online",
    "sharing_class": "shared",
    "personal_data": "none",
    "data_layer": "reference",
    "importance": "other",
    "sector": "noi-vu",
    "mandatory_sharing": True,
    "security_note": "",
    "update_every_days": 30,
    "data_updated_on": "2026-11-01",
    "default_quota": 5000,
    "capacity_per_day": None,
    "is_sample": True,
    "versions": [VERSION],
}


class ByTitle(Pages):
    """Pages in Vietnamese order of titles, or in order of codes."""

    sorts = {"title": ("sort_key", "id"), "code": ("code", "id")}


@extend_schema_serializer(
    component_name="DataService",
    description=_("Một dịch vụ dữ liệu của danh mục với các phiên bản người gọi được thấy."),
    examples=[OpenApiExample("service", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class ServiceSerializer(serializers.ModelSerializer[DataService]):
    """A service as systems see it; what its provider can serve a day is told to the provider and SKHCN."""

    provider = serializers.CharField(source="provider.code", read_only=True, help_text=_("Mã cơ quan cung cấp."))
    sector = serializers.CharField(
        source="sector.code", allow_null=True, default=None, read_only=True, help_text=_("Mã lĩnh vực.")
    )
    versions = VersionSerializer(
        source="versions_seen", many=True, read_only=True, help_text=_("Các phiên bản, mới nhất trước.")
    )

    class Meta:
        model = DataService
        fields = read_only_fields = tuple(_SAMPLE)

    def to_representation(self, instance: DataService) -> dict[str, Any]:
        """Leave the capacity to those it concerns."""
        shown: dict[str, Any] = super().to_representation(instance)
        actor = actor_of(self.context["view"])
        if not (actor.may("service.view_all") or may_edit_services_of(actor, instance.provider_id)):
            shown["capacity_per_day"] = None
        return shown


class ServiceFilter(WordsFilter):
    """By words, provider, sharing class, and whether everybody may ask for it."""

    provider = filters.CharFilter(field_name="provider__code", max_length=35, help_text=_("Mã cơ quan cung cấp."))
    sector = filters.CharFilter(field_name="sector__code", max_length=64, help_text=_("Mã lĩnh vực."))
    sharing_class = filters.ChoiceFilter(choices=SharingClass.choices, help_text=_("Mức chia sẻ."))
    published = filters.BooleanFilter(
        method="by_publication", help_text=_("Có phiên bản đang công bố hay không; bỏ trống để lấy tất cả.")
    )

    def by_publication(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep what stands in the public catalogue, or the rest."""
        known = DataService.objects.published().values("pk")
        return queryset.filter(pk__in=known) if value else queryset.exclude(pk__in=known)


def services_for(view: Any) -> Any:
    """Return the services the caller may see with the versions they may see; four queries a page."""
    actor = actor_of(view)
    operations = Operation.objects.prefetch_related("elements").order_by("template", "method")
    versions = ServiceVersion.objects.visible_to(actor).order_by("-id")
    versions = versions.prefetch_related(Prefetch("operations", operations))
    seen = DataService.objects.visible_to(actor).select_related("provider", "sector")
    return seen.prefetch_related(Prefetch("versions", versions, to_attr="versions_seen"))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách dịch vụ dữ liệu",
        description=_("Dịch vụ đã công bố và dịch vụ của cơ quan; không gồm địa chỉ hệ thống nguồn."),
    )
)
class Services(ListView[DataService]):
    """Services the caller may see."""

    queryset = DataService.objects.none()
    serializer_class = ServiceSerializer
    filterset_class = ServiceFilter
    pagination_class = ByTitle

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return services_for(self)


@extend_schema_view(
    get=extend_schema(
        operation_id="services_retrieve",
        summary="Một dịch vụ dữ liệu",
        description=_("Tìm theo mã dịch vụ."),
        parameters=[code_in_path(_("Mã dịch vụ, ví dụ administrative-units."), 64)],
    )
)
class ServiceDetail(DetailView[DataService]):
    """One service by its code."""

    queryset = DataService.objects.none()
    serializer_class = ServiceSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return services_for(self)

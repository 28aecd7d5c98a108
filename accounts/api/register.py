"""The register for systems."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from accounts.choices import AgencyKind
from accounts.models import Agency
from core import clock
from core.api.pages import Pages
from core.api.views import DetailView, ListView

_SAMPLE = {
    "code": "H60.02",
    "code_is_official": False,
    "name": "Sở Khoa học và Công nghệ",
    "name_is_official": True,
    "short_name": "Sở KH&CN",
    "kind": "department",
    "admin_unit_code": "",
    "unit_level": "",
    "legacy_code": "",
    "parent_code": "H60",
    "successor_code": None,
    "valid_from": "2025-07-01",
    "valid_to": None,
    "source": "Nghị quyết của Hội đồng nhân dân tỉnh",
}


class ByName(Pages):
    """Pages in Vietnamese order of names, or in order of codes."""

    sorts = {"name": ("sort_key", "id"), "code": ("code", "id")}


@extend_schema_serializer(
    component_name="Agency",
    description=_("Một cơ quan, đơn vị; mã chưa phải mã chính thức là mã mẫu, có thể được thay."),
    examples=[OpenApiExample("agency", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency as systems see it; ``code_is_official`` false marks a sample code."""

    parent_code = serializers.CharField(
        source="parent.code", allow_null=True, default=None, read_only=True, help_text=_("Mã cơ quan cấp trên.")
    )
    successor_code = serializers.CharField(
        source="successor.code", allow_null=True, default=None, read_only=True, help_text=_("Mã cơ quan kế thừa.")
    )

    class Meta:
        model = Agency
        fields = read_only_fields = (
            "code",
            "code_is_official",
            "name",
            "name_is_official",
            "short_name",
            "kind",
            "admin_unit_code",
            "unit_level",
            "legacy_code",
            "parent_code",
            "successor_code",
            "valid_from",
            "valid_to",
            "source",
        )


class AgencyFilter(filters.FilterSet):
    """``q`` folds diacritics; ``in_force`` is today's."""

    q = filters.CharFilter(
        method="by_words", help_text=_("Các từ phải có trong tên hoặc mã, không phân biệt dấu và chữ hoa.")
    )
    kind = filters.ChoiceFilter(choices=AgencyKind.choices, help_text=_("Loại cơ quan."))
    in_force = filters.BooleanFilter(
        method="by_force", help_text=_("Có tồn tại vào hôm nay hay không; bỏ trống để lấy tất cả.")
    )

    class Meta:
        model = Agency
        fields = ("q", "kind", "in_force")

    def by_words(self, queryset, name: str, value: str):  # type: ignore[no-untyped-def]
        """Match every folded word."""
        return queryset.matching(value)

    def by_force(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep those that exist today, or those that do not."""
        living = Agency.objects.in_force(clock.today())
        return queryset.filter(pk__in=living.values("pk")) if value else queryset.exclude(pk__in=living.values("pk"))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách cơ quan, đơn vị",
        description=_("Danh bạ theo thứ tự chữ cái tiếng Việt, gồm cả cơ quan đã hết hiệu lực."),
    )
)
class Agencies(ListView[Agency]):
    """List of agencies."""

    queryset = Agency.objects.select_related("parent", "successor")
    serializer_class = AgencySerializer
    filterset_class = AgencyFilter
    pagination_class = ByName


_CODE: Any = {"type": "string", "minLength": 1, "maxLength": 35}


@extend_schema_view(
    get=extend_schema(
        operation_id="agencies_retrieve",
        summary="Một cơ quan, đơn vị",
        description=_("Tìm theo mã định danh điện tử đang dùng."),
        parameters=[
            OpenApiParameter(
                "code", _CODE, OpenApiParameter.PATH, description=_("Mã định danh điện tử, ví dụ H60.02.")
            )
        ],
    )
)
class AgencyDetail(DetailView[Agency]):
    """One agency by its code."""

    queryset = Agency.objects.select_related("parent", "successor")
    serializer_class = AgencySerializer
    lookup_field = "code"

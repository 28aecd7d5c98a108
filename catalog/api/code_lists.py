"""Small lists everybody signed in reads: purposes, fields of state management, structures of messages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from catalog.api.reading import ByCode
from catalog.models import MessageProfile, Purpose, Sector
from core import clock
from core.api.views import ListView

_PURPOSE = {
    "code": "administrative-procedures",
    "title": "Giải quyết thủ tục hành chính",
    "description": "",
    "source": "Mặc định hệ thống",
    "is_default": True,
    "active": True,
}
_SECTOR = {
    "code": "dat-dai",
    "title": "Đất đai",
    "source": "Mặc định hệ thống",
    "is_default": True,
    "active": True,
}
_PROFILE = {
    "code": "data-answer",
    "version": "1.0",
    "title": "Câu trả lời dữ liệu (minh họa)",
    "form": "json",
    "schema": {"type": "object"},
    "xsd": "",
    "source": "Minh họa của hệ thống",
    "clause": "QC9.8",
    "illustration": True,
    "valid_from": "2026-01-01",
    "valid_to": None,
}


class ActiveFilter(filters.FilterSet):
    """What is offered now, or what no longer is."""

    active = filters.BooleanFilter(help_text=_("Đang áp dụng hay không; bỏ trống để lấy tất cả."))


class ProfileFilter(filters.FilterSet):
    """In force today, and by code."""

    code = filters.CharFilter(max_length=64, help_text=_("Mã cấu trúc."))
    in_force = filters.BooleanFilter(
        method="by_force", help_text=_("Có hiệu lực vào hôm nay hay không; bỏ trống để lấy tất cả.")
    )

    def by_force(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep the versions that apply today, or the others."""
        known = MessageProfile.objects.in_force(clock.today()).values("pk")
        return queryset.filter(pk__in=known) if value else queryset.exclude(pk__in=known)


@extend_schema_serializer(
    component_name="Purpose",
    description=_("Một mục đích khai thác dữ liệu."),
    examples=[OpenApiExample("purpose", summary="Ví dụ", value=_PURPOSE, response_only=True)],
)
class PurposeSerializer(serializers.ModelSerializer[Purpose]):
    """A purpose a call may serve."""

    class Meta:
        model = Purpose
        fields = read_only_fields = tuple(_PURPOSE)


@extend_schema_serializer(
    component_name="Sector",
    description=_("Một lĩnh vực quản lý nhà nước."),
    examples=[OpenApiExample("sector", summary="Ví dụ", value=_SECTOR, response_only=True)],
)
class SectorSerializer(serializers.ModelSerializer[Sector]):
    """A field of state management."""

    class Meta:
        model = Sector
        fields = read_only_fields = tuple(_SECTOR)


@extend_schema_serializer(
    component_name="MessageProfile",
    description=_("Một phiên bản cấu trúc thông điệp, dạng JSON Schema hoặc XSD."),
    examples=[OpenApiExample("message-profile", summary="Ví dụ", value=_PROFILE, response_only=True)],
)
class ProfileSerializer(serializers.ModelSerializer[MessageProfile]):
    """A structure messages follow."""

    schema: Any = serializers.DictField(
        read_only=True, allow_null=True, help_text=_("Nội dung JSON Schema (2020-12); để trống nếu cấu trúc là XSD.")
    )

    class Meta:
        model = MessageProfile
        fields = read_only_fields = tuple(_PROFILE)


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách mục đích khai thác", description=_("Mã mục đích dùng khi đề nghị và khi gọi dữ liệu.")
    )
)
class Purposes(ListView[Purpose]):
    """Purposes data may be asked for."""

    queryset = Purpose.objects.all()
    serializer_class = PurposeSerializer
    filterset_class = ActiveFilter
    pagination_class = ByCode


@extend_schema_view(
    get=extend_schema(summary="Danh sách lĩnh vực", description=_("Lĩnh vực dùng để phân nhóm dịch vụ dữ liệu."))
)
class Sectors(ListView[Sector]):
    """Fields of state management."""

    queryset = Sector.objects.all()
    serializer_class = SectorSerializer
    filterset_class = ActiveFilter
    pagination_class = ByCode


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách cấu trúc thông điệp",
        description=_("Các phiên bản cấu trúc mà thông điệp phải theo; bản minh họa được ghi rõ."),
    )
)
class MessageProfiles(ListView[MessageProfile]):
    """Structures of messages."""

    queryset = MessageProfile.objects.all()
    serializer_class = ProfileSerializer
    filterset_class = ProfileFilter
    pagination_class = ByCode

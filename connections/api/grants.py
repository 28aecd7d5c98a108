"""Grants for systems: what may be called, for which purpose, until when (QC4.6, QC11.3)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from connections.models import Grant
from core import clock
from core.api.pages import Pages
from core.api.views import DetailView, ListView
from core.choices import Environment
from core.text import fold

READ = ("request.view_own", "request.view_all", "grant.advise")
_SAMPLE = {
    "code": "QK-261129-0001",
    "system": "H60.07.HT01",
    "owner": "H60.07",
    "service": "administrative-units",
    "provider": "H60.03",
    "environment": "live",
    "purpose": "administrative-procedures",
    "operations": ["list-communes"],
    "fields": ["code", "name"],
    "networks": ["10.20.30.0/24"],
    "daily_quota": 5000,
    "rate_per_second": 20,
    "rate_per_minute": None,
    "hours": [{"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:30"}],
    "valid_from": "2026-11-29",
    "valid_to": None,
    "opened_at": "2026-11-29T08:00:00+07:00",
    "narrowed_at": None,
    "revoked_at": None,
    "revoke_reason": "",
}


_CODE: Any = {"type": "string", "minLength": 1, "maxLength": 24}


class Newest(Pages):
    """Pages in the order of opening."""

    sorts = {"opened": ("id",), "code": ("code", "id")}


_SPAN: Any = {
    "type": "array",
    "readOnly": True,
    "items": {
        "type": "object",
        "required": ["days", "from", "to"],
        "properties": {
            "days": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}},
            "from": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
            "to": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"},
        },
    },
}


@extend_schema_field(_SPAN)
class HoursField(serializers.JSONField):
    """Hours of the week as ``core.hours`` keeps them."""


@extend_schema_serializer(
    component_name="Grant",
    description=_("Một quyền khai thác: hệ thống nào gọi được dịch vụ nào, trong phạm vi nào."),
    examples=[OpenApiExample("grant", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class GrantSerializer(serializers.ModelSerializer[Grant]):
    """A grant as systems see it; ``fields`` null means every field the service names."""

    system = serializers.CharField(source="system.code", read_only=True, help_text=_("Mã hệ thống khai thác."))
    owner = serializers.CharField(source="system.owner.code", read_only=True, help_text=_("Mã cơ quan khai thác."))
    service = serializers.CharField(source="service.code", read_only=True, help_text=_("Mã dịch vụ dữ liệu."))
    provider = serializers.CharField(
        source="service.provider.code", read_only=True, help_text=_("Mã cơ quan cung cấp.")
    )
    purpose = serializers.CharField(source="purpose.code", read_only=True, help_text=_("Mã mục đích."))
    operations = serializers.ListField(child=serializers.CharField(), read_only=True, help_text=_("Mã các thao tác."))
    networks = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text=_("Địa chỉ mạng được phép gọi.")
    )

    hours = HoursField(
        read_only=True, help_text=_("Khung giờ gọi được theo giờ Việt Nam, thứ Hai là 1; rỗng là mọi lúc.")
    )

    class Meta:
        model = Grant
        fields = read_only_fields = tuple(_SAMPLE)


class GrantFilter(filters.FilterSet):
    """``q`` folds diacritics; ``in_force`` is today's."""

    q = filters.CharFilter(method="by_words", help_text=_("Các từ phải có trong tên, mã hệ thống hoặc dịch vụ."))
    environment = filters.ChoiceFilter(choices=Environment.choices, help_text=_("Môi trường."))
    in_force = filters.BooleanFilter(method="by_force", help_text=_("Có hiệu lực vào hôm nay hay không."))

    class Meta:
        model = Grant
        fields = ("q", "environment", "in_force")

    def by_words(self, queryset, name: str, value: str):  # type: ignore[no-untyped-def]
        """Match every folded word in the system or in the service."""
        for word in fold(value).split():
            queryset = queryset.filter(system__search__contains=word) | queryset.filter(service__search__contains=word)
        return queryset

    def by_force(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep the grants a call may use today, or the others."""
        today = clock.today()
        ended = queryset.filter(revoked_at__isnull=False) | queryset.filter(valid_to__lt=today)
        return queryset.exclude(pk__in=ended.values("pk")) if value else ended


def grants_for(view: Any) -> Any:
    """Return the grants the caller may see, with what the serializer reads."""
    actor = view.request._request.actor
    return Grant.objects.visible_to(actor).select_related("system__owner", "service__provider", "purpose")


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách quyền khai thác",
        description=_("Quyền của hệ thống thuộc cơ quan và quyền trên dịch vụ cơ quan cung cấp."),
    )
)
class Grants(ListView[Grant]):
    """Grants the caller may see."""

    wanted = READ
    queryset = Grant.objects.none()
    serializer_class = GrantSerializer
    filterset_class = GrantFilter
    pagination_class = Newest

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return grants_for(self)


@extend_schema_view(
    get=extend_schema(
        operation_id="grants_retrieve",
        summary="Một quyền khai thác",
        description=_("Tìm theo mã quyền."),
        parameters=[
            OpenApiParameter("code", _CODE, OpenApiParameter.PATH, description=_("Mã quyền, ví dụ QK-261129-0001."))
        ],
    )
)
class GrantDetail(DetailView[Grant]):
    """One grant by its code."""

    wanted = READ
    queryset = Grant.objects.none()
    serializer_class = GrantSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return grants_for(self)

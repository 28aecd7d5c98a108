"""Connections and keys for systems; secrets are nowhere in it (N32)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers

from connections.models import Connection, Credential
from connections.selectors.connections import connections_seen
from connections.selectors.keys import keys_seen
from core.api.pages import Pages
from core.api.views import ListView
from core.choices import Environment

_HOLD = {"side": "operator", "agency": "H60.02", "placed_at": "2026-11-29T08:00:00+07:00"}
_CONNECTION = {
    "id": 3,
    "system": "H60.07.HT01",
    "owner": "H60.07",
    "opened_at": "2026-11-01T08:00:00+07:00",
    "live_at": "2026-11-20T08:00:00+07:00",
    "closed_at": None,
    "holds": [_HOLD],
}
_KEY: dict[str, Any] = {
    "access_key": "ak_live_0000000000000000000000000000",
    "name": "Máy chủ chính",
    "system": "H60.07.HT01",
    "environment": "live",
    "algorithm": "ed25519",
    "networks": [],
    "made_at": "2026-11-20T08:00:00+07:00",
    "activated_at": "2026-11-20T08:10:00+07:00",
    "valid_to": "2027-11-20",
    "revoked_at": None,
}


class ByNumber(Pages):
    """Pages in the order of making."""

    sorts = {"made": ("id",)}


class HoldSerializer(serializers.Serializer[Any]):
    """A suspension in force."""

    side = serializers.CharField(read_only=True, help_text=_("Bên tạm dừng."))
    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan tạm dừng."))
    placed_at = serializers.DateTimeField(read_only=True, help_text=_("Tạm dừng từ lúc."))


@extend_schema_serializer(
    component_name="Connection",
    description=_("Kết nối của một hệ thống với nền tảng."),
    examples=[OpenApiExample("connection", summary="Ví dụ", value=_CONNECTION, response_only=True)],
)
class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """A connection; it runs while it is live, not closed and without a hold."""

    system = serializers.CharField(source="system.code", read_only=True, help_text=_("Mã hệ thống."))
    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự của kết nối."))
    owner = serializers.CharField(source="system.owner.code", read_only=True, help_text=_("Mã cơ quan chủ quản."))
    holds = HoldSerializer(source="open_now", many=True, read_only=True, help_text=_("Các bên đang tạm dừng."))

    class Meta:
        model = Connection
        fields = read_only_fields = tuple(_CONNECTION)


@extend_schema_view(
    get=extend_schema(summary="Danh sách kết nối", description=_("Kết nối của cơ quan và kết nối tới dịch vụ mình."))
)
class Connections(ListView[Connection]):
    """Connections the caller may see."""

    wanted = ("request.view_own", "request.view_all", "grant.advise", "people.manage_own")
    queryset = Connection.objects.none()
    serializer_class = ConnectionSerializer
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return connections_seen(self.request._request.actor)  # type: ignore[attr-defined]


@extend_schema_serializer(
    component_name="Key",
    description=_("Phần công khai của một khóa; khóa bí mật không bao giờ đọc lại được."),
    examples=[OpenApiExample("key", summary="Ví dụ", value=_KEY, response_only=True)],
)
class KeySerializer(serializers.ModelSerializer[Credential]):
    """A key without its secret."""

    system = serializers.CharField(source="system.code", read_only=True, help_text=_("Mã hệ thống."))
    networks = serializers.ListField(child=serializers.CharField(), read_only=True, help_text=_("Địa chỉ được phép."))

    class Meta:
        model = Credential
        fields = read_only_fields = tuple(_KEY)


class KeyFilter(filters.FilterSet):
    """By environment, and whether a key can sign calls at all."""

    environment = filters.ChoiceFilter(choices=Environment.choices, help_text=_("Môi trường."))
    revoked = filters.BooleanFilter(
        field_name="revoked_at", lookup_expr="isnull", exclude=True, help_text=_("Đã thu hồi hay chưa.")
    )

    class Meta:
        model = Credential
        fields = ("environment", "revoked")


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách khóa", description=_("Khóa của hệ thống thuộc cơ quan, không có khóa bí mật.")
    )
)
class Keys(ListView[Credential]):
    """Keys the caller may see."""

    wanted = ("request.view_own", "request.view_all")
    queryset = Credential.objects.none()
    serializer_class = KeySerializer
    filterset_class = KeyFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return keys_seen(self.request._request.actor)  # type: ignore[attr-defined]

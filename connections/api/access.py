"""Requests for use for systems: what was asked, what providers and SKHCN said (QC4.6)."""

from typing import Any

from django.db.models import Prefetch
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

from connections.api.grants import READ
from connections.choices import AccessState
from connections.models import AccessLine, AccessRequest
from core.api.pages import Pages
from core.api.views import DetailView, ListView

_LINE = {
    "service": "land-parcels",
    "operations": ["find-parcel"],
    "fields": ["code"],
    "daily_quota": 500,
    "opinion": "agree",
    "opinion_text": "",
    "outcome": "approved",
    "reason": "",
    "legal_basis": "",
}
_SAMPLE = {
    "id": 12,
    "code": "KT-261129-0001",
    "agency": "H60.07",
    "system": "H60.07.HT01",
    "purpose": "administrative-procedures",
    "purpose_text": "Điền sẵn thửa đất",
    "legal_basis": "Khoản 4 Điều 4 Quy chế",
    "frequency": "Mỗi hồ sơ",
    "wanted_until": "2027-12-31",
    "state": "decided",
    "sent_at": "2026-11-29T08:00:00+07:00",
    "due_at": "2026-12-08T17:00:00+07:00",
    "decided_at": "2026-12-02T09:00:00+07:00",
    "lines": [_LINE],
}


_ID: Any = {"type": "integer", "minimum": 1, "maximum": 9_223_372_036_854_775_807}


class Newest(Pages):
    """Pages in the order of making."""

    sorts = {"made": ("id",)}


@extend_schema_serializer(component_name="AccessLine", description=_("Một dịch vụ của đề nghị khai thác."))
class LineSerializer(serializers.ModelSerializer[AccessLine]):
    """One service of a request; an outcome is told once it is decided."""

    service = serializers.CharField(source="service.code", read_only=True, help_text=_("Mã dịch vụ dữ liệu."))
    operations = serializers.ListField(child=serializers.CharField(), read_only=True, help_text=_("Mã các thao tác."))
    fields = serializers.ListField(child=serializers.CharField(), read_only=True, help_text=_("Tên các trường."))  # type: ignore[assignment]

    class Meta:
        model = AccessLine
        fields = read_only_fields = tuple(_LINE)

    def to_representation(self, instance: AccessLine) -> dict[str, Any]:
        """Leave out what is only proposed."""
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.access.state != AccessState.DECIDED:
            shown |= {"outcome": "", "reason": "", "legal_basis": ""}
        return shown


@extend_schema_serializer(
    component_name="AccessRequest",
    description=_("Một đề nghị khai thác của hệ thống đang kết nối."),
    examples=[OpenApiExample("access-request", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class AccessSerializer(serializers.ModelSerializer[AccessRequest]):
    """A request for use; a provider reads the lines of its own services."""

    id = serializers.IntegerField(read_only=True, help_text=_("Số thứ tự của đề nghị."))
    agency = serializers.CharField(source="agency.code", read_only=True, help_text=_("Mã cơ quan đề nghị."))
    system = serializers.CharField(source="system.code", read_only=True, help_text=_("Mã hệ thống."))
    purpose = serializers.CharField(
        source="purpose.code", allow_null=True, default=None, read_only=True, help_text=_("Mã mục đích.")
    )
    lines = LineSerializer(source="lines_seen", many=True, read_only=True, help_text=_("Các dịch vụ đề nghị."))

    class Meta:
        model = AccessRequest
        fields = read_only_fields = tuple(_SAMPLE)


class AccessFilter(filters.FilterSet):
    """By state."""

    state = filters.ChoiceFilter(choices=AccessState.choices, help_text=_("Tình trạng của đề nghị."))

    class Meta:
        model = AccessRequest
        fields = ("state",)


def access_for(view: Any) -> Any:
    """Return the requests the caller may see with the lines they may read; three queries a page."""
    actor = view.request._request.actor
    lines = AccessLine.objects.select_related("service", "access").order_by("pk")
    if not actor.may("request.view_all"):
        own = lines.filter(access__agency_id=actor.agency_id or 0)
        lines = own | lines.filter(service__provider_id=actor.agency_id or 0)
    seen = AccessRequest.objects.visible_to(actor).select_related("agency", "system", "purpose")
    return seen.prefetch_related(Prefetch("lines", lines, to_attr="lines_seen"))


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách đề nghị khai thác",
        description=_("Đề nghị của cơ quan và đề nghị nhắm tới dịch vụ cơ quan cung cấp; cán bộ của Sở thấy hết."),
    )
)
class AccessRequests(ListView[AccessRequest]):
    """Requests for use the caller may see."""

    wanted = READ
    queryset = AccessRequest.objects.none()
    serializer_class = AccessSerializer
    filterset_class = AccessFilter
    pagination_class = Newest

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return access_for(self)


@extend_schema_view(
    get=extend_schema(
        operation_id="access_requests_retrieve",
        summary="Một đề nghị khai thác",
        description=_("Tìm theo số thứ tự."),
        parameters=[OpenApiParameter("id", _ID, OpenApiParameter.PATH, description=_("Số thứ tự của đề nghị."))],
    )
)
class AccessRequestDetail(DetailView[AccessRequest]):
    """One request for use."""

    wanted = READ
    queryset = AccessRequest.objects.none()
    serializer_class = AccessSerializer

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return access_for(self)

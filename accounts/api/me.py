"""Who the caller is."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import PortalView

_SAMPLE = {
    "name": "Cán bộ mẫu",
    "agency": "Sở Khoa học và Công nghệ",
    "roles": ["evaluator"],
    "permissions": ["request.evaluate"],
}


@extend_schema_serializer(
    component_name="Me",
    description=_("Người đang đăng nhập và cơ quan mà người đó đang đại diện."),
    examples=[OpenApiExample("me", summary="Ví dụ", value=_SAMPLE, response_only=True)],
)
class MeSerializer(serializers.Serializer[dict[str, object]]):
    """The actor of the request."""

    name = serializers.CharField(read_only=True, help_text=_("Họ và tên."))
    agency = serializers.CharField(read_only=True, help_text=_("Cơ quan đang đại diện."))
    roles = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text=_("Mã các vai trò tại cơ quan đó.")
    )
    permissions = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text=_("Những việc được làm tại cơ quan đó.")
    )


class Me(PortalView):
    """The signed-in person under the agency they act for."""

    personal = True

    @extend_schema(
        summary="Người đang gọi",
        description=_("Cho biết phiên làm việc thuộc về ai, đại diện cơ quan nào, được làm gì. Không lưu ở bộ đệm."),
        responses=MeSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return name, agency, roles and permissions."""
        actor = request._request.actor  # type: ignore[attr-defined]
        body = {
            "name": actor.name,
            "agency": actor.agency_name,
            "roles": sorted(actor.roles),
            "permissions": sorted(actor.permissions),
        }
        return Response(MeSerializer(body).data)

"""Who the caller is."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class MeSerializer(serializers.Serializer[dict[str, object]]):
    """The actor of the request."""

    name = serializers.CharField()
    agency = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())


class Me(APIView):
    """The signed-in person under the agency they act for."""

    @extend_schema(responses=MeSerializer)
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

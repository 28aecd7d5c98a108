"""The description of the management API as JSON and YAML."""

from typing import Any, ClassVar

from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.rules import OneOf, Rule
from core.api.schema import document
from core.api.views import PortalView


class SchemaView(PortalView):
    """The OpenAPI document; the format is chosen by ``format``, else by the Accept header, else JSON."""

    renderer_classes = (OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2)
    rules: ClassVar[dict[str, Rule]] = {"format": OneOf("json", "yaml", default="json")}

    def get_renderers(self) -> list[BaseRenderer]:
        """Return the renderer the address names, or all for the Accept header to choose from."""
        renderers: list[Any] = super().get_renderers()
        wanted = self.request.query_params.get("format")
        named = {"json": renderers[:1], "yaml": renderers[2:3]}
        return named.get(wanted or "", renderers)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return the document."""
        return Response(document())

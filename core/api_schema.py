"""How the management API is described (OpenAPI)."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class PortalSchema(AutoSchema):
    """drf-spectacular's schema with the problem answer on every operation."""

    def get_tags(self) -> list[str]:
        """Group operations by the first part of their path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]


class PortalSessionScheme(OpenApiAuthenticationExtension):
    """The portal's session cookie, as the description names it."""

    target_class = "core.api.PortalSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the cookie scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "lgsp_session"}

"""How the management API is described (OpenAPI)."""

from drf_spectacular.openapi import AutoSchema


class PortalSchema(AutoSchema):
    """drf-spectacular's schema with the problem answer on every operation."""

    def get_tags(self) -> list[str]:
        """Group operations by the first part of their path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

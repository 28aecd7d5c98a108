"""What is watched."""

from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth

__all__ = ["HealthCheck", "HealthPolicy", "UpstreamHealth"]

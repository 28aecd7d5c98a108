"""What is watched, and what was found not to work."""

from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.models.outages import Outage

__all__ = ["HealthCheck", "HealthPolicy", "Outage", "UpstreamHealth"]

"""What is watched, and what was found not to work."""

from incidents.models.alert_rules import AlertRule, DetectionMark
from incidents.models.alerts import Alert, AlertNews
from incidents.models.expected_use import ExpectedUse
from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.models.health_settings import HealthSetting
from incidents.models.measures import Measure
from incidents.models.outages import Outage

__all__ = [
    "Alert",
    "AlertNews",
    "AlertRule",
    "DetectionMark",
    "ExpectedUse",
    "HealthCheck",
    "HealthPolicy",
    "HealthSetting",
    "Measure",
    "Outage",
    "UpstreamHealth",
]

"""What is watched, what was found not to work, what is planned, and what is told of it."""

from incidents.models.alert_rules import AlertRule, DetectionMark
from incidents.models.alerts import Alert, AlertNews
from incidents.models.expected_use import ExpectedUse
from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.models.health_settings import HealthSetting
from incidents.models.maintenance import MaintenancePolicy, MaintenanceTelling, MaintenanceWindow
from incidents.models.measures import Measure
from incidents.models.outages import Outage
from incidents.models.status import StatusDay, StatusSubscription
from incidents.models.weekly import CheckItem, WeeklyCheck, WeeklyCheckLine, WeeklyReminder

__all__ = [
    "Alert",
    "AlertNews",
    "AlertRule",
    "CheckItem",
    "DetectionMark",
    "ExpectedUse",
    "HealthCheck",
    "HealthPolicy",
    "HealthSetting",
    "MaintenancePolicy",
    "MaintenanceTelling",
    "MaintenanceWindow",
    "Measure",
    "Outage",
    "StatusDay",
    "StatusSubscription",
    "UpstreamHealth",
    "WeeklyCheck",
    "WeeklyCheckLine",
    "WeeklyReminder",
]

"""What is watched, what was found not to work, what was done about it, what is planned, and what is told of it."""

from incidents.models.alert_policy import AlertPolicy, AlertTeller
from incidents.models.alert_rules import AlertRule, DetectionMark
from incidents.models.alerts import Alert, AlertNews
from incidents.models.expected_use import ExpectedUse
from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.models.health_settings import HealthSetting
from incidents.models.help import GuideAnswer, HelpEntry, HelpFile, HelpRequest
from incidents.models.maintenance import MaintenancePolicy, MaintenanceTelling, MaintenanceWindow
from incidents.models.measures import Measure
from incidents.models.outages import Outage
from incidents.models.papers import RegisterPaper, RegisterPaperTemplate, RegisterSignedFile
from incidents.models.register import Incident, IncidentPolicy
from incidents.models.register_rows import (
    IncidentDeadline,
    IncidentEntry,
    IncidentParty,
    IncidentService,
    IncidentSource,
    IncidentTask,
)
from incidents.models.status import StatusDay, StatusSubscription
from incidents.models.violations import Violation, ViolationEntry, ViolationEvidence
from incidents.models.webhooks import Webhook, WebhookAttempt, WebhookDelivery
from incidents.models.weekly import CheckItem, WeeklyCheck, WeeklyCheckLine, WeeklyReminder

__all__ = [
    "Alert",
    "AlertNews",
    "AlertPolicy",
    "AlertRule",
    "AlertTeller",
    "CheckItem",
    "DetectionMark",
    "ExpectedUse",
    "GuideAnswer",
    "HealthCheck",
    "HealthPolicy",
    "HealthSetting",
    "HelpEntry",
    "HelpFile",
    "HelpRequest",
    "Incident",
    "IncidentDeadline",
    "IncidentEntry",
    "IncidentParty",
    "IncidentPolicy",
    "IncidentService",
    "IncidentSource",
    "IncidentTask",
    "MaintenancePolicy",
    "MaintenanceTelling",
    "MaintenanceWindow",
    "Measure",
    "Outage",
    "RegisterPaper",
    "RegisterPaperTemplate",
    "RegisterSignedFile",
    "StatusDay",
    "StatusSubscription",
    "UpstreamHealth",
    "Violation",
    "ViolationEntry",
    "ViolationEvidence",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "WeeklyCheck",
    "WeeklyCheckLine",
    "WeeklyReminder",
]

"""What is watched, and what was found not to work."""

from incidents.models.alert_policy import AlertPolicy, AlertTeller
from incidents.models.alert_rules import AlertRule, DetectionMark
from incidents.models.alerts import Alert, AlertNews
from incidents.models.expected_use import ExpectedUse
from incidents.models.health import HealthCheck, HealthPolicy, UpstreamHealth
from incidents.models.health_settings import HealthSetting
from incidents.models.measures import Measure
from incidents.models.outages import Outage
from incidents.models.webhooks import Webhook, WebhookAttempt, WebhookDelivery

__all__ = [
    "Alert",
    "AlertNews",
    "AlertPolicy",
    "AlertRule",
    "AlertTeller",
    "DetectionMark",
    "ExpectedUse",
    "HealthCheck",
    "HealthPolicy",
    "HealthSetting",
    "Measure",
    "Outage",
    "UpstreamHealth",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
]

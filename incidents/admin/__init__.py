"""Staff pages of this floor, one file a noun."""

from incidents.admin import (
    alert_rules,
    alerts,
    expected_use,
    health,
    help,
    incidents,
    maintenance,
    outages,
    register_papers,
    violations,
    webhooks,
    weekly,
)

__all__ = [
    "alert_rules",
    "alerts",
    "expected_use",
    "health",
    "help",
    "incidents",
    "maintenance",
    "outages",
    "register_papers",
    "violations",
    "webhooks",
    "weekly",
]

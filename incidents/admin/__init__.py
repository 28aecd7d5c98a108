"""Staff pages of this floor, one file a noun."""

from incidents.admin import alert_rules, alerts, expected_use, health, outages, webhooks

__all__ = ["alert_rules", "alerts", "expected_use", "health", "outages", "webhooks"]

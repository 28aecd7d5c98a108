"""Who may open the addresses of incidents."""

from tests.house.policies import NOBODY, Page, holders

KEEPERS = holders("webhook.manage_own", "alert.manage")
MANAGERS, WATCHERS = holders("alert.manage"), holders("alert.view_all")
PAGES: dict[str, Page] = {
    "alerts": ({}, holders("alert.view_all", "alert.view_own")),
    "alert": ({"pk": 1}, NOBODY),
    "expected_use": ({"code": "GR-0"}, NOBODY),
    "webhooks": ({}, KEEPERS),
    "new_webhook": ({}, KEEPERS),
    "webhook": ({"pk": 1}, NOBODY),
    "webhook_secret": ({"pk": 1}, NOBODY),
    "webhook_delivery": ({"pk": 1, "delivery": 1}, NOBODY),
    "admin:incidents_webhook_changelist": ({}, WATCHERS),
    "admin:incidents_webhook_add": ({}, NOBODY),
    "admin:incidents_webhook_step": ({"object_id": "1", "step": "pause"}, NOBODY),
    "admin:incidents_webhookdelivery_changelist": ({}, WATCHERS),
    "admin:incidents_webhookdelivery_add": ({}, NOBODY),
    "admin:incidents_webhookdelivery_step": ({"object_id": "1", "step": "replay"}, NOBODY),
    "admin:incidents_alert_changelist": ({}, WATCHERS),
    "admin:incidents_alert_add": ({}, NOBODY),
    "admin:incidents_alert_step": ({"object_id": "1", "step": "close"}, NOBODY),
    "admin:incidents_alertrule_changelist": ({}, WATCHERS),
    "admin:incidents_alertrule_add": ({}, MANAGERS),
    "admin:incidents_alertrule_try": ({"pk": 1}, NOBODY),
    "admin:incidents_alertpolicy_changelist": ({}, WATCHERS),
    "admin:incidents_alertpolicy_add": ({}, NOBODY),
    "admin:incidents_expecteduse_changelist": ({}, WATCHERS),
    "admin:incidents_expecteduse_add": ({}, NOBODY),
    "admin:incidents_unused_grants": ({}, WATCHERS),
    "admin:incidents_healthsetting_changelist": ({}, holders("service.view_all")),
    "admin:incidents_healthsetting_add": ({}, holders("service.manage")),
    "admin:incidents_upstreamhealth_changelist": ({}, holders("service.view_all")),
    "admin:incidents_upstreamhealth_add": ({}, NOBODY),
    "admin:incidents_healthcheck_changelist": ({}, holders("service.view_all")),
    "admin:incidents_healthcheck_add": ({}, NOBODY),
    "admin:incidents_outage_changelist": ({}, holders("service.view_all")),
    "admin:incidents_outage_add": ({}, NOBODY),
    "admin:incidents_healthpolicy_changelist": ({}, holders("service.view_all")),
    "admin:incidents_healthpolicy_add": ({}, NOBODY),
}
ELSEWHERE: frozenset[str] = frozenset()

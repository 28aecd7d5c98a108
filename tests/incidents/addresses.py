"""Who may open the addresses of incidents."""

from tests.house.policies import EVERYBODY, NOBODY, Page, holders

PAGES: dict[str, Page] = {
    "admin:incidents_upstreamhealth_changelist": ({}, holders("service.view_all")),
    "admin:incidents_upstreamhealth_add": ({}, NOBODY),
    "admin:incidents_healthcheck_changelist": ({}, holders("service.view_all")),
    "admin:incidents_healthcheck_add": ({}, NOBODY),
    "admin:incidents_outage_changelist": ({}, holders("service.view_all")),
    "admin:incidents_outage_add": ({}, NOBODY),
    "status": ({}, EVERYBODY),
    "status_feed": ({}, EVERYBODY),
    "status_follow": ({}, EVERYBODY),
    "status_confirm": ({"token": "khong-phai"}, EVERYBODY),
    "status_unfollow": ({"token": "khong-phai"}, EVERYBODY),
    "admin:incidents_maintenancewindow_changelist": ({}, holders("service.view_all")),
    "admin:incidents_maintenancewindow_add": ({}, holders("environment.manage")),
    "admin:incidents_maintenancetelling_changelist": ({}, holders("service.view_all")),
    "admin:incidents_maintenancetelling_add": ({}, NOBODY),
    "admin:incidents_maintenancepolicy_changelist": ({}, holders("service.view_all")),
    "admin:incidents_maintenancepolicy_add": ({}, NOBODY),
    "admin:incidents_weeklycheck_changelist": ({}, holders("service.view_all")),
    "admin:incidents_weeklycheck_add": ({}, holders("environment.manage")),
    "admin:incidents_checkitem_changelist": ({}, holders("service.view_all")),
    "admin:incidents_checkitem_add": ({}, holders("environment.manage")),
    "admin:incidents_healthpolicy_changelist": ({}, holders("service.view_all")),
    "admin:incidents_healthpolicy_add": ({}, NOBODY),
}
ELSEWHERE: frozenset[str] = frozenset(
    {"status_service", "status_maintenance", "admin:incidents_maintenancewindow_step"}
)

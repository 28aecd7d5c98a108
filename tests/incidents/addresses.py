"""Who may open the addresses of incidents."""

from tests.house.policies import NOBODY, Page, holders

PAGES: dict[str, Page] = {
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

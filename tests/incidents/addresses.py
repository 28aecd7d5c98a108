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
    "incidents": ({}, holders("incident.view_own", "incident.view_all")),
    "report_incident": ({}, holders("incident.report")),
    "admin:incidents_incident_changelist": ({}, holders("incident.view_all")),
    "admin:incidents_incident_add": ({}, NOBODY),
    "admin:incidents_incident_open": ({}, holders("incident.manage")),
    "violations": ({}, holders("violation.view_own", "violation.view_all")),
    "admin:incidents_violation_changelist": ({}, holders("violation.view_all")),
    "admin:incidents_violation_add": ({}, NOBODY),
    "admin:incidents_violation_open": ({}, holders("violation.open")),
    "admin:incidents_registerpaper_changelist": ({}, holders("incident.view_all")),
    "admin:incidents_registerpaper_add": ({}, NOBODY),
    "admin:incidents_registerpapertemplate_changelist": ({}, holders("incident.view_all")),
    "admin:incidents_registerpapertemplate_add": ({}, NOBODY),
    "admin:incidents_incidentpolicy_changelist": ({}, holders("incident.view_all")),
    "admin:incidents_incidentpolicy_add": ({}, holders("incident.manage")),
}
# Pages of one thing: see test_register_pages and the tenants of tests/house.
ELSEWHERE: frozenset[str] = frozenset(
    {
        "incident",
        "violation",
        "register_paper_file",
        "register_paper_signed",
        "admin:incidents_incident_work",
        "admin:incidents_violation_work",
        "admin:incidents_violation_evidence",
        "admin:incidents_registerpaper_number",
    }
)

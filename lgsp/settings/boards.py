"""Which floors put something on the workbench, the navigation, each other's pages and into letters."""

WORKBENCH_SOURCES = [
    "accounts.selectors.workbench.tasks_for",
    "catalog.selectors.workbench.tasks_for",
    "catalog.selectors.duty_board.tasks_for",
    "connections.selectors.workbench.tasks_for",
    "incidents.selectors.incident_desk.tasks_for",
    "incidents.selectors.workbench.tasks_for",
    "reports.selectors.workbench.tasks_for",
    "reports.selectors.campaign_board.tasks_for",
    "reports.selectors.yearly_tasks.tasks_for",
]
BOARD_SOURCES = [
    "reports.selectors.boards.boards_for",
    "connections.selectors.boards.boards_for",
    "incidents.selectors.boards.boards_for",
    "accounts.selectors.notices.boards_for",
]
NAVIGATION_SOURCES = [
    "accounts.web.context.navigation",
    "catalog.web.navigation.entries",
    "connections.web.navigation.navigation",
    "incidents.web.navigation.entries",
    "reports.web.navigation.entries",
]
# What the public may know of a paper by its code, by the floor that issued it.
PAPER_CHECKS = [
    "connections.selectors.printouts.checked",
    "incidents.selectors.papers.checked",
    "reports.selectors.reviews.checked",
]
# What stands at the foot of every page.
FOOTER_SOURCES = ["incidents.web.navigation.footer"]
# What makes the files that letters carry, by kind (``core.enclosures``).
ENCLOSURE_SOURCES = {"printout": "connections.printouts.files.enclosed"}
# Notes on the page of a thing, by kind of thing (``core.web.notes``).
NOTE_SOURCES = {
    "data_service": [
        "catalog.selectors.standards.notes_of_service",
        "incidents.selectors.health.notes_of_service",
        "incidents.selectors.uptime.notes_of_service",
        "catalog.selectors.service_notes.notes_of_service",
    ],
    "information_system": [
        "connections.selectors.system_history.notes_of_system",
        "connections.selectors.old_versions.notes_of_system",
    ],
    "agency_ending": ["connections.selectors.succession.notes_of_ending"],
}
# What the floors above ``connections`` hand over when a body ended (``connections.selectors.succession.Room``).
HAND_OVER_ROOMS = ["incidents.services.succession.ROOM"]
# Who has an approved connection to a service, or to any (None): restricted documents are released to them.
DOCUMENT_AUDIENCES = ["connections.selectors.approved.agencies_approved_for"]
# How far a system has come on its way to the platform, for the plan of it: "", "filed" or "connected".
PLAN_PROGRESS = "connections.selectors.system_history.progress_of"
# Sections and buttons on the page of a thing for its reader, by kind of thing (``core.web.notes``).
PART_SOURCES = {
    "data_service": [
        "connections.selectors.access.parts_of_service",
        "connections.selectors.sandbox.parts_of_service",
        "connections.selectors.consumers.parts_of_service",
        "incidents.selectors.incident_desk.parts_of_service",
    ],
    "connection": ["incidents.selectors.state_history.parts_of_connection"],
    "grant": ["incidents.selectors.expected_use.parts_of_grant"],
    "service_version": ["connections.selectors.own_calls.parts_of_version"],
}
# Ids of data services by how many agencies use them, the most used first (``catalog.selectors.catalogue``).
USAGE_SOURCE = "connections.selectors.consumers.most_used"
# What each floor adds to the catalogue of APIs (``core.web.discovery``).
API_CATALOG_SOURCES = ["catalog.web.metadata.linkset"]
# How the workers of the broker stand, by the data folder (``incidents.selectors.operations``).
BROKER_STANDING = "broker.metrics.standing.workers_now"
# How a call is signed: the profile is the broker's, and the portal signs calls that people try in the browser.
CALL_SIGNING = "broker.signing"

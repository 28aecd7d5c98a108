"""Which floors put something on the workbench, into the navigation and on each other's pages (``core.web``)."""

WORKBENCH_SOURCES = [
    "accounts.selectors.workbench.tasks_for",
    "catalog.selectors.workbench.tasks_for",
    "connections.selectors.workbench.tasks_for",
    "reports.selectors.workbench.tasks_for",
]
BOARD_SOURCES = [
    "connections.selectors.boards.boards_for",
    "incidents.selectors.boards.boards_for",
    "accounts.selectors.notices.boards_for",
]
NAVIGATION_SOURCES = [
    "accounts.web.context.navigation",
    "catalog.web.navigation.entries",
    "connections.web.navigation.navigation",
    "reports.web.navigation.entries",
]
# Notes on the page of a thing, by kind of thing (``core.web.notes``).
NOTE_SOURCES = {"data_service": ["incidents.selectors.health.notes_of_service"]}

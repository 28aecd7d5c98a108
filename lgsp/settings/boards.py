"""Which floors put something on the workbench and into the navigation (``core.web.boards``)."""

WORKBENCH_SOURCES = [
    "accounts.selectors.workbench.tasks_for",
    "connections.selectors.workbench.tasks_for",
]
NAVIGATION_SOURCES = [
    "accounts.web.context.navigation",
]

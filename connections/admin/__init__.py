"""Staff pages of this app."""

from connections.admin import (
    access,
    checklists,
    clocks,
    declarations,
    grants,
    inspections,
    paper_data,
    plans,
    records,
    reminders,
    requests,
)

__all__ = [
    "access",
    "checklists",
    "clocks",
    "declarations",
    "grants",
    "inspections",
    "paper_data",
    "plans",
    "records",
    "reminders",
    "requests",
]

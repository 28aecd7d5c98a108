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
    reruns,
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
    "reruns",
]

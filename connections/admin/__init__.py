"""Staff pages of this app."""

from connections.admin import (
    checklists,
    clocks,
    declarations,
    inspections,
    paper_data,
    plans,
    records,
    reminders,
    requests,
)

__all__ = [
    "checklists",
    "clocks",
    "declarations",
    "inspections",
    "paper_data",
    "plans",
    "records",
    "reminders",
    "requests",
]

"""Figures that differ from those frozen, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.choices import Unit
from reports.models import Recount
from reports.wording import measured, moved


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One figure as frozen, as it would be now, and the difference in words."""

    section: str
    label: str
    frozen: str
    now: str
    told: str


def shown_differences(recount: Recount | None) -> list[DifferenceView]:
    """Return the differences of *recount*, none where there is none."""
    return [_shown(row) for row in recount.differences] if recount is not None else []


def _shown(row: Mapping[str, Any]) -> DifferenceView:
    unit = Unit(row["unit"])
    frozen, now = measured(row["frozen"], unit), measured(row["now"], unit)
    both = row["frozen"] is not None and row["now"] is not None
    told = moved(row["now"], row["frozen"], unit) if both else f"{frozen} → {now}"
    return DifferenceView(row["section"], row["label"], frozen, now, told)

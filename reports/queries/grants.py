"""Use against what was expected: grants nobody used, what was declared, silence (QC7.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from connections.models import Grant
from core.choices import Environment
from incidents.alert_choices import Cadence, Detector
from incidents.models import Alert
from reports.queries.catalogue import in_force_at
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant of the window's end: its calls in the window, and how many its agency declared for those days.

    ``whole`` tells that it was there from the first moment of the window on; None for ``expected``: none declared.
    """

    code: str
    agency_id: int
    system: str
    service: str
    cadence: str
    expected: int | None
    calls: int
    whole: bool


@dataclass(frozen=True, slots=True)
class GrantFigures:
    """Grants in force at the window's end against their calls; ``silences`` are signs raised in the window.

    ``rows`` has those that something is said of: unused ones that stood the whole window, declared ones.
    """

    rows: tuple[GrantRow, ...]
    silences: int
    silent_now: int

    @property
    def unused(self) -> tuple[GrantRow, ...]:
        """Grants that stood the whole window and were not used once."""
        return tuple(row for row in self.rows if row.whole and not row.calls)

    @property
    def declared(self) -> tuple[GrantRow, ...]:
        """Grants whose agency said how many calls a day it expects."""
        return tuple(row for row in self.rows if row.expected is not None)


def grant_figures(window: Window, used: Mapping[tuple[int, str], int]) -> GrantFigures:
    """Return the grants of the live environment with their calls, *used* by system and service; two queries."""
    fields = (
        "code",
        "opened_at",
        "system_id",
        "system__name",
        "system__owner_id",
        "service__code",
        "service__title",
        "expected_use__cadence",
        "expected_use__daily_calls",
        "expected_use__declared_at",
    )
    told = Q(opened_at__lte=window.since) | Q(expected_use__daily_calls__isnull=False)
    found = Grant.objects.filter(told, in_force_at(window), environment=Environment.LIVE).order_by("code")
    rows = tuple(
        _row(row, used, window)
        for row in found.values_list(*fields, named=True)
        if row.expected_use__daily_calls is not None or not used.get((row.system_id, row.service__code))
    )
    signs = Alert.objects.filter(rule__detector=Detector.SILENCE).aggregate(
        raised=Count("pk", filter=window.happened("opened_at")),
        lasting=Count("pk", filter=window.lasting("opened_at", "closed_at")),
    )
    return GrantFigures(rows, signs["raised"], signs["lasting"])


def _row(row: Any, used: Mapping[tuple[int, str], int], window: Window) -> GrantRow:
    said_at = row.expected_use__declared_at
    said = said_at is not None and said_at < window.until
    daily = row.expected_use__daily_calls if said else None
    calls = used.get((row.system_id, row.service__code), 0)
    return GrantRow(
        code=row.code,
        agency_id=row.system__owner_id,
        system=row.system__name,
        service=row.service__title,
        cadence=row.expected_use__cadence if said else Cadence.NONE,
        expected=None if daily is None else daily * _days(row.opened_at, window),
        calls=calls,
        whole=row.opened_at <= window.since,
    )


def _days(opened: Any, window: Window) -> int:
    """Return how many days of the window the grant was there, begun ones as whole ones."""
    span: timedelta = window.until - max(opened, window.since)
    return -(-span // timedelta(days=1))

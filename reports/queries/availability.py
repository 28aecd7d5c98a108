"""How much of the time source systems answered, announced maintenance taken out (QC7.5, Q50-7.6, Q50-12.2b)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from core.choices import Environment
from core.clock import VIETNAM
from incidents.models import MaintenanceWindow, Outage, StatusDay
from incidents.selectors.maintenance import maintenance_policy
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """Checks of one service in the window; ``planned`` lay in announced maintenance and stand in neither other."""

    title: str
    code: str
    made: int
    answered: int
    planned: int


@dataclass(frozen=True, slots=True)
class AvailabilityFigures:
    """Checks of live source systems, times without an answer, and planned maintenance.

    ``down`` is the time live addresses were out, inside the window, of all of them together. ``excused``: how much of
    the planned time was announced early enough to be left out.
    """

    rows: tuple[ServiceRow, ...]
    days: tuple[tuple[date, int, int], ...]
    outages: int
    down: timedelta
    windows: int
    planned: timedelta
    excused: timedelta


def availability_figures(window: Window) -> AvailabilityFigures:
    """Return what was checked on the days of the window, and what was out or rested in it; five queries."""
    first = window.since.astimezone(VIETNAM).date()
    checked = StatusDay.objects.filter(day__gte=first, day__lte=window.last_day).order_by()
    sums = {"checks": Sum("made"), "good": Sum("answered"), "rested": Sum("planned")}
    by_service = checked.values_list("service__title", "service__code").annotate(**sums)
    by_day = checked.values_list("day").annotate(checks=Sum("made"), good=Sum("answered"))
    outages = Outage.objects.filter(
        window.lasting("opened_at", "closed_at") | window.happened("closed_at"),
        upstream__environment=Environment.LIVE,
    )
    spans = list(outages.values_list("opened_at", "closed_at"))
    policy = maintenance_policy()
    planned = list(MaintenanceWindow.objects.touching(window.since, window.until))
    left_out = [span for one in planned if (span := one.excused(policy)) is not None]
    return AvailabilityFigures(
        rows=tuple(ServiceRow(*row) for row in sorted(by_service)),
        days=tuple(sorted(by_day)),
        outages=sum(window.since <= opened < window.until for opened, _closed in spans),
        down=_within(window, spans),
        windows=len(planned),
        planned=_within(window, [(one.starts_at, one.ends_at) for one in planned]),
        excused=_within(window, left_out),
    )


def _within(window: Window, spans: Sequence[tuple[datetime, datetime | None]]) -> timedelta:
    """Return how much of *spans* lies inside the window; one without an end lasts."""
    inside = (min(ends or window.until, window.until) - max(begins, window.since) for begins, ends in spans)
    return sum((one for one in inside if one > timedelta(0)), timedelta(0))

"""Dossiers of the window, and how their steps kept their deadlines (QC10; decisions, 23)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from accounts.selectors.calendar import work_calendar
from connections.choices import ENDED, State, Step
from connections.models import Clock, ConnectionRequest
from core.clock import VIETNAM
from core.workdays import Pause, WorkCalendar
from reports.queries.window import Window

STANDINGS = ("early", "on_time", "late", "running", "overdue", "paused")


@dataclass(frozen=True, slots=True)
class StepRow:
    """Deadlines of one step, under one term: ended ones of the window, running ones at its end.

    ``early`` ended before the day they were due, ``on_time`` on that day.
    """

    step: str
    amount: int
    unit: str
    statutory: bool
    early: int
    on_time: int
    late: int
    running: int
    overdue: int
    paused: int


@dataclass(frozen=True, slots=True)
class DossierFigures:
    """Dossiers that came and went in the window, those open at its end, and their steps."""

    submitted: int
    received: int
    approved: int
    put_live: int
    ended: int
    open: int
    steps: tuple[StepRow, ...]


def dossier_figures(window: Window) -> DossierFigures:
    """Return the dossiers; drafts that were never sent are nobody's business yet."""
    sent = Q(submitted_at__isnull=False)
    waiting = Q(live_at__isnull=True) | Q(live_at__gte=window.until)
    waiting &= Q(ended_at__isnull=True) | Q(ended_at__gte=window.until)
    counts = ConnectionRequest.objects.aggregate(
        submitted=Count("pk", filter=window.happened("submitted_at")),
        received=Count("pk", filter=window.happened("received_at")),
        approved=Count("pk", filter=window.happened("approved_at")),
        put_live=Count("pk", filter=window.happened("live_at")),
        ended=Count("pk", filter=sent & Q(state__in=ENDED - {State.TERMINATED}) & window.happened("ended_at")),
        open=Count("pk", filter=Q(submitted_at__lt=window.until) & waiting),
    )
    return DossierFigures(**counts, steps=_steps(window))


def _steps(window: Window) -> tuple[StepRow, ...]:
    found = Clock.objects.filter(
        window.lasting("started_at", "ended_at") | window.happened("ended_at"), request__submitted_at__isnull=False
    )
    calendar = work_calendar()
    kinds: dict[tuple[str, int, str, bool], Counter[str]] = {}
    for item in found.prefetch_related("pauses").order_by("pk"):
        kind = (item.step, item.amount, item.unit, item.statutory)
        kinds.setdefault(kind, Counter())[_standing(item, window.until, calendar)] += 1
    order = {str(step): place for place, step in enumerate(Step)}
    return tuple(
        StepRow(*kind, *(counts[name] for name in STANDINGS))
        for kind, counts in sorted(kinds.items(), key=lambda pair: (order[pair[0][0]], pair[0]))
    )


def _standing(item: Clock, until: datetime, calendar: WorkCalendar) -> str:
    """Return how the deadline stood at *until*, reckoned from its own term and pauses up to then."""
    spans = list(_spans(item, until))
    ended = item.ended_at if item.ended_at is not None and item.ended_at < until else None
    if ended is None and any(span.end is None for span in spans):
        return "paused"
    closed = [Pause(span.start, span.end or ended) for span in spans]
    due_at = item.due_by(closed, calendar)
    if due_at is None or (ended or until) <= due_at:
        return _in_time(ended, due_at)
    return "late" if ended else "overdue"


def _in_time(ended: datetime | None, due_at: datetime | None) -> str:
    if ended is None:
        return "running"
    return "early" if due_at is None or _day(ended) < _day(due_at) else "on_time"


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _spans(item: Clock, until: datetime) -> Iterable[Pause]:
    for pause in item.pauses.all():
        if pause.started_at < until:
            over = pause.ended_at is not None and pause.ended_at < until
            yield Pause(pause.started_at, pause.ended_at if over else None)

"""Dossiers of the window, and how their steps kept their deadlines (QC10; decisions, 23)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q

from accounts.selectors.calendar import work_calendar
from connections.choices import ENDED, State, Step
from connections.models import Clock, ConnectionRequest
from core.clock import VIETNAM
from core.workdays import Pause, WorkCalendar
from reports.queries.window import Window

COUNTS = ("submitted", "received", "approved", "put_live", "ended", "open")
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
    """Dossiers that came and went in the window, those open at its end, and their steps.

    ``by_agency`` by id: the six counts of dossiers and the standings of steps; ``finished``: the day each step of the
    window ended, with whether it was late.
    """

    submitted: int
    received: int
    approved: int
    put_live: int
    ended: int
    open: int
    steps: tuple[StepRow, ...]
    by_agency: dict[int, Counter[str]]
    finished: tuple[tuple[date, bool], ...]


def dossier_figures(window: Window) -> DossierFigures:
    """Return the dossiers; drafts that were never sent are nobody's business yet. Four queries and the calendar's."""
    sent = Q(submitted_at__isnull=False)
    waiting = Q(live_at__isnull=True) | Q(live_at__gte=window.until)
    waiting &= Q(ended_at__isnull=True) | Q(ended_at__gte=window.until)
    rows = ConnectionRequest.objects.order_by().values_list("agency_id")
    by_agency: dict[int, Counter[str]] = {}
    for pk, *counts in rows.annotate(
        n_submitted=Count("pk", filter=window.happened("submitted_at")),
        n_received=Count("pk", filter=window.happened("received_at")),
        n_approved=Count("pk", filter=window.happened("approved_at")),
        n_put_live=Count("pk", filter=window.happened("live_at")),
        n_ended=Count("pk", filter=sent & Q(state__in=ENDED - {State.TERMINATED}) & window.happened("ended_at")),
        n_open=Count("pk", filter=Q(submitted_at__lt=window.until) & waiting),
    ):
        by_agency[pk] = Counter(dict(zip(COUNTS, counts, strict=True)))
    totals = {name: sum(counts[name] for counts in by_agency.values()) for name in COUNTS}
    steps, finished = _steps(window, by_agency)
    return DossierFigures(**totals, steps=steps, by_agency=by_agency, finished=finished)


def _steps(
    window: Window, by_agency: dict[int, Counter[str]]
) -> tuple[tuple[StepRow, ...], tuple[tuple[date, bool], ...]]:
    found = Clock.objects.filter(
        window.lasting("started_at", "ended_at") | window.happened("ended_at"), request__submitted_at__isnull=False
    )
    calendar, finished = work_calendar(), []
    kinds: dict[tuple[str, int, str, bool], Counter[str]] = {}
    for item in found.annotate(of=F("request__agency_id")).prefetch_related("pauses").order_by("pk"):
        standing = _standing(item, window.until, calendar)
        kind = (item.step, item.amount, item.unit, item.statutory)
        kinds.setdefault(kind, Counter())[standing] += 1
        by_agency.setdefault(item.of, Counter())[standing] += 1
        if item.ended_at is not None and item.ended_at < window.until:
            finished.append((_day(item.ended_at), standing == "late"))
    order = {str(step): place for place, step in enumerate(Step)}
    rows = (
        StepRow(*kind, *(counts[name] for name in STANDINGS))
        for kind, counts in sorted(kinds.items(), key=lambda pair: (order[pair[0][0]], pair[0]))
    )
    return tuple(rows), tuple(sorted(finished))


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

"""Dossiers of the window, and how their steps kept their deadlines (QC10; decisions, 23)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from connections.choices import ENDED, State, Step
from connections.models import ConnectionRequest
from reports.queries.deadlines import STANDINGS, Term, standings
from reports.queries.window import Window

COUNTS = ("submitted", "received", "approved", "put_live", "ended", "open")


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

    ``by_agency`` by id: the six counts of dossiers and the standings of steps; ``finished``: days on which steps of
    the window ended, whether late, and how many.
    """

    submitted: int
    received: int
    approved: int
    put_live: int
    ended: int
    open: int
    steps: tuple[StepRow, ...]
    by_agency: dict[int, Counter[str]]
    finished: tuple[tuple[date, bool, int], ...]


def dossier_figures(window: Window) -> DossierFigures:
    """Return the dossiers; drafts that were never sent are nobody's business yet. Three queries and the calendar's."""
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
    found = standings(window)
    for pk, stood in found.by_agency.items():
        by_agency.setdefault(pk, Counter()).update(stood)
    finished = tuple((day, late, count) for (day, late), count in sorted(found.finished.items()))
    return DossierFigures(**totals, steps=_in_order(found.by_term), by_agency=by_agency, finished=finished)


def _in_order(by_term: dict[Term, Counter[str]]) -> tuple[StepRow, ...]:
    """Return the steps in the order a dossier takes them, each term of a step by itself."""
    order = {str(step): place for place, step in enumerate(Step)}
    return tuple(
        StepRow(*term, *(counts[name] for name in STANDINGS))
        for term, counts in sorted(by_term.items(), key=lambda pair: (order[pair[0][0]], pair[0]))
    )

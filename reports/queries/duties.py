"""What agencies owe each other: sharing past the platform (QC11.8), answers on wrong data (QC4.5, QC11.4)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from catalog.duty_choices import ReviewOutcome
from catalog.models import DataErrorReport, DirectSharing, SharingReview
from core.clock import VIETNAM
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class SharingRow:
    """One case of direct sharing that goes on at the window's end; ``expired``: past its last day nobody ended it."""

    provider_id: int
    receiver_id: int | None
    receiver_name: str
    decision: str
    legal_basis: str
    valid_to: date
    review_on: date
    expired: bool


@dataclass(frozen=True, slots=True)
class SharingFigures:
    """Cases at the end of the window, what began and ended in it, and what its reviews decided."""

    in_force: int
    expired: int
    review_overdue: int
    begun: int
    ended: int
    reviewed: int
    moved: int
    rows: tuple[SharingRow, ...]


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """Reports of wrong data: filed in the window, answered in it, waiting at its end.

    ``by_provider`` by id and ``by_service`` by title and code hold the same counts: ``filed``, ``on_time``, ``late``,
    ``waiting``, ``overdue``.
    """

    filed: int
    on_time: int
    late: int
    corrected: int
    waiting: int
    overdue: int
    by_provider: dict[int, Counter[str]]
    by_service: dict[tuple[str, str], Counter[str]]


def sharing_figures(window: Window) -> SharingFigures:
    """Return the register of direct sharing as of the window's last day; two queries."""
    first, last = window.since.astimezone(VIETNAM).date(), window.last_day
    rows, totals = [], Counter[str]()
    for one in DirectSharing.objects.filter(valid_from__lte=last).order_by("valid_to", "pk"):
        ended = one.ended_on is not None and one.ended_on <= last
        totals["begun"] += first <= one.valid_from
        totals["ended"] += ended and one.ended_on is not None and first <= one.ended_on
        if ended:
            continue
        expired = one.valid_to < last
        totals["expired" if expired else "in_force"] += 1
        totals["review_overdue"] += min(one.review_on, one.valid_to) < last
        rows.append(
            SharingRow(
                provider_id=one.provider_id,
                receiver_id=one.receiver_id,
                receiver_name=one.receiver_name,
                decision=one.decision_number,
                legal_basis=one.legal_basis,
                valid_to=one.valid_to,
                review_on=one.review_on,
                expired=expired,
            )
        )
    outcomes = list(SharingReview.objects.filter(window.happened("reviewed_at")).values_list("outcome", flat=True))
    names = ("in_force", "expired", "review_overdue", "begun", "ended")
    return SharingFigures(
        **{name: totals[name] for name in names},
        reviewed=len(outcomes),
        moved=outcomes.count(ReviewOutcome.MOVE),
        rows=tuple(rows),
    )


def error_figures(window: Window) -> ErrorFigures:
    """Return the reports of wrong data of the window, by who has to answer; one query."""
    closed = Q(closed_at__isnull=True) | Q(closed_at__gte=window.since)
    fields = ("filed_at", "answered_at", "due_at", "closed_at", "answer")
    services = ("service__title", "service__code", "service__provider_id")
    by_provider: dict[int, Counter[str]] = {}
    by_service: dict[tuple[str, str], Counter[str]] = {}
    totals = Counter[str]()
    found = DataErrorReport.objects.filter(closed, filed_at__lt=window.until).order_by("pk")
    for filed, answered, due, ended, answer, title, code, provider in found.values_list(*fields, *services):
        known = answered is not None and answered < window.until
        inside = known and answered >= window.since
        kept = inside and (due is None or answered <= due)
        # An answer that was not the last word gets a new term: what waits since then is late by that one.
        waiting = not known and (ended is None or ended >= window.until)
        counts = {
            "filed": int(filed >= window.since),
            "on_time": int(kept),
            "late": int(inside and not kept),
            "waiting": int(waiting),
            "overdue": int(waiting and due is not None and due < window.until),
            "corrected": int(inside and answer == "corrected"),
        }
        for group in (
            by_provider.setdefault(provider, Counter()),
            by_service.setdefault((title, code), Counter()),
            totals,
        ):
            group.update(counts)
    names = ("filed", "on_time", "late", "corrected", "waiting", "overdue")
    return ErrorFigures(**{name: totals[name] for name in names}, by_provider=by_provider, by_service=by_service)

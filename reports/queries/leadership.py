"""The figures of the leadership page for a period and the one before it: few queries, none of them over the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value

from audit.selectors.rollups import CallSums, day_counts, sums
from catalog.models import ServiceVersion
from connections.choices import Step
from connections.models import Clock, Connection
from core.clock import VIETNAM, start_of
from incidents.models import Incident
from incidents.register_choices import IncidentState, LegalClass, Severity
from reports.queries.calls import LIVE
from reports.queries.window import Window

#: What "sự cố nghiêm trọng" is here: our gravest measure, or the law's class.
SERIOUS = Q(severity=Severity.CRITICAL) | Q(legal_class=LegalClass.SERIOUS)


@dataclass(frozen=True, slots=True)
class Counts:
    """A count at the end of each of two windows, or of what happened in each."""

    now: int = 0
    before: int = 0


@dataclass(frozen=True, slots=True)
class StepCounts:
    """Steps of one kind: ended in time and late within each window, overdue at the end of each."""

    step: str
    on_time: Counts
    late: Counts
    overdue: Counts


def standing_rows(current: Window, previous: Window) -> tuple[QuerySet[Any], ...]:
    """Return connections that are live, services that are published, serious incidents of the windows, a row each.

    ``connections_ever`` and ``services_ever`` tell "none" from "never any". Each row has five columns: kind, two empty
    texts, the two counts, so that all of them can stand in one answer with other rows (``leadership_attention``).
    """
    lives, published = ("live_at", "closed_at"), ("published_at", "withdrawn_at")
    connections = Connection.objects.filter(live_at__isnull=False)
    return (
        _counted(
            connections,
            "connections",
            current.lasting(*lives),
            previous.lasting(*lives),
        ),
        _counted(connections, "connections_ever", Q(live_at__lt=current.until), Q(live_at__lt=previous.until)),
        _counted(
            ServiceVersion.objects.filter(published_at__isnull=False),
            "services",
            current.lasting(*published),
            previous.lasting(*published),
            of="service",
        ),
        _counted(
            ServiceVersion.objects.filter(published_at__isnull=False),
            "services_ever",
            Q(published_at__lt=current.until),
            Q(published_at__lt=previous.until),
            of="service",
        ),
        _counted(
            Incident.objects.filter(SERIOUS).exclude(state=IncidentState.DISMISSED),
            "incidents_begun",
            current.happened("started_at"),
            previous.happened("started_at"),
        ),
    )


def _counted(rows: QuerySet[Any], kind: str, now: Q, before: Q, *, of: str = "pk") -> QuerySet[Any]:
    """Return one row: *kind* and two counts of distinct *of*; no row where there is nothing at all."""
    named = rows.order_by().values(kind=Value(kind, output_field=CharField()))
    counted = named.annotate(
        n_now=Count(of, filter=now, distinct=of != "pk"), n_before=Count(of, filter=before, distinct=of != "pk")
    )
    empty = Value("", output_field=CharField())
    return counted.annotate(w_code=empty, w_name=empty).values_list("kind", "w_code", "w_name", "n_now", "n_before")


def step_counts(current: Window, previous: Window, *, open_at: datetime) -> tuple[StepCounts, ...]:
    """Return how the steps of dossiers kept their deadlines as last counted; what runs is judged at *open_at*."""
    ended_in_time = Q(due_at__isnull=True) | Q(ended_at__lte=F("due_at"))
    late = Q(ended_at__gt=F("due_at"))
    counts = {
        "on_time_now": current.happened("ended_at") & ended_in_time,
        "on_time_before": previous.happened("ended_at") & ended_in_time,
        "late_now": current.happened("ended_at") & late,
        "late_before": previous.happened("ended_at") & late,
        "overdue_now": current.lasting("started_at", "ended_at") & Q(due_at__lt=min(open_at, current.until)),
        "overdue_before": previous.lasting("started_at", "ended_at") & Q(due_at__lt=previous.until),
    }
    recent = Q(ended_at__isnull=True) | Q(ended_at__gte=previous.since)
    rows = Clock.objects.filter(recent).order_by().values("step")
    found: Iterable[Any] = rows.annotate(**{name: Count("pk", filter=condition) for name, condition in counts.items()})
    order = {str(step): place for place, step in enumerate(Step)}
    return tuple(
        StepCounts(
            row["step"],
            Counts(row["on_time_now"], row["on_time_before"]),
            Counts(row["late_now"], row["late_before"]),
            Counts(row["overdue_now"], row["overdue_before"]),
        )
        for row in sorted(found, key=lambda row: order[row["step"]])
    )


def calls_by_day(current: Window, previous: Window) -> dict[date, CallSums]:
    """Return calls and successes of the live environment for each Vietnamese day of both windows that has any."""
    found = day_counts(since=previous.since, until=current.until, environment=LIVE, by="begins")
    return {begins.astimezone(VIETNAM).date(): told for begins, told in found.items()}


def calls_in(window: Window, days: Mapping[date, CallSums]) -> CallSums:
    """Return the calls inside *window* from what :func:`calls_by_day` gave; hours of a last, cut day are read."""
    first, last = window.since.astimezone(VIETNAM).date(), window.until.astimezone(VIETNAM).date()
    whole = [told for day, told in days.items() if first <= day < last]
    begins = start_of(last)
    if begins < window.until:
        whole.append(sums(since=max(begins, window.since), until=window.until, environment=LIVE)[()])
    return total(whole)


def calls_by(window: Window, key: str) -> dict[str, CallSums]:
    """Return calls and successes of the live environment by ``agency_code`` or ``service``; *window* is whole days."""
    return day_counts(since=window.since, until=window.until, environment=LIVE, by=key)


def total(found: Iterable[CallSums]) -> CallSums:
    """Return the sum of calls and successes; times are not additive and stay empty."""
    counted = list(found)
    return CallSums(calls=sum(one.calls for one in counted), success=sum(one.success for one in counted))


def in_steps(steps: Iterable[StepCounts], which: str) -> Mapping[str, int]:
    """Return ``on_time``, ``late`` and ``overdue`` over all steps, *which* window: ``now`` or ``before``."""
    found = {"on_time": 0, "late": 0, "overdue": 0}
    for row in steps:
        for name in found:
            found[name] += getattr(getattr(row, name), which)
    return found

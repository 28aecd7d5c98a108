"""How much versions and keys are used, by day: read from the sums of ``audit.services.use``, never from the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, Sum

from audit.models import UseDay, UseMark
from core import clock

WEEK, MONTH = 7, 30


@dataclass(frozen=True, slots=True)
class VersionUse:
    """Calls of one system on one version in one environment; ``refused`` in the last 7 days, today among them."""

    system_id: int
    service: str
    version: str
    environment: str
    week: int
    month: int
    refused: int
    last_at: datetime


def counted_until() -> datetime | None:
    """Return until when every call is counted; None before the first run. One query."""
    return UseMark.objects.filter(epoch=0).values_list("at", flat=True).first()


def first_of(days: int) -> date:
    """Return the first of the last *days*, of which today is the last."""
    return clock.today() - timedelta(days=days - 1)


def use_of_services(services: Iterable[str]) -> list[VersionUse]:
    """Return who called which version of *services* (codes) in the last 30 days; one query."""
    return _use(Q(service__in=list(services)))


def use_of_systems(systems: Iterable[int]) -> list[VersionUse]:
    """Return what *systems* called in the last 30 days, by version; one query."""
    return _use(Q(system_id__in=list(systems)))


def _use(wanted: Q) -> list[VersionUse]:
    week = Q(day__gte=first_of(WEEK))
    rows = UseDay.objects.filter(wanted, day__gte=first_of(MONTH))
    grouped = rows.order_by("system_id", "service", "version", "environment").values(
        "system_id", "service", "version", "environment"
    )
    found = grouped.annotate(
        week=Sum("admitted", filter=week, default=0),
        month=Sum("admitted", default=0),
        turned=Sum("refused", filter=week, default=0),
        last=Max("last_at"),
    )
    return [
        VersionUse(
            row["system_id"],
            row["service"],
            row["version"],
            row["environment"],
            row["week"],
            row["month"],
            row["turned"],
            row["last"],
        )
        for row in found
    ]


def daily_use_of_keys(keys: Iterable[str], *, days: int) -> dict[str, dict[date, int]]:
    """Return the admitted calls of each key (its public half) a day, over the last *days*; one query."""
    rows = UseDay.objects.filter(access_key__in=list(keys), day__gte=first_of(days), admitted__gt=0)
    found: dict[str, dict[date, int]] = {}
    for row in rows.order_by().values("access_key", "day").annotate(total=Sum("admitted")):
        found.setdefault(row["access_key"], {})[row["day"]] = row["total"]
    return found

"""The load on data services in the live environment: promised, granted, declared, actual (QC11.3, QC4.6)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from audit.selectors.load import DailyLoad, daily_loads
from catalog.models import DataService
from connections.choices import ENDED, State
from connections.models import Grant, RequestLine
from core import clock
from core.choices import Environment

DAYS = 30


@dataclass(frozen=True, slots=True)
class Load:
    """Calls a day on one service, live environment.

    ``capacity`` is what its provider promises to serve (None: not said), ``committed`` the quotas of the open grants,
    ``declared`` what dossiers on their way and those in operation ask for, ``waiting`` the part of it nobody was
    granted yet. ``actual_mean`` and ``actual_peak`` are admitted calls of the last 30 days.
    """

    capacity: int | None
    committed: int = 0
    declared: int = 0
    waiting: int = 0
    actual_mean: int = 0
    actual_peak: int = 0

    @property
    def left(self) -> int | None:
        """Calls a day that may still be granted within the capacity; negative: too much was granted."""
        return None if self.capacity is None else self.capacity - self.committed

    @property
    def over(self) -> bool:
        """Whether grants promise more than the provider does."""
        return self.left is not None and self.left < 0

    @property
    def over_if_granted(self) -> bool:
        """Whether granting what waits would promise more than the provider does."""
        return self.left is not None and self.left < self.waiting


@dataclass(frozen=True, slots=True)
class Asked:
    """What the newest dossier of a system asks of a service."""

    service_id: int
    system_id: int
    daily_quota: int
    waiting: bool


def open_live_grants() -> QuerySet[Grant]:
    """Return the grants that may be used today in the live environment."""
    ended = Q(valid_to__lt=clock.today())
    return Grant.objects.open().filter(environment=Environment.LIVE).exclude(ended)


def asked_of(service_ids: Iterable[int]) -> list[Asked]:
    """Return what dossiers ask of the services: of each system the newest one that was sent and has not ended."""
    lines = RequestLine.objects.granted().filter(service_id__in=list(service_ids), request__system__isnull=False)
    sent = lines.exclude(request__state__in=[State.DRAFT, *ENDED])
    newest = sent.order_by("service_id", "request__system_id", "-request_id").distinct(
        "service_id", "request__system_id"
    )
    return [
        Asked(line.service_id, line.request.system_id or 0, line.daily_quota, line.request.state != State.LIVE)
        for line in newest
    ]


def calls_of(services: dict[int, str]) -> list[DailyLoad]:
    """Return the calls of the last 30 days on *services* (id: code) by whoever was ever granted one of them."""
    held = Grant.objects.filter(service_id__in=services, environment=Environment.LIVE)
    systems = set(held.order_by().values_list("system_id", flat=True))
    if not systems:
        return []
    return daily_loads(services=services.values(), systems=systems, since=clock.start_of(first_day()))


def first_day() -> date:
    """Return the first of the 30 days that actual figures are of; today is the last."""
    return clock.today() - timedelta(days=DAYS - 1)


def mean_of(row: DailyLoad) -> int:
    """Return calls a day since the first call of the 30 days, rounded."""
    days = (clock.today() - row.first).days + 1
    return round(row.total / max(days, 1))


def load_of(service_ids: Iterable[int]) -> dict[int, Load]:
    """Return the load on each service; five queries whatever their number."""
    rows = DataService.objects.filter(pk__in=list(service_ids)).values_list("pk", "code", "capacity_per_day")
    services = {pk: (code, capacity) for pk, code, capacity in rows}
    committed, granted = defaultdict[int, int](int), set[tuple[int, int]]()
    found = open_live_grants().filter(service_id__in=services)
    for service, system, quota in found.values_list("service_id", "system_id", "daily_quota"):
        committed[service] += quota
        granted.add((service, system))
    declared, waiting = defaultdict[int, int](int), defaultdict[int, int](int)
    for asked in asked_of(services):
        declared[asked.service_id] += asked.daily_quota
        if asked.waiting and (asked.service_id, asked.system_id) not in granted:
            waiting[asked.service_id] += asked.daily_quota
    actual = {
        row.service: row for row in calls_of({pk: code for pk, (code, _c) in services.items()}) if not row.system_id
    }
    return {
        pk: Load(
            capacity=capacity,
            committed=committed[pk],
            declared=declared[pk],
            waiting=waiting[pk],
            actual_mean=mean_of(actual[code]) if code in actual else 0,
            actual_peak=actual[code].peak if code in actual else 0,
        )
        for pk, (code, capacity) in services.items()
    }

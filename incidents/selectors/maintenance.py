"""Reading planned maintenance: what rests now, what is left out of availability, what is ahead (Q50-12.2b)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from catalog.models import DataService
from core import clock
from core.actor import Actor
from incidents.models import MaintenancePolicy, MaintenanceWindow
from incidents.models.maintenance import known_to

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Planned:
    """A window as a reader sees it: ``services`` are those of it they may know of, [] for the whole platform."""

    window: MaintenanceWindow
    services: list[DataService]
    excused: Span | None


def maintenance_policy() -> MaintenancePolicy:
    """Return the rules in force, those we bring when nobody set any."""
    return MaintenancePolicy.objects.filter(pk=1).first() or MaintenancePolicy(pk=1)


def planned_now(service_ids: Iterable[int]) -> set[int]:
    """Return which of the services are under planned maintenance at this moment; one query, two with a window."""
    return planned_at(clock.now(), service_ids)


def planned_at(moment: datetime, service_ids: Iterable[int]) -> set[int]:
    """Return which of the services are under planned maintenance at *moment*."""
    wanted = set(service_ids)
    running = list(MaintenanceWindow.objects.under_way(moment).values_list("pk", "whole_platform"))
    if any(whole for _pk, whole in running):
        return wanted
    if not running or not wanted:
        return set()
    touched = MaintenanceWindow.services.through.objects.filter(
        maintenancewindow_id__in=[pk for pk, _whole in running], dataservice_id__in=wanted
    )
    return set(touched.values_list("dataservice_id", flat=True))


def excused_spans(since: datetime, until: datetime) -> list[tuple[Span, set[int] | None]]:
    """Return what is left out of availability in [*since*, *until*), with the services (None: all); three queries."""
    policy, found = maintenance_policy(), []
    for window in MaintenanceWindow.objects.touching(since, until).prefetch_related("services"):
        span = window.excused(policy)
        if span is not None:
            services = None if window.whole_platform else {service.pk for service in window.services.all()}
            found.append((span, services))
    return found


def in_spans(spans: Iterable[tuple[Span, set[int] | None]]) -> Q:
    """Return the condition "at a moment left out" for checks of source systems; nothing matches without spans."""
    wanted = Q(pk__in=[])
    for (begins, ends), services in spans:
        here = Q(at__gte=begins, at__lt=ends)
        wanted |= here if services is None else here & Q(upstream__version__service_id__in=services)
    return wanted


def windows_for(actor: Actor) -> QuerySet[MaintenanceWindow]:
    """Return the windows *actor* may know of, with the services of each they may know of."""
    known = Prefetch("services", known_to(actor).order_by("sort_key", "pk"))
    return MaintenanceWindow.objects.visible_to(actor).prefetch_related(known)


def coming(actor: Actor, *, most: int = 20) -> list[Planned]:
    """Return what is under way or ahead, the nearest first."""
    ahead = windows_for(actor).planned().filter(ends_at__gt=clock.now())  # type: ignore[attr-defined]
    return shown(ahead.order_by("starts_at", "pk")[:most])


def shown(windows: Iterable[MaintenanceWindow]) -> list[Planned]:
    """Return *windows*, read by :func:`windows_for`, as pages show them."""
    policy = maintenance_policy()
    return [
        Planned(window, [] if window.whole_platform else list(window.services.all()), window.excused(policy))
        for window in windows
    ]

"""What everybody may read of interruptions: of public services, without addresses, causes or names of people.

Outages of source systems by themselves, and incidents by what the public was told of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from catalog.models import DataService, Upstream
from core.choices import Environment
from incidents.models import Outage
from incidents.selectors.incidents import PublicIncident, public_incidents

MOST = 200


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One interruption; ``key`` names it for ever, ``ended_at`` is None while it lasts."""

    key: str
    title: str
    text: str
    service_ids: tuple[int, ...]
    began_at: datetime
    ended_at: datetime | None
    url: str


def events_now() -> list[PublicEvent]:
    """Return the interruptions that last; five queries."""
    told = [_told(one) for one in public_incidents(running_only=True)]
    return [*told, *_of_outages(_public().open())]  # type: ignore[attr-defined]


def events_since(since: datetime) -> list[PublicEvent]:
    """Return the interruptions that lasted at *since* or began later, newest first; five queries."""
    told = [_told(one) for one in public_incidents(since=since)]
    ended = _public().filter(closed_at__gte=since)
    found = [*told, *_of_outages(ended | _public().open())]  # type: ignore[attr-defined]
    return sorted(found, key=lambda event: event.began_at, reverse=True)


def _public() -> QuerySet[Outage]:
    public = DataService.objects.named_in_public().values("pk")
    found = Outage.objects.filter(
        upstream__environment=Environment.LIVE,
        upstream__version__state__in=CALLABLE,
        upstream__version__service__in=public,
    )
    return found.select_related("upstream__version__service").order_by("-opened_at", "-pk")


def _of_outages(outages: QuerySet[Outage]) -> list[PublicEvent]:
    rows = list(outages[:MOST])
    places = _addresses({row.upstream.version_id for row in rows})
    lost: dict[int, int] = {}
    for row in rows:
        if row.closed_at is None:
            lost[row.upstream.version_id] = lost.get(row.upstream.version_id, 0) + 1
    return [
        _event(row, partly=lost.get(row.upstream.version_id, 1) < places.get(row.upstream.version_id, 1))
        for row in rows
    ]


def _told(incident: PublicIncident) -> PublicEvent:
    """Return an incident by its public words: the last update, else the state it is in."""
    last = incident.updates[0].text if incident.updates else incident.state_label
    return PublicEvent(
        key=f"incident-{incident.code}",
        title=incident.title,
        text=last.rstrip("."),
        service_ids=incident.service_ids,
        began_at=incident.started_at,
        ended_at=incident.ended_at,
        url=reverse("status"),
    )


def _addresses(versions: Iterable[int]) -> dict[int, int]:
    """Return how many live addresses in use each version has: calls go to another while one is lost."""
    wanted = sorted(versions)
    if not wanted:
        return {}
    rows = Upstream.objects.filter(version_id__in=wanted, active=True, environment=Environment.LIVE)
    return dict(rows.order_by().values_list("version_id").annotate(n=Count("pk")))


def _event(outage: Outage, *, partly: bool) -> PublicEvent:
    service = outage.upstream.version.service
    text = _("Gián đoạn một phần") if partly else _("Mất kết nối với hệ thống nguồn")
    return PublicEvent(
        key=f"outage-{outage.pk}",
        title=service.title,
        text=text,
        service_ids=(service.pk,),
        began_at=outage.opened_at,
        ended_at=outage.closed_at,
        url=reverse("status_service", args=[service.code]),
    )

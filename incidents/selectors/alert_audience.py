"""Who is told of what: the people on duty at SKHCN, at the provider, at whoever uses the data; their heads later."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Agency, User
from accounts.selectors.people import holders_of
from connections.models import Connection, Grant
from core.choices import Environment
from incidents.alert_choices import News, Owner
from incidents.models import Alert, AlertNews

HANDLE, HANDLE_OWN = "alert.handle", "alert.handle_own"
HEADS, HEADS_OWN = "alert.escalated", "request.send"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told together: SKHCN (no agency) or one agency; those on duty, or their heads."""

    agency_id: int | None = None
    heads: bool = False


def audiences_of(news: Iterable[AlertNews]) -> dict[Audience, list[AlertNews]]:
    """Return what each audience has to be told, in order; the same for ten thousand alerts in a few queries."""
    rows = list(news)
    users = consuming_agencies({row.alert.service_id for row in rows if row.alert.service_id})
    found: dict[Audience, list[AlertNews]] = defaultdict(list)
    for row in rows:
        for audience in _of(row, users):
            found[audience].append(row)
    return found


def _of(row: AlertNews, users: dict[int, set[int]]) -> set[Audience]:
    alert, rule = row.alert, row.alert.rule
    sides = sides_of(alert, users)
    told = {Audience()}
    if rule.tells_provider:
        told |= {Audience(agency) for agency in sides[Owner.PROVIDER]}
    if rule.tells_consumer:
        told |= {Audience(agency) for agency in sides[Owner.CONSUMER]}
    if row.event == News.ESCALATED:
        # First to the heads of the side that has to act, then to SKHCN's.
        told |= {Audience(item.agency_id, heads=True) for item in told if item.agency_id in sides[Owner(rule.owner)]}
        if row.level > 1 or rule.owner == Owner.OPERATOR:
            told.add(Audience(heads=True))
    return told


def sides_of(alert: Alert, users: dict[int, set[int]]) -> dict[Owner, set[int]]:
    """Return the agencies on each side of *alert*; about a service alone: all that may call it."""
    consumers = {alert.consumer_agency_id} if alert.consumer_agency_id else users.get(alert.service_id or 0, set())
    provider = {alert.service.provider_id} if alert.service else set()
    return {Owner.OPERATOR: set(), Owner.PROVIDER: provider, Owner.CONSUMER: set(consumers)}


def consuming_agencies(service_ids: set[int]) -> dict[int, set[int]]:
    """Return by service the agencies whose systems may call it for real."""
    grants = Grant.objects.open().filter(service__in=service_ids, environment=Environment.LIVE)
    found: dict[int, set[int]] = defaultdict(set)
    for service_id, agency_id in grants.values_list("service_id", "system__owner_id").distinct():
        found[service_id].add(agency_id)
    return found


def readers_of(audience: Audience, news: Iterable[AlertNews]) -> tuple[Agency | None, list[User]]:
    """Return the agency of *audience* and its people: by role, and the contacts of the connections concerned."""
    if audience.agency_id is None:
        people = holders_of(HEADS) if audience.heads else holders_of(HANDLE)
        return None, [*people, *([] if audience.heads else _contacts("duty_contact", news))]
    agency = Agency.objects.get(pk=audience.agency_id)
    if audience.heads:
        return agency, list(holders_of(HEADS_OWN, agency.pk))
    contacts = _contacts("technical_contact", news, Q(system__owner=agency))
    return agency, [*holders_of(HANDLE_OWN, agency.pk), *contacts]


def _contacts(field: str, news: Iterable[AlertNews], narrowed: Q | None = None) -> list[User]:
    """Return the contacts of the connections that *news* are about."""
    systems = {row.alert.system_id for row in news if row.alert.system_id}
    rows = Connection.objects.filter(narrowed or Q(), system__in=systems, closed_at__isnull=True)
    return list(User.objects.filter(pk__in=rows.values(field), is_active=True)) if systems else []

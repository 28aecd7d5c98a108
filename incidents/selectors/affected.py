"""Whom an incident touches, computed from services and grants: agencies, systems, connections."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from catalog.models import DataService
from connections.models import Connection, Grant
from connections.selectors.load import open_live_grants
from incidents.models import Incident, IncidentEntry
from incidents.register_choices import EntryKind, PartyRole


def agencies_touched(service_ids: Iterable[int]) -> dict[int, PartyRole]:
    """Return the agencies that use the services for real or provide them, with why; two queries."""
    ids = list(service_ids)
    using = open_live_grants().filter(service_id__in=ids).order_by().values_list("system__owner_id", flat=True)
    found = dict.fromkeys(using.distinct(), PartyRole.CONSUMER)
    providing = DataService.objects.filter(pk__in=ids).values_list("provider_id", flat=True)
    return found | dict.fromkeys(providing, PartyRole.PROVIDER)


def services_of_party(incident: Incident, agency_id: int) -> list[str]:
    """Return the titles of the affected services that are the agency's business, in order."""
    held = open_live_grants().filter(system__owner_id=agency_id).order_by().values("service_id")
    mine = Q(provider_id=agency_id) | Q(pk__in=held)
    found = DataService.objects.filter(mine, incidents__incident=incident).order_by("sort_key", "pk")
    return list(found.values_list("title", flat=True))


def consumers_touched(incident: Incident) -> QuerySet[Grant]:
    """Return the live grants on the affected services, by agency and system."""
    services = incident.affected.values("service_id")
    grants = open_live_grants().filter(service_id__in=services, connection__isnull=False)
    return grants.select_related("system__owner", "service", "connection").order_by(
        "system__owner__sort_key", "system__sort_key", "code"
    )


def connections_touched(incident: Incident) -> QuerySet[Connection]:
    """Return the running connections that may call an affected service, or of any system of the reporting agency."""
    services = incident.affected.values("service_id")
    calling = Q(pk__in=open_live_grants().filter(service_id__in=services).values("connection_id"))
    own = Q(system__owner_id=incident.agency_id) if incident.agency_id else Q(pk__in=[])
    found = Connection.objects.filter(calling | own, live_at__isnull=False, closed_at__isnull=True)
    return found.select_related("system__owner", "request").order_by("system__owner__sort_key", "system__sort_key")


def grants_touched(incident: Incident) -> QuerySet[Grant]:
    """Return the live grants that run on the affected services, or are those of the reporting agency."""
    own = Q(system__owner_id=incident.agency_id) if incident.agency_id else Q(pk__in=[])
    services = Q(service_id__in=incident.affected.values("service_id"))
    found = open_live_grants().filter(services | own, suspended_at__isnull=True, connection__isnull=False)
    return found.select_related("system__owner", "service").order_by(
        "system__owner__sort_key", "system__sort_key", "code"
    )


def grants_stopped(incident: Incident) -> QuerySet[Grant]:
    """Return the grants this incident suspended and nobody let run again."""
    return Grant.objects.open().filter(pk__in=_own_suspensions().filter(incident=incident).values("grant_id"))


def is_stopped_for_incident(grant: Grant) -> bool:
    """Return whether an incident suspended *grant*, as it is suspended now."""
    return _own_suspensions().filter(grant=grant).exists()


def _own_suspensions() -> QuerySet[IncidentEntry]:
    return IncidentEntry.objects.filter(kind=EntryKind.SUSPENSION, at=F("grant__suspended_at"))


def public_services(incident_ids: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """Return the affected services a public page may name, by incident, with their ids."""
    everybody = DataService.objects.named_in_public()
    rows = everybody.filter(incidents__incident_id__in=list(incident_ids)).order_by("sort_key", "pk")
    found: dict[int, list[tuple[int, str]]] = {}
    for incident_id, pk, title in rows.values_list("incidents__incident_id", "pk", "title"):
        found.setdefault(incident_id, []).append((pk, title))
    return found


def kept_private(incident: Incident) -> list[DataService]:
    """Return the affected services the public may not learn of."""
    everybody = DataService.objects.named_in_public()
    return list(
        DataService.objects.filter(incidents__incident=incident)
        .exclude(pk__in=everybody.values("pk"))
        .only("title", "code")
    )

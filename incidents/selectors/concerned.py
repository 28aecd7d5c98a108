"""Whom it concerns that services rest or fail: who calls them for real, who provides them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts import roles
from accounts.models import Agency, Membership, User
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DataService
from connections.models import Connection, Grant
from core import clock
from core.choices import Environment

KEYS = "key.manage_own"


@dataclass(slots=True)
class Concerned:
    """An agency, those of the services it uses or provides, and who there has to know."""

    agency: Agency
    services: dict[int, DataService] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)


def concerned_by(services: QuerySet[DataService] | Iterable[DataService]) -> list[Concerned]:
    """Return the agencies that use or provide *services* in the live environment; five queries.

    Of a consumer those who keep its keys and the technical contacts of its connections, of a provider those who keep
    its services.
    """
    wanted = {service.pk: service for service in services}
    grants = list(_grants(wanted))
    found: dict[int, Concerned] = {}
    for grant in grants:
        owner = grant.system.owner
        found.setdefault(owner.pk, Concerned(owner)).services[grant.service_id] = wanted[grant.service_id]
    _add_people(found, KEYS)
    _add_contacts(found, grants)
    providers = _providers(wanted.values())
    _add_people(providers, SERVICE_EDIT_OWN)
    for pk, mine in providers.items():
        had = found.setdefault(pk, Concerned(mine.agency))
        had.services |= mine.services
        had.people |= mine.people
    return sorted(found.values(), key=lambda item: (item.agency.sort_key, item.agency.pk))


def _grants(services: Iterable[int]) -> QuerySet[Grant]:
    live = Grant.objects.open().filter(environment=Environment.LIVE, service_id__in=list(services))
    return live.select_related("system__owner").order_by("pk")


def _providers(services: Iterable[DataService]) -> dict[int, Concerned]:
    rows = list(services)
    agencies = Agency.objects.in_bulk({service.provider_id for service in rows})
    found: dict[int, Concerned] = {}
    for service in rows:
        mine = found.setdefault(service.provider_id, Concerned(agencies[service.provider_id]))
        mine.services[service.pk] = service
    return found


def _add_people(found: dict[int, Concerned], permission: str) -> None:
    held = Membership.objects.in_force(clock.today()).filter(
        role__in=roles.roles_with(permission), agency_id__in=list(found)
    )
    for membership in held.select_related("user").order_by("user_id"):
        found[membership.agency_id].people[membership.user_id] = membership.user


def _add_contacts(found: dict[int, Concerned], grants: Iterable[Grant]) -> None:
    owners = {grant.system_id: grant.system.owner_id for grant in grants}
    rows = Connection.objects.filter(system_id__in=list(owners), technical_contact__isnull=False)
    for connection in rows.select_related("technical_contact"):
        contact = connection.technical_contact
        if contact is not None:
            found[owners[connection.system_id]].people[contact.pk] = contact

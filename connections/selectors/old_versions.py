"""Who still calls which version: read from the counted days, so a page costs the same however long the log is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from audit.selectors.use import VersionUse, use_of_services, use_of_systems
from catalog.choices import CALLABLE, ServiceState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import InformationSystem, ServiceVersion
from catalog.version_names import successor_among
from connections.models import Grant
from core import clock
from core.actor import Actor
from core.web.notes import Note

SEES_ALL, SEES_OWN = "request.view_all", ("grant.advise", SERVICE_EDIT_OWN)
# So long after its end a version stays in the list: somebody may still be calling in vain.
AFTERMATH = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Caller:
    """A system and a version: calls in 7 and 30 days in both environments, refused ones in 7, and of the successor.

    ``granted``: it holds a grant on the service today. ``contact`` is the technician of its connection.
    """

    system: InformationSystem
    week: int
    month: int
    refused: int
    successor_week: int
    last_at: datetime | None
    granted: bool
    contact: User | None


@dataclass(frozen=True, slots=True)
class VersionCalls:
    """A version that ends with how many systems and calls still reach it."""

    version: ServiceVersion
    systems_week: int
    week: int
    month: int
    refused: int


def versions_watched(actor: Actor) -> QuerySet[ServiceVersion]:
    """Return the versions whose callers the actor may see: every one to SKHCN, its own agency's to a provider."""
    found = ServiceVersion.objects.select_related("service__provider")
    found = found.filter(Q(state__in=CALLABLE) | Q(state=ServiceState.WITHDRAWN, published_at__isnull=False))
    if actor.may(SEES_ALL):
        return found
    if any(map(actor.may, SEES_OWN)):
        return found.filter(service__provider_id=actor.agency_id or 0)
    return found.none()


def ending_versions(actor: Actor) -> QuerySet[ServiceVersion]:
    """Return the versions seen that end, the nearest day first, then those that ended lately."""
    lately = Q(state=ServiceState.WITHDRAWN, withdrawn_at__gte=clock.now() - AFTERMATH)
    found = versions_watched(actor).filter(Q(state=ServiceState.DEPRECATED) | lately)
    return found.order_by("state", "sunset_on", "service__sort_key", "name")


def calls_of(versions: Sequence[ServiceVersion]) -> list[VersionCalls]:
    """Return the calls of each of *versions*, in their order; one query."""
    rows: dict[tuple[str, str], list[VersionUse]] = defaultdict(list)
    for row in use_of_services({version.service.code for version in versions}):
        rows[row.service, row.version].append(row)
    return [_summed(version, rows[version.service.code, version.name]) for version in versions]


def _summed(version: ServiceVersion, rows: Sequence[VersionUse]) -> VersionCalls:
    return VersionCalls(
        version=version,
        systems_week=len({row.system_id for row in rows if row.week}),
        week=sum(row.week for row in rows),
        month=sum(row.month for row in rows),
        refused=sum(row.refused for row in rows),
    )


def callers_of(version: ServiceVersion) -> list[Caller]:
    """Return the systems that called *version* in the last 30 days or may call its service, most calls first.

    Four queries whatever their number.
    """
    uses = use_of_services([version.service.code])
    lasting = ServiceVersion.objects.filter(service_id=version.service_id, state=ServiceState.PUBLISHED)
    successor = successor_among(version.name, lasting.values_list("name", flat=True))
    old, new = defaultdict[int, list[VersionUse]](list), defaultdict[int, int](int)
    for use in uses:
        if use.version == version.name:
            old[use.system_id].append(use)
        elif use.version == successor:
            new[use.system_id] += use.week
    granted = set(_granted(version.service_id).values_list("system_id", flat=True))
    systems = InformationSystem.objects.filter(pk__in={*old, *granted}).select_related(
        "owner", "connection__technical_contact"
    )
    found = [_caller(system, old[system.pk], new[system.pk], system.pk in granted) for system in systems]
    return sorted(found, key=lambda row: (-row.week, -row.month, row.system.owner.sort_key, row.system.sort_key))


def _caller(system: InformationSystem, uses: Sequence[VersionUse], successor_week: int, granted: bool) -> Caller:
    connection = getattr(system, "connection", None)
    return Caller(
        system=system,
        week=sum(use.week for use in uses),
        month=sum(use.month for use in uses),
        refused=sum(use.refused for use in uses),
        successor_week=successor_week,
        last_at=max((use.last_at for use in uses), default=None),
        granted=granted,
        contact=connection.technical_contact if connection is not None else None,
    )


def _granted(service_id: int) -> QuerySet[Grant]:
    """Return the grants on a service that are in force today, in both environments."""
    found = Grant.objects.open().filter(service_id=service_id, connection__closed_at__isnull=True)
    return found.exclude(Q(valid_to__lt=clock.today())).order_by()


@dataclass(frozen=True, slots=True)
class StillCalled:
    """What a system still calls of a version that ends: for those who have to change it."""

    system_id: int
    version: ServiceVersion
    week: int
    month: int
    refused: int
    successor: str
    sunset_on: date | None

    @property
    def over(self) -> bool:
        """Whether the version answers no more."""
        ended = self.sunset_on is not None and self.sunset_on <= clock.today()
        return ended or self.version.state == ServiceState.WITHDRAWN


def still_called(systems: Iterable[int]) -> list[StillCalled]:
    """Return the ending versions that *systems* called, or tried to, in the last days; two queries, one if none."""
    uses = defaultdict[tuple[int, str, str], list[VersionUse]](list)
    for use in use_of_systems(systems):
        uses[use.system_id, use.service, use.version].append(use)
    if not uses:
        return []
    codes = {service for _system, service, _version in uses}
    ending, lasting = {}, defaultdict[str, list[str]](list)
    found = ServiceVersion.objects.filter(service__code__in=codes).select_related("service")
    for version in found.exclude(state__in=[ServiceState.DRAFT, ServiceState.AWAITING]):
        if version.state == ServiceState.PUBLISHED:
            lasting[version.service.code].append(version.name)
        else:
            ending[version.service.code, version.name] = version
    return [
        _still(system, ending[service, name], rows, successor_among(name, lasting[service]))
        for (system, service, name), rows in uses.items()
        if (service, name) in ending and any(row.refused or row.month for row in rows)
    ]


def _still(system: int, version: ServiceVersion, rows: Sequence[VersionUse], successor: str) -> StillCalled:
    return StillCalled(
        system_id=system,
        version=version,
        week=sum(row.week for row in rows),
        month=sum(row.month for row in rows),
        refused=sum(row.refused for row in rows),
        successor=successor,
        sunset_on=version.sunset_on,
    )


def notes_of_system(pk: int) -> list[Note]:
    """Return what the page of a system says of the ending versions it still calls."""
    return [
        Note(
            _("Còn gọi %(version)s") % {"version": row.version},
            _("%(n)s lượt trong 7 ngày") % {"n": f"{row.week + row.refused:,}".replace(",", ".")},
            "wrong" if row.over else "yours",
        )
        for row in still_called([pk])
    ]

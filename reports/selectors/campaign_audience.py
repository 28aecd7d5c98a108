"""Who a campaign asks, and which calls the log holds for each: read before issuing, and when it is issued (QC15.5)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from accounts.models import Agency, AgencyCode
from audit.selectors.rollups import CallSums, sums
from catalog.models import DataService
from connections.models import Grant
from core import clock
from core.choices import Environment
from reports.models import Campaign
from reports.succession import successors


@dataclass(slots=True)
class Line:
    """One data service: calls the log holds for it in the live environment, and how many of them succeeded."""

    service: DataService
    logged: int = 0
    success: int = 0


@dataclass(slots=True)
class Asked:
    """One agency that is asked; *took_over* are ended bodies whose calls it answers for."""

    agency: Agency
    lines: dict[int, Line] = field(default_factory=dict)
    took_over: list[Agency] = field(default_factory=list)

    @property
    def logged(self) -> int:
        """Calls of all services together."""
        return sum(line.logged for line in self.lines.values())

    @property
    def rows(self) -> list[Line]:
        """The services in the order of their codes."""
        return sorted(self.lines.values(), key=lambda line: line.service.code)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked, and bodies with use that ended without a successor, whom nobody can be asked for."""

    asked: tuple[Asked, ...]
    unanswerable: tuple[Agency, ...]


def audience_of(campaign: Campaign) -> Audience:
    """Return who *campaign* asks as things stand now; half a dozen queries, however many agencies there are."""
    used = _used(campaign)
    chosen = None if campaign.everyone else set(campaign.agencies.values_list("pk", flat=True))
    heirs, today = successors(), clock.today()
    bodies = {body.pk: body for body in Agency.objects.filter(pk__in=[*used, *(chosen or ()), *heirs.values()])}
    found: dict[int, Asked] = {}
    unanswerable = []
    for pk in used.keys() | (chosen or set()):
        body = bodies.get(pk)
        answering = bodies.get(heirs.get(pk, pk))
        if body is None or answering is None or (chosen is not None and not chosen & {pk, answering.pk}):
            continue
        if answering.valid_to is not None and answering.valid_to < today:
            unanswerable.append(body)
        elif chosen is not None or not answering.is_operator:
            _add(found.setdefault(answering.pk, Asked(answering)), body, used.get(pk, {}).values())
    return Audience(
        tuple(sorted(found.values(), key=lambda one: (one.agency.sort_key, one.agency.pk))),
        tuple(sorted(unanswerable, key=lambda body: (body.sort_key, body.pk))),
    )


def _add(asked: Asked, body: Agency, lines: Iterable[Line]) -> None:
    if body.pk != asked.agency.pk:
        asked.took_over.append(body)
    for line in lines:
        mine = asked.lines.setdefault(line.service.pk, Line(line.service))
        mine.logged += line.logged
        mine.success += line.success


def _used(campaign: Campaign) -> dict[int, dict[int, Line]]:
    """Return the services of each body: those it called in the period, and those it might call then."""
    since, until = clock.start_of(campaign.period_start), clock.start_of(campaign.period_end, after=True)
    called = sums(since=since, until=until, by=["agency_code", "service"], environment=Environment.LIVE.value)
    granted = _granted(campaign)
    services = _services({code for _agency, code in called}, {service for _agency, service in granted})
    by_code = {service.code: service for service in services.values()}
    owners = _owners({code for code, _service in called})
    found: dict[int, dict[int, Line]] = defaultdict(dict)
    for agency_id, service_id in granted:
        found[agency_id][service_id] = Line(services[service_id])
    for (agency_code, code), told in called.items():
        if agency_code in owners and code in by_code:
            _count(found[owners[agency_code]], by_code[code], told)
    return found


def _count(lines: dict[int, Line], service: DataService, told: CallSums) -> None:
    line = lines.setdefault(service.pk, Line(service))
    line.logged += told.calls
    line.success += told.success


def _granted(campaign: Campaign) -> set[tuple[int, int]]:
    """Return agency and service of each grant of the live environment that held on some day of the period."""
    held = Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=campaign.period_start),
        Q(revoked_at__isnull=True) | Q(revoked_at__gte=clock.start_of(campaign.period_start)),
        environment=Environment.LIVE,
        valid_from__lte=campaign.period_end,
        opened_at__lt=clock.start_of(campaign.period_end, after=True),
    )
    return set(held.values_list("system__owner_id", "service_id"))


def _services(codes: Iterable[str], ids: Iterable[int]) -> dict[int, DataService]:
    return {service.pk: service for service in DataService.objects.filter(Q(code__in=codes) | Q(pk__in=ids))}


def _owners(codes: set[str]) -> dict[str, int]:
    """Return whose code each is, those that were replaced since among them."""
    issued = AgencyCode.objects.filter(value__in=codes).values_list("value", "agency_id")
    now = Agency.objects.filter(code__in=codes).values_list("code", "pk")
    return {**dict(issued), **dict(now)}

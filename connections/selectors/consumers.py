"""Who uses which data service: the order of the catalogue, its service pages, and the provider's view of the load."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.selectors.load import DailyLoad
from catalog.models import DataService, InformationSystem
from connections.models import Grant
from connections.selectors.load import asked_of, calls_of, mean_of, open_live_grants
from core.actor import Actor
from core.web.notes import Part, PartRow

MOST, SHOWN = 500, 50
SEES_ALL, SEES_OWN = "request.view_all", "grant.advise"


@dataclass(frozen=True, slots=True)
class Consumer:
    """One system that uses a service, or asks to: what it was granted, what it asks for, what it calls a day.

    ``quota`` is None while nothing was granted, ``asked`` None when no dossier asks; ``code`` names the grant.
    """

    system: InformationSystem
    purpose: str
    code: str
    quota: int | None
    asked: int | None
    valid_to: date | None
    mean: int
    peak: int


def most_used() -> list[int]:
    """Return ids of services by how many agencies hold a right to them in the live environment, most first."""
    rows = open_live_grants().order_by().values("service_id").annotate(n=Count("system__owner_id", distinct=True))
    return list(rows.order_by("-n", "service_id").values_list("service_id", flat=True)[:MOST])


def services_watched(actor: Actor, *, over: bool = False) -> QuerySet[DataService]:
    """Return the services whose load the actor may see: its own agency's to a provider, every one to SKHCN.

    Only those that are published or used; with *over* only those granted beyond their capacity.
    """
    if not (actor.may(SEES_ALL) or actor.may(SEES_OWN)):
        return DataService.objects.none()
    granted = open_live_grants().filter(service_id=OuterRef("pk")).order_by().values("service_id")
    quotas = granted.annotate(total=Sum("daily_quota")).values("total")
    found = DataService.objects.select_related("provider").annotate(granted=Coalesce(Subquery(quotas), 0))
    if not actor.may(SEES_ALL):
        found = found.filter(provider_id=actor.agency_id or 0)
    if over:
        return found.filter(granted__gt=F("capacity_per_day"))
    return found.filter(Q(granted__gt=0) | Q(pk__in=DataService.objects.published().values("pk")))


def consumers_of(service: DataService) -> list[Consumer]:
    """Return who uses the service or asks to, by agency and system; five queries whatever their number."""
    grants = open_live_grants().filter(service=service).select_related("system__owner", "purpose")
    calls = {(row.system_id, row.purpose): row for row in calls_of({service.pk: service.code}) if row.system_id}
    asked = {row.system_id: row for row in asked_of([service.pk])}
    found = [
        _granted(grant, asked[grant.system_id].daily_quota if grant.system_id in asked else None, calls)
        for grant in grants
    ]
    waiting = asked.keys() - {grant.system_id for grant in grants}
    systems = InformationSystem.objects.filter(pk__in=waiting).select_related("owner")
    found += [Consumer(system, "", "", None, asked[system.pk].daily_quota, None, 0, 0) for system in systems]
    return sorted(found, key=lambda row: (row.system.owner.sort_key, row.system.sort_key, row.code))


def _granted(grant: Grant, asked: int | None, calls: dict[tuple[int, str], DailyLoad]) -> Consumer:
    row = calls.get((grant.system_id, grant.purpose.code))
    return Consumer(
        system=grant.system,
        purpose=grant.purpose.title,
        code=grant.code,
        quota=grant.daily_quota,
        asked=asked,
        valid_to=grant.valid_to,
        mean=mean_of(row) if row else 0,
        peak=row.peak if row else 0,
    )


def parts_of_service(service_id: int, actor: Actor) -> list[Part]:
    """Return who uses the service, agencies only, for people who are signed in."""
    if not actor.is_person or not actor.roles:
        return []
    using = open_live_grants().filter(service_id=service_id).order_by().values("system__owner_id")
    found = list(Agency.objects.filter(pk__in=using).order_by("sort_key", "pk")[: SHOWN + 1])
    rows = [PartRow(agency.name) for agency in found[:SHOWN]]
    if len(found) > SHOWN:
        rows.append(PartRow(_("và các cơ quan khác")))
    empty = _("Chưa có cơ quan nào được cấp quyền khai thác trên môi trường chính thức.")
    return [Part("consumers", _("Cơ quan đang khai thác"), rows, empty=empty)]

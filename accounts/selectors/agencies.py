"""Reading the register."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q

from accounts.choices import AgencyKind
from accounts.models import Agency, AgencyCode, Membership
from accounts.models.agencies import UNREADABLE, AgencyQuerySet
from audit.models import Fact
from core import clock


@dataclass(frozen=True, slots=True)
class Summary:
    """How many agencies are in force, and how many of them are communes."""

    total: int
    communes: int


def register_summary() -> Summary:
    """Return the two figures of the home page, in one query, kept for a minute."""
    found: dict[str, int] | None = cache.get("accounts.register_summary")
    if found is None:
        living = Agency.objects.in_force(clock.today())
        found = living.aggregate(total=Count("id"), communes=Count("id", filter=Q(kind=AgencyKind.COMMUNE)))
        cache.set("accounts.register_summary", found, 60)
    return Summary(**found)


def last_fact_of(agency: Agency) -> Fact | None:
    """Return the newest fact about *agency*."""
    return Fact.objects.filter(subject_type="accounts.agency", subject_id=str(agency.pk)).order_by("-id").first()


def bodies_of(agency_id: int) -> list[int]:
    """Return the agency and every ended one it succeeds, by any number of steps: what they did is its history now."""
    found = fresh = [agency_id]
    while fresh:
        ended = Agency.objects.filter(successor_id__in=fresh, valid_to__lt=clock.today()).exclude(pk__in=found)
        fresh = list(ended.values_list("pk", flat=True))
        found = [*found, *fresh]
    return found


def agency_with_code(code: str) -> Agency | None:
    """Return the agency whose electronic code is *code*, else the one that once had it in any code list."""
    if UNREADABLE.search(code):
        return None
    found = Agency.objects.select_related("parent", "successor").filter(code=code).first()
    if found is not None:
        return found
    entry = AgencyCode.objects.select_related("agency").filter(value=code).order_by("-scheme").first()
    return entry.agency if entry else None


def living_children(agency: Agency, *, after: date) -> AgencyQuerySet:
    """Return the units right below *agency* that go on after the day *after*."""
    below: Any = Agency.objects.filter(parent=agency.pk)
    return below.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=after)).order_by("sort_key", "id")


@dataclass(frozen=True, slots=True)
class Dependants:
    """Who would feel the end of an agency: counts, and the first few names of each."""

    people: int
    people_names: list[str]
    invitations: int
    children: int
    children_names: list[str]


def dependants_of(agency: Agency, *, shown: int = 10) -> Dependants:
    """Return who holds a role in *agency*, is invited to it, or stands below it today."""
    today = clock.today()
    held = Membership.objects.in_force(today).filter(agency=agency.pk).order_by("user__sort_key", "user_id")
    people = list(dict(held.values_list("user_id", "user__full_name")).values())
    waiting = agency.invitations.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now()
    )
    children = list(living_children(agency, after=today).values_list("name", flat=True))
    return Dependants(len(people), people[:shown], waiting.count(), len(children), children[:shown])


def found_agencies(*, words: str, kind: str, ended: bool) -> AgencyQuerySet:
    """Return agencies that match every folded word, of one kind when asked, those in force unless *ended*."""
    found: Any = Agency.objects.matching(words)
    if kind:
        found = found.filter(kind=kind)
    today = clock.today()
    return found.exclude(pk__in=Agency.objects.in_force(today).values("pk")) if ended else found.in_force(today)


def counts_by_kind(*, words: str, ended: bool) -> dict[str, int]:
    """Return how many agencies of each kind the words find."""
    rows = found_agencies(words=words, kind="", ended=ended).order_by().values_list("kind").annotate(n=Count("id"))
    return dict(rows)

"""Reading the register."""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q

from accounts.choices import AgencyKind
from accounts.models import Agency
from accounts.models.agencies import AgencyQuerySet
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

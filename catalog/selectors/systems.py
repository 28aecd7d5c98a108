"""Reading the register of systems for its pages."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import AgencyKind
from accounts.models import Agency
from audit.models import Fact
from catalog.choices import SYSTEM_DEEDS, SystemKind, SystemState
from catalog.models import InformationSystem
from catalog.models.systems import SystemQuerySet
from core import clock
from core.actor import Actor
from core.choices import Environment

Choices = list[tuple[str, list[tuple[int, str]]]]
LEVELS = ("1", "2", "3", "4", "5")
# Facet -> the values it may have and what they are called.
FACETS: dict[str, list[tuple[str, StrOrPromise]]] = {
    "state": [(item.value, item.label) for item in SystemState],
    "kind": [(item.value, item.label) for item in SystemKind],
    "level": [*((n, _lazy("Cấp độ %(n)s") % {"n": n}) for n in LEVELS), ("none", _lazy("Chưa xác định"))],
    "environment": [(item.value, item.label) for item in Environment],
    "decision": [("none", _lazy("Chưa có quyết định phê duyệt"))],
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the register looks for: words, code of the owner, and values by facet."""

    words: str = ""
    owner: str = ""
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, facet: str) -> tuple[str, ...]:
        """Return the values wanted of *facet*."""
        return dict(self.values).get(facet, ())

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return bool(self.words) + bool(self.owner) + sum(len(chosen) for _facet, chosen in self.values)


def _condition(facet: str, value: str) -> Q:
    if facet == "environment":
        return Q(environments__contains=[value])
    if facet == "decision":
        return Q(security_decision="")
    if facet == "level":
        return Q(security_level__isnull=True) if value == "none" else Q(security_level=int(value))
    return Q(**{facet: value})


def systems_found(actor: Actor, wanted: Wanted) -> SystemQuerySet:
    """Return the systems the actor sees that match; those out of use only when their state is asked for."""
    found = InformationSystem.objects.visible_to(actor).matching(wanted.words)
    if wanted.owner:
        found = found.filter(owner__code=wanted.owner)
    for facet in FACETS:
        chosen = Q()
        for value in wanted.of(facet):
            chosen |= _condition(facet, value)
        found = found.filter(chosen)
    if not wanted.of("state"):
        found = found.exclude(state=SystemState.RETIRED)
    return found.select_related("owner", "operating_unit")


def facet_counts(actor: Actor, wanted: Wanted) -> dict[str, list[tuple[str, StrOrPromise, int]]]:
    """Return for each facet its values that occur among what the words find, with how many; one query."""
    base = InformationSystem.objects.visible_to(actor).matching(wanted.words).order_by()
    counted: dict[str, Any] = {
        f"{facet}_{value}": Count("pk", filter=_condition(facet, value))
        for facet, values in FACETS.items()
        for value, _label in values
    }
    counts = base.aggregate(**counted)
    return {
        facet: [(value, label, n) for value, label in values if (n := counts[f"{facet}_{value}"])]
        for facet, values in FACETS.items()
    }


def owner_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return code and name of the agencies whose systems the actor sees, in order of names; one query."""
    owners = InformationSystem.objects.visible_to(actor).order_by().values("owner_id")
    return list(Agency.objects.filter(pk__in=owners).order_by("sort_key").values_list("code", "name"))


def operating_unit_choices(agency_id: int) -> Choices:
    """Return agencies in force, the agency and its own units first, the others by kind; one query."""
    near: list[tuple[int, str]] = []
    others: dict[str, list[tuple[int, str]]] = {}
    for pk, name, kind, parent in (
        Agency.objects.in_force(clock.today()).order_by("sort_key").values_list("pk", "name", "kind", "parent_id")
    ):
        if pk == agency_id:
            near.insert(0, (pk, name))
        elif parent == agency_id:
            near.append((pk, name))
        else:
            others.setdefault(kind, []).append((pk, name))
    groups = [(str(kind.label), others[kind.value]) for kind in AgencyKind if kind.value in others]
    return [(_("Cơ quan của bạn"), near), *groups] if near else groups


def history_of(system: InformationSystem) -> list[tuple[Fact, StrOrPromise]]:
    """Return the last deeds on *system*, newest first, with what they are called."""
    found = Fact.objects.filter(subject_type="catalog.informationsystem", subject_id=str(system.pk)).order_by("-id")
    return [(fact, SYSTEM_DEEDS.get(fact.deed, fact.deed)) for fact in found[:20]]

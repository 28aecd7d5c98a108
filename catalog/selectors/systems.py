"""Reading the register of systems for its pages."""

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.choices import AgencyKind
from accounts.models import Agency
from audit.models import Fact
from catalog.choices import SYSTEM_DEEDS
from catalog.models import InformationSystem
from core import clock

Choices = list[tuple[str, list[tuple[int, str]]]]


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

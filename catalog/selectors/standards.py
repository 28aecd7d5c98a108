"""Reading the register of standards for its public pages, for services and for checklists."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from catalog.choices import StandardKind
from catalog.models import Standard
from catalog.models.standards import UNKNOWN, StandardQuerySet
from core import clock
from core.web.notes import Note

# What a reader may narrow by: in force today, ended, not yet in force, not known.
STANDINGS: tuple[tuple[str, StrOrPromise], ...] = (
    ("now", gettext_lazy("Còn hiệu lực")),
    ("ended", gettext_lazy("Hết hiệu lực")),
    ("later", gettext_lazy("Chưa có hiệu lực")),
    ("unknown", gettext_lazy("Chờ kiểm tra hiệu lực")),
)


@dataclass(frozen=True, slots=True)
class StandardsWanted:
    """What a reader looks for."""

    words: str = ""
    kinds: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return bool(self.words) + len(self.kinds) + len(self.standings)


def _standing(name: str) -> Q:
    today = clock.today()
    if name == "ended":
        return Q(valid_to__lt=today)
    if name == "later":
        return Q(valid_from__gt=today)
    if name == "unknown":
        return UNKNOWN
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=today)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gte=today)) & ~UNKNOWN


def standards_found(wanted: StandardsWanted) -> StandardQuerySet:
    """Return the standards that match, by kind and title."""
    found = Standard.objects.matching(wanted.words)
    if wanted.kinds:
        found = found.filter(kind__in=wanted.kinds)
    chosen = Q()
    for name in wanted.standings:
        chosen |= _standing(name)
    return found.filter(chosen).select_related("replaced_by")


def standard_counts(wanted: StandardsWanted) -> dict[str, list[tuple[str, StrOrPromise, int]]]:
    """Return by facet the values that occur among what the words find, with how many; one query."""
    base = Standard.objects.matching(wanted.words).order_by()
    kinds = {f"kind_{kind}": Count("pk", filter=Q(kind=kind)) for kind in StandardKind.values}
    standings = {f"standing_{name}": Count("pk", filter=_standing(name)) for name, _label in STANDINGS}
    counts = base.aggregate(**kinds, **standings)
    return {
        "kind": [(kind.value, kind.label, n) for kind in StandardKind if (n := counts[f"kind_{kind.value}"])],
        "standing": [(name, label, n) for name, label in STANDINGS if (n := counts[f"standing_{name}"])],
    }


def in_force_first() -> StandardQuerySet:
    """Return every standard for a choice, those in force first."""
    return Standard.objects.order_by(F("valid_to").desc(nulls_first=True), "kind", "sort_key")


def notes_of_service(pk: int) -> list[Note]:
    """Return what the page of a data service says of the standards it follows."""
    found = Standard.objects.filter(services=pk).order_by("kind", "sort_key")
    today = clock.today()
    notes = []
    for item in found:
        text, kind = item.standing(today)
        notes.append(Note(_("Tiêu chuẩn áp dụng"), f"{item.number}: {text.lower()}", kind))
    return notes

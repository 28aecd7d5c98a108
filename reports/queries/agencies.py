"""Agencies as they were called at the end of a period, and who succeeded those that are gone (QC2)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.models import Agency
from audit.models import Fact
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class AgencyThen:
    """A body under its code and name of then; ``ended_on`` where it was gone by the end, with its successor."""

    code: str
    name: str
    ended_on: date | None = None
    successor: str = ""


def agencies_then(window: Window) -> dict[int, AgencyThen]:
    """Return every agency by id as of the end of *window*; one query.

    A name or code that changed later is read back from the fact of that change.
    """
    last = window.last_day
    rows = Agency.objects.annotate(
        name_then=_before(window, "agency.changed", "name"), code_then=_before(window, "agency.code_replaced", "code")
    ).values_list("pk", "code", "code_then", "name", "name_then", "valid_to", "successor__name")
    return {
        pk: AgencyThen(
            code=code_then or code,
            name=name_then or name,
            ended_on=ended if ended is not None and ended <= last else None,
            successor=(successor or "") if ended is not None and ended <= last else "",
        )
        for pk, code, code_then, name, name_then, ended, successor in rows.order_by("sort_key", "pk")
    }


def _before(window: Window, deed: str, field: str) -> Subquery:
    """Return what *field* was before the first change since the end of *window*; NULL where it did not change."""
    later = Fact.objects.filter(
        subject_type=Agency._meta.label_lower,
        subject_id=Cast(OuterRef("pk"), CharField()),
        deed=deed,
        at__gte=window.until,
        before__has_key=field,
    )
    return Subquery(later.order_by("id").annotate(value=KT(f"before__{field}")).values("value")[:1])

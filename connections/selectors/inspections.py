"""Reading periodic inspections: what is due, what is under way, what was found."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from connections.choices import Mark
from connections.models import Connection, Inspection, InspectionMark
from connections.selectors.compliance import inspection_span, live_connections, with_inspection_day
from core import clock
from core.actor import Actor
from core.text import fold


def inspection_list(actor: Actor, *, words: str = "", only_due: bool = False) -> QuerySet[Any]:
    """Return live connections with ``inspect_on`` and ``under_way``, the longest overdue first.

    *only_due* leaves those whose day has come, *words* narrow by system name and code.
    """
    running = Prefetch("inspections", queryset=Inspection.objects.open(), to_attr="under_way")
    found = with_inspection_day(live_connections(actor), inspection_span())
    for word in fold(words).split():
        found = found.filter(system__search__contains=word)
    if only_due:
        found = found.filter(inspect_on__lte=clock.today())
    found = found.select_related("system__owner", "request").prefetch_related(running)
    return found.order_by(F("inspect_on").asc(nulls_last=True), "pk")


def concluded_inspections(actor: Actor) -> QuerySet[Inspection]:
    """Return the inspections that were concluded, the newest first."""
    seen = Inspection.objects.visible_to(actor).filter(concluded_at__isnull=False)
    return seen.select_related("connection__system__owner", "concluded_by").order_by("-concluded_at", "-pk")


def marks_of(inspection: Inspection) -> list[InspectionMark]:
    """Return the marks of an inspection in the order of its checklist."""
    return list(inspection.marks.select_related("criterion", "marked_by").order_by("criterion__place"))


def unjudged(marks: Sequence[InspectionMark]) -> list[str]:
    """Return the criteria that nobody judged yet, by their text."""
    return [mark.criterion.text for mark in marks if mark.result == ""]


def failed(marks: Sequence[InspectionMark]) -> list[InspectionMark]:
    """Return what was found not to be met."""
    return [mark for mark in marks if mark.result == Mark.FAIL]


def inspections_of(connection: Connection, actor: Actor) -> list[Inspection]:
    """Return what was concluded of *connection*, the newest first, with what was not met at hand (``failures``)."""
    failures = InspectionMark.objects.filter(result=Mark.FAIL).select_related("criterion")
    failures = failures.order_by("criterion__place")
    seen = concluded_inspections(actor).filter(connection=connection)
    return list(seen.prefetch_related(Prefetch("marks", queryset=failures, to_attr="failures")))

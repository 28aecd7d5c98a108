"""Reading reports of wrong data, and the calls they may name."""

from typing import Any
from uuid import UUID

from django.db.models import Case, F, QuerySet, Value, When

from accounts.selectors.agencies import bodies_of
from accounts.selectors.calendar import work_calendar
from audit.selectors.calls import CallRow, recent_calls
from catalog.duty_choices import WAITING_FOR_PROVIDER
from catalog.models import DataErrorReport, DataService
from core import clock
from core.actor import Actor
from core.workdays import WorkCalendar, remaining


def error_list(actor: Actor, *, tab: str = "", words: str = "") -> QuerySet[DataErrorReport]:
    """Return the reports the actor sees: those that wait for an answer first, the most urgent on top.

    *tab* "open", "overdue" or "closed" narrows; *words* is a code or a part of a service's name.
    """
    found = DataErrorReport.objects.visible_to(actor)
    if tab == "overdue":
        found = found.overdue()
    elif tab == "open":
        found = found.open()
    elif tab == "closed":
        found = found.filter(closed_at__isnull=False)
    if words:
        named = DataService.objects.matching(words).values("pk")
        found = found.filter(code__iexact=words) | found.filter(service__in=named)
    rank = Case(When(state__in=WAITING_FOR_PROVIDER, then=Value(0)), default=Value(1))
    ordered = found.annotate(rank=rank).order_by("rank", F("due_at").asc(nulls_last=True), "-id")
    return ordered.select_related("service__provider", "agency")


def days_left(report: DataErrorReport, calendar: WorkCalendar | None = None) -> int | None:
    """Return the working days left for the answer, negative once it is late; None while none is awaited."""
    if report.state not in WAITING_FOR_PROVIDER or report.due_at is None:
        return None
    return remaining(clock.now(), report.due_at, calendar or work_calendar())


def call_of_agency(call_id: UUID, agency_id: int, service: DataService) -> CallRow | None:
    """Return the call, if a system of the agency (or of one it succeeds) made it to *service*; else None."""
    bodies = bodies_of(agency_id)
    found = recent_calls(call_id=call_id, agency_id=bodies, limit=1)
    row = found[0] if found else None
    return row if row is not None and row.agency_id in bodies and row.service == service.code else None


def prefill_from(call_id: UUID, agency_id: int) -> dict[str, Any]:
    """Return what a form begins with for a call of the agency's own systems: service, version, operation."""
    bodies = bodies_of(agency_id)
    found = [row for row in recent_calls(call_id=call_id, agency_id=bodies, limit=1) if row.agency_id in bodies]
    return {"service": found[0].service, "operation": found[0].operation} if found else {}

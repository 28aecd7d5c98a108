"""Live connections and the days on which they owe something (QC8.7, QC14.6); every number is a deadline policy."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import DateField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from accounts.choices import TermUnit
from accounts.models import DeadlinePolicy
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from connections.choices import Duty
from connections.models import Connection, Declaration, Inspection
from core import clock
from core.actor import Actor
from core.workdays import Term, WorkCalendar, due, remaining


def policy_of(duty: Duty) -> DeadlinePolicy | None:
    """Return the version of the duty's deadline in force today; None where staff keep none."""
    return deadlines_in_force(clock.today()).filter(code=f"compliance.{duty}").first()


def span_of(policy: DeadlinePolicy) -> timedelta:
    """Return how long the policy's term lasts: its calendar days, any other unit as counted from today."""
    if policy.unit == TermUnit.CALENDAR_DAY:
        return timedelta(days=policy.amount)
    return due(clock.now(), Term(policy.amount, policy.unit), work_calendar()).date() - clock.today()  # type: ignore[arg-type]


def days_left(day: date, calendar: WorkCalendar) -> int:
    """Return the working days left until the end of *day*, negative once it has passed."""
    return remaining(clock.now(), clock.start_of(day, after=True) - timedelta(seconds=1), calendar)


def live_connections(actor: Actor) -> QuerySet[Connection]:
    """Return the connections in operation that the actor may see; a suspended one is among them."""
    return in_operation(Connection.objects.visible_to(actor))


def in_operation(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of *found* that went live and were not closed."""
    return found.filter(live_at__isnull=False, closed_at__isnull=True)


def declaration_day(year: int) -> date | None:
    """Return the day by which the declarations of *year* are due; None where no policy says so."""
    policy = policy_of(Duty.DECLARATION)
    if policy is None:
        return None
    begins = datetime.combine(date(year - 1, 12, 31), time(12), tzinfo=clock.VIETNAM)
    return due(begins, Term(policy.amount, policy.unit), work_calendar()).date()  # type: ignore[arg-type]


def owing_declaration(found: QuerySet[Connection], year: int) -> QuerySet[Connection]:
    """Return those of *found* that owe the declaration of *year*: live since before it, and not declared yet.

    What went live in the year has just committed itself with its dossier.
    """
    made = Declaration.objects.filter(year=year).values("connection_id")
    return in_operation(found).filter(live_at__lt=clock.start_of(date(year, 1, 1))).exclude(pk__in=made)


def with_inspection_day(found: QuerySet[Connection], span: timedelta | None) -> QuerySet[Any]:
    """Return *found* with ``inspect_on``: set by the last inspection, else the span after going live.

    Without a policy (*span* None) only inspections already concluded name a day.
    """
    concluded = Inspection.objects.filter(connection=OuterRef("pk"), concluded_at__isnull=False).order_by("-id")
    last = Subquery(concluded.values("next_due")[:1], output_field=DateField())
    if span is None:
        return found.annotate(inspect_on=last)
    first = TruncDate(F("live_at") + span, tzinfo=clock.VIETNAM)
    return found.annotate(inspect_on=Coalesce(last, first, output_field=DateField()))


def inspection_span() -> timedelta | None:
    """Return the time between two inspections; None where no policy says so."""
    policy = policy_of(Duty.INSPECTION)
    return None if policy is None else span_of(policy)

"""Reading training: sessions with their seats, people an agency may register, counts by agency (Q50-15.6)."""

from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from accounts.models import Membership, User
from catalog.models import TechnicalDocument
from core import clock
from core.actor import Actor
from reports.models import TrainingSeat, TrainingSession
from reports.training_choices import Result, SeatState, SessionState

# What one may still register for comes first, the nearest on top.
COMING = (
    Case(When(state=SessionState.OPEN, then=Value(0)), default=Value(1)).asc(),
    Case(When(state=SessionState.OPEN, then=F("starts_at"))).asc(nulls_last=True),
    F("starts_at").desc(),
    F("id").desc(),
)


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """How many people of an agency had a seat, waited, came and passed."""

    name: str
    registered: int
    waiting: int
    attended: int
    passed: int


def sessions_for(actor: Actor, *, tab: str = "") -> QuerySet[TrainingSession]:
    """Return the sessions the actor sees, what takes registrations first; *tab* "open" or "over" narrows."""
    found = TrainingSession.objects.visible_to(actor).with_seats()
    if tab == "open":
        found = found.filter(state=SessionState.OPEN, starts_at__gt=clock.now())
    elif tab == "over":
        found = found.exclude(state=SessionState.DRAFT).filter(starts_at__lte=clock.now())
    return found.order_by(*COMING)


def seats_for(actor: Actor, session: TrainingSession) -> QuerySet[TrainingSeat]:
    """Return the registrations of *session* the actor sees, withdrawn ones left out, the earliest first."""
    found = TrainingSeat.objects.visible_to(actor).standing().filter(session=session)
    return found.select_related("agency")


def people_of(actor: Actor) -> QuerySet[User]:
    """Return the people with a role in force in the actor's agency, in order of given name."""
    held = Membership.objects.in_force(clock.today()).filter(agency_id=actor.agency_id or 0)
    return User.objects.filter(pk__in=held.values("user_id")).order_by("sort_key", "pk")


def materials_for(actor: Actor, session: TrainingSession) -> QuerySet[TechnicalDocument]:
    """Return the materials of *session* that their level lets the actor read."""
    return (
        TechnicalDocument.objects.visible_to(actor).filter(pk__in=session.materials.values("pk")).order_by("sort_key")
    )


def counts_by_agency(session: TrainingSession) -> list[AgencyCount]:
    """Return the counts of *session*, agencies in order of name."""
    rows = (
        TrainingSeat.objects.standing()
        .filter(session=session)
        .order_by("agency__sort_key", "agency_id")
        .values("agency_id", "agency__name", "agency__sort_key")
        .annotate(
            registered=Count("pk", filter=Q(state=SeatState.REGISTERED)),
            waiting=Count("pk", filter=Q(state=SeatState.WAITING)),
            came=Count("pk", filter=Q(attended=True)),
            passed=Count("pk", filter=Q(result=Result.PASSED)),
        )
    )
    return [
        AgencyCount(row["agency__name"], row["registered"], row["waiting"], row["came"], row["passed"]) for row in rows
    ]


def unmarked() -> QuerySet[TrainingSession]:
    """Return sessions that are over and still open: attendance waits to be marked."""
    return TrainingSession.objects.filter(state=SessionState.OPEN, ends_at__lt=clock.now()).order_by("ends_at")

"""Reading dossiers: whose turn it is, how the deadline stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from connections.choices import ENDED, Side, State, Step
from connections.models import Clock, Confirmation, ConnectionRequest, Trial
from connections.permissions import offers, side_of
from core import clock
from core.actor import Actor
from core.text import fold
from core.workdays import WorkCalendar, remaining

# How the reason of a pause begins; the badge says the word itself.
WAITING = "Chờ "
AGENCY_TURN = frozenset({State.DRAFT, State.COMPLETION_REQUESTED})


@dataclass(frozen=True, slots=True)
class Deadline:
    """How a running step stands: working days left (negative: overdue), or paused since when and for whom."""

    label: str
    basis: str
    statutory: bool
    due_at: datetime | None
    days_left: int | None
    paused_since: datetime | None = None
    paused_for: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, in words, and how the reader's page marks it ("yours", "progress", "live", "quiet")."""

    text: str
    kind: str


def with_clocks(found: QuerySet[ConnectionRequest]) -> QuerySet[ConnectionRequest]:
    """Return *found* with agency, system and running clocks at hand: no query for each row of a list."""
    running = Clock.objects.filter(ended_at__isnull=True).prefetch_related("pauses").order_by("id")
    return found.select_related("agency", "system", "evaluator").prefetch_related(
        Prefetch("clocks", queryset=running, to_attr="running_clocks")
    )


def with_turns(found: QuerySet[ConnectionRequest]) -> QuerySet[ConnectionRequest]:
    """Return *found* as :func:`with_clocks`, with what the sides said of the tests and the day promised at hand.

    ``promised_at`` is when the result of the evaluation is due; empty before intake and while it stands still.
    """
    promised = Clock.objects.filter(request=OuterRef("pk"), step=Step.EVALUATION).order_by("-id")
    said = Confirmation.objects.filter(agreed=True, voided_at__isnull=True)
    rounds = Trial.objects.defer("record").order_by("-round")
    rounds = rounds.prefetch_related(Prefetch("confirmations", queryset=said, to_attr="agreed_now"))
    return (
        with_clocks(found)
        .annotate(promised_at=Subquery(promised.values("due_at")[:1]))
        .prefetch_related(Prefetch("trials", queryset=rounds, to_attr="rounds"))
    )


def deadline_of(request: ConnectionRequest, calendar: WorkCalendar | None = None) -> Deadline | None:
    """Return the deadline of the step under way; hand *calendar* on when reading a list.

    A paused clock shows only when no other runs: while the agency completes, its own deadline is the one to see.
    """
    found = deadlines_of(request, calendar)
    return found[0] if found else None


def deadlines_of(request: ConnectionRequest, calendar: WorkCalendar | None = None) -> list[Deadline]:
    """Return every deadline that has not ended, the one under way first, then what stands still meanwhile."""
    running: list[Clock] | None = getattr(request, "running_clocks", None)
    if running is None:
        running = list(request.clocks.filter(ended_at__isnull=True).prefetch_related("pauses").order_by("id"))
    if not running:
        return []
    under_way = next((item for item in reversed(running) if item.due_at is not None), running[-1])
    calendar = calendar or work_calendar()
    return [_deadline(item, calendar) for item in (under_way, *(other for other in running if other is not under_way))]


def _deadline(found: Clock, calendar: WorkCalendar) -> Deadline:
    pause = next((item for item in found.pauses.all() if item.ended_at is None), None)
    return Deadline(
        label=str(found.get_step_display()),
        basis=found.basis,
        statutory=found.statutory,
        due_at=found.due_at,
        days_left=None if found.due_at is None else remaining(clock.now(), found.due_at, calendar),
        paused_since=pause.started_at if pause else None,
        paused_for=pause.reason.removeprefix(WAITING) if pause else "",
    )


def turn_of(request: ConnectionRequest, actor: Actor) -> Turn:
    """Return whose turn it is as the actor should read it: theirs, the other side's, or nobody's."""
    if request.state == State.LIVE or request.state in ENDED:
        return Turn(str(State(request.state).label), "live" if request.state == State.LIVE else "quiet")
    if request.state == State.AWAITING_CONFIRMATION:
        return _confirming(request, actor)
    own = actor.agency_id == request.agency_id
    if request.state in AGENCY_TURN:
        text = _("Đến lượt cơ quan bạn") if own else _("Chờ %(agency)s") % {"agency": request.agency}
        return Turn(text, "yours" if own else "progress")
    if not own and any(offer.refusal is None for offer in offers(actor, request)):
        return Turn(_("Đến lượt bạn"), "yours")
    return Turn(_("Chờ Sở Khoa học và Công nghệ"), "progress")


def _confirming(request: ConnectionRequest, actor: Actor) -> Turn:
    done = sides_agreed(request)
    mine = side_of(actor, request)
    if mine is not None and mine not in done:
        return Turn(_("Đến lượt bạn xác nhận"), "yours")
    waiting = [side for side in Side if side not in done]
    names = {Side.AGENCY: str(request.agency), Side.OPERATOR: _("Sở Khoa học và Công nghệ")}
    return Turn(_("Chờ %(sides)s xác nhận") % {"sides": ", ".join(names[side] for side in waiting)}, "progress")


def sides_agreed(request: ConnectionRequest) -> set[str]:
    """Return the sides that agreed to the record that waits; no query for a row of :func:`with_turns`."""
    rounds: list[Trial] | None = getattr(request, "rounds", None)
    if rounds is not None:
        return {row.side for trial in rounds[:1] for row in trial.agreed_now}  # type: ignore[attr-defined]
    trial = request.trials.order_by("-round").first()
    said = trial.confirmations.filter(agreed=True, voided_at__isnull=True) if trial else ()
    return {row.side for row in said}


def found_requests(actor: Actor, *, words: str = "", state: str = "") -> QuerySet[ConnectionRequest]:
    """Return the dossiers of the actor's own agency that match every folded word, of one state when asked."""
    found = ConnectionRequest.objects.visible_to(actor).filter(agency_id=actor.agency_id or 0)
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    if state in State.values:
        found = found.filter(state=state)
    return found.order_by("-id")

"""Reading dossiers: whose turn it is, how the deadline stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from connections.choices import ENDED, Side, State
from connections.models import Clock, ConnectionRequest
from connections.permissions import offers, side_of
from core import clock
from core.actor import Actor
from core.text import fold
from core.workdays import WorkCalendar, remaining

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


def deadline_of(request: ConnectionRequest, calendar: WorkCalendar | None = None) -> Deadline | None:
    """Return the deadline of the step under way; hand *calendar* on when reading a list.

    A paused clock shows only when no other runs: while the agency completes, its own deadline is the one to see.
    """
    running: list[Clock] | None = getattr(request, "running_clocks", None)
    if running is None:
        running = list(request.clocks.filter(ended_at__isnull=True).prefetch_related("pauses").order_by("id"))
    if not running:
        return None
    found = next((item for item in reversed(running) if item.due_at is not None), running[-1])
    pause = next((item for item in found.pauses.all() if item.ended_at is None), None)
    left = None
    if found.due_at is not None:
        left = remaining(clock.now(), found.due_at, calendar or work_calendar())
    return Deadline(
        label=str(found.get_step_display()),
        basis=found.basis,
        statutory=found.statutory,
        due_at=found.due_at,
        days_left=left,
        paused_since=pause.started_at if pause else None,
        paused_for=pause.reason if pause else "",
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
    if any(offer.refusal is None for offer in offers(actor, request)) and not own:
        return Turn(_("Đến lượt bạn"), "yours")
    return Turn(_("Chờ Sở Khoa học và Công nghệ"), "progress")


def _confirming(request: ConnectionRequest, actor: Actor) -> Turn:
    trial = request.trials.order_by("-round").first()
    rows = trial.confirmations.filter(agreed=True, voided_at__isnull=True) if trial else ()
    done = {row.side for row in rows}
    mine = side_of(actor, request)
    if mine is not None and mine not in done:
        return Turn(_("Đến lượt bạn xác nhận"), "yours")
    waiting = [side for side in Side if side not in done]
    names = {Side.AGENCY: str(request.agency), Side.OPERATOR: _("Sở Khoa học và Công nghệ")}
    return Turn(_("Chờ %(sides)s xác nhận") % {"sides": ", ".join(names[side] for side in waiting)}, "progress")


def found_requests(actor: Actor, *, words: str = "", state: str = "") -> QuerySet[ConnectionRequest]:
    """Return the dossiers of the actor's own agency that match every folded word, of one state when asked."""
    found = ConnectionRequest.objects.visible_to(actor).filter(agency_id=actor.agency_id or 0)
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    if state in State.values:
        found = found.filter(state=state)
    return found.order_by("-id")

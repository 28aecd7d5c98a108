"""Through whose hands a dossier went, and how each step stood to its deadline (ux.md P9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.selectors.calendar import work_calendar
from audit.models import Fact
from connections.models import Clock, ConnectionRequest
from connections.selectors.timeline import DEEDS, SUBJECT
from core import clock
from core.clock import VIETNAM
from core.workdays import WorkCalendar, remaining

ASSIGNED = "request.assigned"
_BEFORE_SENDING = frozenset({"request.begun", "request.part_saved"})


@dataclass(frozen=True, slots=True)
class Handover:
    """One stay: what ended it and who did it; since when, until when (None: still there), how long in words."""

    what: StrOrPromise
    who: str
    since: datetime
    until: datetime | None
    held: str


@dataclass(frozen=True, slots=True)
class StepTerm:
    """One step's deadline and how it ended, in words."""

    step: str
    term: str
    started_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    result: str


def handovers_of(request: ConnectionRequest, at: datetime) -> list[Handover]:
    """Return every stay of a dossier from its sending up to the moment *at*, the first on top."""
    return list(_stays(request, at, work_calendar()))


def terms_of_steps(request: ConnectionRequest, at: datetime) -> list[StepTerm]:
    """Return the deadlines of a dossier in the order they began; two queries."""
    calendar = work_calendar()
    return [
        StepTerm(
            step=str(item.get_step_display()),
            term=f"{item.amount} {item.get_unit_display()}",
            started_at=item.started_at,
            due_at=item.due_at,
            ended_at=item.ended_at,
            result=outcome(item, at, calendar),
        )
        for item in Clock.objects.filter(request=request).order_by("started_at", "id")
    ]


def outcome(item: Clock, at: datetime, calendar: WorkCalendar) -> str:
    """Return how a deadline was kept, or stands at the moment *at*."""
    if item.due_at is None:
        return _("Tạm dừng tính hạn")
    late = -remaining(item.ended_at or at, item.due_at, calendar)
    if late > 0:
        return _("Quá hạn %(n)s ngày làm việc") % {"n": late}
    return _("Đúng hạn") if item.ended_at else _("Trong hạn")


def duration(since: datetime, until: datetime, calendar: WorkCalendar) -> str:
    """Return how long: hours and minutes within one day, else working days."""
    first, last = since.astimezone(VIETNAM).date(), until.astimezone(VIETNAM).date()
    if first == last:
        minutes = int((until - since).total_seconds()) // 60
        return _("%(h)s giờ %(m)s phút") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(n)s ngày làm việc") % {"n": calendar.working_days_between(first, last)}


def _stays(request: ConnectionRequest, at: datetime, calendar: WorkCalendar) -> Iterator[Handover]:
    found = Fact.objects.filter(subject_type=SUBJECT, subject_id=str(request.pk), deed__in=DEEDS)
    since = request.submitted_at or request.created_at
    for fact in found.exclude(deed__in=_BEFORE_SENDING).order_by("id"):
        if "state" not in fact.after and fact.deed != ASSIGNED:
            continue
        who = ", ".join(filter(None, (fact.actor_name, fact.agency_name)))
        began = min(since, fact.at)
        yield Handover(_what(fact), who, began, fact.at, duration(began, fact.at, calendar))
        since = fact.at
    if request.ended_at is None and request.live_at is None:
        now = max(at, since)
        text = _("Đang ở tình trạng «%(state)s»") % {"state": request.get_state_display()}
        yield Handover(text, "", since, None, duration(since, now, calendar))


def _what(fact: Fact) -> StrOrPromise:
    label = DEEDS[fact.deed][0]
    given = fact.after.get("evaluator") if fact.deed == ASSIGNED else None
    if not given:
        return label
    return _("%(step)s: giao %(name)s") % {"step": label, "name": given["name"]}


def late_clock(request: ConnectionRequest) -> Clock | None:
    """Return the running clock of SKHCN's side that has passed its day, None where there is none."""
    running = Clock.objects.filter(request=request, ended_at__isnull=True, due_at__lt=clock.now())
    return running.exclude(step="completion").order_by("due_at").first()

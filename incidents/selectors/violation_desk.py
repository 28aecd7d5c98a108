"""What waits for a person about violations (``core.web.boards``)."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.web.boards import Task
from core.workdays import WorkCalendar, remaining
from incidents.guards.violations import ANSWER, DECIDE, OPEN
from incidents.models import Violation
from incidents.register_choices import ViolationState

MOST = 7
S = ViolationState


def violation_tasks(actor: Actor) -> list[Task]:
    """Return what to explain for an agency's representative; what to ask, decide and answer for SKHCN."""
    wanted = _waiting(actor)
    if wanted is None:
        return []
    rows = list(Violation.objects.filter(wanted).select_related("agency").order_by("pk")[:MOST])
    calendar = work_calendar() if rows else None
    return [_task(row, actor, calendar) for row in rows]


def _waiting(actor: Actor) -> Q | None:
    found: list[Q] = []
    if actor.may(ANSWER) and actor.agency_id:
        found.append(Q(agency_id=actor.agency_id, state=S.HEARING))
    if actor.may(OPEN):
        found.append(Q(state=S.OPENED))
    if actor.may(DECIDE):
        heard = Q(state=S.HEARD) | Q(state=S.HEARING, explain_due_at__lt=clock.now())
        found.append(heard & ~Q(opened_by_id=actor.user_id or 0))
        found.append(Q(state=S.APPEALED) & ~Q(decided_by_id=actor.user_id or 0))
    every = found[0] if found else None
    for one in found[1:]:
        every = one if every is None else every | one
    return every


def _task(row: Violation, actor: Actor, calendar: WorkCalendar | None) -> Task:
    title, due = {
        S.OPENED: (_("Yêu cầu giải trình về vi phạm %(code)s"), None),
        S.HEARING: (_("Giải trình về vi phạm %(code)s"), row.explain_due_at),
        S.HEARD: (_("Kết luận vi phạm %(code)s"), None),
        S.APPEALED: (_("Trả lời khiếu nại về vi phạm %(code)s"), row.answer_due_at),
    }[S(row.state)]
    own = actor.agency_id == row.agency_id and actor.may(ANSWER)
    if row.state == S.HEARING and not own:
        title = _("Kết luận vi phạm %(code)s")
    where = reverse("violation", args=[row.code]) if own else reverse("admin:incidents_violation_work", args=[row.pk])
    hint = f"{row.agency} – {row.get_act_display()}"
    return Task(title % {"code": row}, hint, where, _left(due, calendar))


def _left(due: datetime | None, calendar: WorkCalendar | None) -> int | None:
    return None if due is None or calendar is None else remaining(clock.now(), due, calendar)

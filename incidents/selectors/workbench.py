"""What of this floor waits for this person (``core.web.boards``)."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from core.actor import Actor
from core.web.boards import Task
from incidents.help_words import HelpState
from incidents.models import HelpRequest
from incidents.models.help import ANSWER, ASK
from incidents.selectors.help import days_left
from incidents.selectors.weekly import recorded_this_week

MOST = 7


def tasks_for(actor: Actor) -> list[Task]:
    """Return the weekly check while this week has no record, and requests for help that wait for this person."""
    if not actor.is_person:
        return []
    return [*_weekly(actor), *_to_answer(actor), *_answered(actor)]


def _weekly(actor: Actor) -> list[Task]:
    if not actor.may("environment.manage") or recorded_this_week():
        return []
    hint = _("Tuần này chưa có bản ghi")
    return [Task(_("Ghi kiểm tra, bảo trì hằng tuần"), hint, reverse("admin:incidents_weeklycheck_add"))]


def _to_answer(actor: Actor) -> list[Task]:
    """Return what nobody owns and what this person does, the most urgent first."""
    if not actor.may(ANSWER):
        return []
    mine = HelpRequest.objects.waiting().filter(Q(owner__isnull=True) | Q(owner_id=actor.user_id or 0))
    calendar = work_calendar()
    return [
        Task(
            _("Trả lời yêu cầu hỗ trợ: %(subject)s") % {"subject": item.subject},
            item.agency.name,
            reverse("admin:incidents_helprequest_change", args=[item.pk]),
            days_left(item, calendar),
        )
        for item in mine.select_related("agency").order_by("due_at", "pk")[:MOST]
    ]


def _answered(actor: Actor) -> list[Task]:
    """Return the actor's own requests that were answered and not closed."""
    if not actor.may(ASK):
        return []
    mine = HelpRequest.objects.filter(
        agency_id=actor.agency_id or 0, asker_id=actor.user_id or 0, state=HelpState.ANSWERED
    )
    hint = _("Đã có trả lời; xong thì đóng yêu cầu")
    return [
        Task(
            _("Xem trả lời: %(subject)s") % {"subject": item.subject},
            hint,
            reverse("help_request", args=[item.code]),
        )
        for item in mine.order_by("-answered_at")[:MOST]
    ]

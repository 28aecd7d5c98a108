"""Campaigns and statements that wait for a person, for the workbench (``core.web.boards``)."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.web.boards import Task
from core.workdays import WorkCalendar, remaining
from reports.campaign_choices import CampaignState, StatementState
from reports.campaign_guards import DRAFT, MANAGE, SEND
from reports.models import Campaign, Statement

MOST = 10


def tasks_for(actor: Actor) -> list[Task]:
    """Return what *actor* still has to state or hand in, and what SKHCN has to judge, close or merge."""
    if not actor.is_person:
        return []
    found: list[Task] = []
    if actor.may(DRAFT) or actor.may(SEND):
        found += _of_agency(actor)
    if actor.may(MANAGE):
        found += _of_staff(actor)
    return found


def _of_agency(actor: Actor) -> list[Task]:
    waiting = Statement.objects.answered_by(actor).open().select_related("campaign", "agency")
    if not actor.may(DRAFT):
        waiting = waiting.exclude(state=StatementState.NOT_BEGUN)
    rows = list(waiting.order_by("campaign__due_at", "pk")[:MOST])
    calendar = work_calendar() if rows else None
    return [_statement(item, actor, calendar) for item in rows if calendar is not None]


def _statement(item: Statement, actor: Actor, calendar: WorkCalendar) -> Task:
    hint = item.campaign.title
    if item.agency_id != actor.agency_id:
        hint = _("%(title)s; trả lời thay %(agency)s") % {"title": hint, "agency": item.agency}
    due = None if item.first_submitted_at else item.campaign.due_at
    left = remaining(clock.now(), due, calendar) if due else None
    if item.state == StatementState.RETURNED and actor.may(DRAFT):
        return Task(_("Sửa báo cáo khai thác được trả lại"), hint, reverse("statement", args=[item.code]), left)
    if actor.may(SEND) and item.state != StatementState.NOT_BEGUN:
        return Task(_("Kiểm tra và nộp báo cáo khai thác"), hint, reverse("check_statement", args=[item.code]), left)
    return Task(_("Khai báo cáo khai thác"), hint, reverse("fill_statement", args=[item.code]), left)


def _of_staff(actor: Actor) -> list[Task]:
    handed_in = Count("statements", filter=Q(statements__state=StatementState.SUBMITTED))
    found = Campaign.objects.visible_to(actor).defer("result").annotate(handed_in=handed_in)
    going = found.filter(state__in=[CampaignState.ISSUED, CampaignState.CLOSED]).order_by("due_at", "pk")
    return [task for item in going[:MOST] for task in _campaign(item)]


def _campaign(item: Campaign) -> list[Task]:
    address = reverse("admin:reports_campaign_change", args=[item.pk])
    waiting: int = item.handed_in  # type: ignore[attr-defined]
    if waiting:
        queue = f"{reverse('admin:reports_statement_changelist')}?campaign__id__exact={item.pk}&state__exact=submitted"
        return [Task(_("Xem xét %(n)s báo cáo khai thác đã nộp") % {"n": waiting}, item.title, queue)]
    if item.state == CampaignState.CLOSED:
        return [Task(_("Tổng hợp báo cáo khai thác"), item.title, address)]
    return [Task(_("Đóng đợt báo cáo đã hết hạn nộp"), item.title, address)] if item.is_past_due else []

"""What of the yearly duties waits for a person, for the workbench (``core.web.boards``)."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.documents.wording import moment, short_date
from core.web.boards import Task
from reports.feedback_choices import ReviewState
from reports.funding_choices import YearState
from reports.models import BudgetYear, Feedback, YearlyReview, feedback, funding, reviews, training
from reports.selectors.feedback import QUEUE, days_left
from reports.selectors.training import unmarked

MOST = 7


def tasks_for(actor: Actor) -> list[Task]:
    """Return what waits for *actor*: feedback, reviews, sessions that are over, years to close."""
    if not actor.is_person:
        return []
    return [*_to_answer(actor), *_reviews(actor), *_to_mark(actor), *_to_close(actor)]


def _to_answer(actor: Actor) -> list[Task]:
    if not actor.may(feedback.ANSWER):
        return []
    waiting = list(Feedback.objects.waiting().order_by(*QUEUE).select_related("agency")[:MOST])
    calendar = work_calendar() if waiting else None
    return [
        Task(
            _("Trả lời vướng mắc, đề xuất: %(subject)s") % {"subject": one.subject},
            one.agency.name,
            reverse("admin:reports_feedback_change", args=[one.pk]),
            days_left(one, calendar),
        )
        for one in waiting
    ]


def _reviews(actor: Actor) -> list[Task]:
    """Return reviews another person submitted, for who approves; sent back or approved ones, for who draws them up."""
    found: list[YearlyReview] = []
    if actor.may(reviews.APPROVE):
        waiting = YearlyReview.objects.filter(state=ReviewState.SUBMITTED).defer("content")
        found += [one for one in waiting if reviews.approves(one, actor)]
    if actor.may(reviews.DRAFT):
        sent_back = Q(state=ReviewState.DRAFT) & ~Q(sent_back_reason="")
        found += YearlyReview.objects.filter(sent_back | Q(state=ReviewState.APPROVED)).defer("content")
    return [Task(_TITLES[one.state] % {"review": one}, one.sent_back_reason, _place(one)) for one in found]


_TITLES = {
    ReviewState.SUBMITTED: _lazy("Duyệt: %(review)s"),
    ReviewState.DRAFT: _lazy("Sửa bản bị trả lại: %(review)s"),
    ReviewState.APPROVED: _lazy("Ban hành: %(review)s"),
}


def _place(review: YearlyReview) -> str:
    return reverse("admin:reports_yearlyreview_change", args=[review.pk])


def _to_mark(actor: Actor) -> list[Task]:
    if not actor.may(training.MANAGE):
        return []
    return [
        Task(
            _("Điểm danh, kết thúc buổi tập huấn: %(title)s") % {"title": session.title},
            _("Kết thúc lúc %(when)s") % {"when": moment(session.ends_at)},
            reverse("admin:reports_trainingsession_change", args=[session.pk]),
        )
        for session in unmarked()[:MOST]
    ]


def _to_close(actor: Actor) -> list[Task]:
    """Return budget years past their last day that are still open."""
    if not actor.may(funding.CLOSE):
        return []
    return [
        Task(
            _("Khóa sổ: %(year)s") % {"year": year},
            _("Ngày chi muộn nhất là %(day)s") % {"day": short_date(year.last_day)},
            reverse("admin:reports_budgetyear_change", args=[year.pk]),
        )
        for year in BudgetYear.objects.filter(state=YearState.OPEN, last_day__lt=clock.today())
    ]

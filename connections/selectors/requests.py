"""Lists of dossiers: an agency's own, the staff queue, what waits for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from connections.choices import ENDED, Side, State, Step
from connections.models import Clock, ConnectionRequest
from connections.permissions import side_of
from core import clock
from core.actor import Actor
from core.text import fold
from core.web.boards import Task
from core.workdays import WorkCalendar, remaining

AGENCY_TURN = frozenset({State.DRAFT, State.COMPLETION_REQUESTED})
OPERATOR_TURN = frozenset(
    {
        State.SUBMITTED,
        State.EVALUATING,
        State.AWAITING_APPROVAL,
        State.TECHNICALLY_APPROVED,
        State.TESTING,
        State.READY,
    }
)
# Whose step it is -> the permission that takes it.
STEPS = {
    State.SUBMITTED: "request.intake",
    State.EVALUATING: "request.evaluate",
    State.AWAITING_APPROVAL: "request.approve",
    State.TECHNICALLY_APPROVED: "environment.manage",
    State.TESTING: "environment.manage",
    State.READY: "environment.manage",
}
VERBS = {
    State.DRAFT: _("Hoàn thành và gửi hồ sơ"),
    State.SUBMITTED: _("Tiếp nhận hồ sơ"),
    State.EVALUATING: _("Thẩm định hồ sơ"),
    State.COMPLETION_REQUESTED: _("Hoàn thiện hồ sơ"),
    State.AWAITING_APPROVAL: _("Phê duyệt hồ sơ"),
    State.TECHNICALLY_APPROVED: _("Thiết lập môi trường"),
    State.TESTING: _("Kiểm thử kết nối"),
    State.AWAITING_CONFIRMATION: _("Xác nhận biên bản kiểm thử"),
    State.READY: _("Đưa vào vận hành"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """How the running step of a dossier stands: working days left (negative: overdue), or paused and since when."""

    step: str
    label: str
    due_at: datetime | None
    days_left: int | None
    paused_since: datetime | None
    paused_for: str

"""Who may take the steps of a violation, and what each waits for (QC5)."""

from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.actor import Actor
from core.transitions import Guard
from incidents.register_choices import ViolationState

VIEW_OWN, VIEW_ALL, OPEN, DECIDE, ANSWER = (
    "violation.view_own",
    "violation.view_all",
    "violation.open",
    "violation.decide",
    "violation.answer",
)


def opens(violation: Any, actor: Actor) -> bool:
    """Return whether *actor* brings violations forward for SKHCN."""
    return actor.may(OPEN)


def decides(violation: Any, actor: Actor) -> bool:
    """Return whether *actor* may decide: a leader, and not who opened it (four eyes)."""
    return actor.may(DECIDE) and (actor.user_id is None or actor.user_id != violation.opened_by_id)


def answers_appeal(violation: Any, actor: Actor) -> bool:
    """Return whether *actor* may answer an appeal: a leader, and not who decided."""
    return actor.may(DECIDE) and (actor.user_id is None or actor.user_id != violation.decided_by_id)


def closes(violation: Any, actor: Actor) -> bool:
    """Return whether *actor* may end a decided violation."""
    return actor.may(DECIDE) or actor.may(OPEN)


def speaks_for_agency(violation: Any, actor: Actor) -> bool:
    """Return whether *actor* answers for the agency the violation is about: its representative."""
    return actor.may(ANSWER) and actor.agency_id is not None and actor.agency_id == violation.agency_id


def _unheard(violation: Any) -> str:
    due = violation.explain_due_at
    if violation.state != ViolationState.HEARING or due is None or due <= clock.now():
        return ""
    text = _("Cơ quan còn thời gian giải trình đến %(when)s; kết luận sau đó hoặc khi đã giải trình.")
    return text % {"when": f"{due.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"}


def _appeal_over(violation: Any) -> str:
    due = violation.appeal_due_at
    if due is None or due > clock.now():
        return ""
    text = _("Thời hạn khiếu nại trên cổng đã hết lúc %(when)s; gửi văn bản tới Sở Khoa học và Công nghệ.")
    return text % {"when": f"{due.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"}


HEARD = Guard("violation_heard", _unheard)
APPEAL_IN_TIME = Guard("violation_appeal_in_time", _appeal_over)

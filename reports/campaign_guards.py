"""Who may do what with a campaign and a statement, and what their steps wait for (QC15.5)."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.transitions import Guard
from reports.campaign_choices import StatementState
from reports.succession import answers_for

if TYPE_CHECKING:
    from reports.models import Campaign

MANAGE, STAFF_VIEW = "campaign.manage", "report.view"
DRAFT, SEND = "statement.draft", "statement.send"


def sees_all(actor: Actor) -> bool:
    """Return whether *actor* is of those at SKHCN, or inspecting it, who read every campaign."""
    return actor.may(MANAGE) or (actor.may(STAFF_VIEW) and actor.may("admin.enter"))


def manages(thing: Any, actor: Actor) -> bool:
    """Return whether *actor* runs campaigns."""
    return actor.may(MANAGE)


def writes(statement: Any, actor: Actor) -> bool:
    """Return whether *actor* fills in this statement: an officer of the body that answers for it."""
    return actor.may(DRAFT) and statement.agency_id in answers_for(actor.agency_id)


def sends(statement: Any, actor: Actor) -> bool:
    """Return whether *actor* hands this statement in: a representative of the body that answers for it."""
    return actor.may(SEND) and statement.agency_id in answers_for(actor.agency_id)


def _unjudged(campaign: "Campaign") -> str:
    waiting = campaign.statements.filter(state=StatementState.SUBMITTED).count()
    text = _("Còn %(n)s báo cáo đã nộp chưa xem xét: chấp nhận hoặc trả lại từng báo cáo trước.")
    return text % {"n": waiting} if waiting else ""


def _nothing(campaign: "Campaign") -> str:
    accepted = campaign.statements.filter(state=StatementState.ACCEPTED).exists()
    return "" if accepted else _("Chưa có báo cáo nào được chấp nhận, nên chưa có gì để tổng hợp.")


ALL_JUDGED = Guard("campaign_all_judged", _unjudged)
SOMETHING_ACCEPTED = Guard("campaign_something_accepted", _nothing)

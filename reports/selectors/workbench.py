"""Reports that wait for a person, for the workbench (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.documents.wording import moment
from core.web.boards import Task
from reports.choices import RunState
from reports.guards import DRAFT, PUBLISH
from reports.models import ReportRun
from reports.selectors.runs import period_name, reports_for

MOST = 10


def tasks_for(actor: Actor) -> list[Task]:
    """Return the reports *actor* may publish, and those that could not be written and may be tried again."""
    if not actor.is_person:
        return []
    found: list[Task] = []
    if actor.may(PUBLISH):
        waiting = reports_for(actor).filter(state=RunState.DRAFTED).exclude(requested_by_id=actor.user_id)
        found += [_task(_("Phát hành báo cáo %(period)s"), run) for run in waiting[:MOST]]
    if actor.may(DRAFT):
        failed = reports_for(actor).filter(state=RunState.FAILED)
        found += [_task(_("Lập lại báo cáo %(period)s"), run) for run in failed[:MOST]]
    return found


def _task(title: str, run: ReportRun) -> Task:
    hint = run.failure or _("Số liệu đến %(when)s") % {"when": moment(run.data_until)}
    return Task(title % {"period": period_name(run)}, hint, reverse("report", args=[run.code]))

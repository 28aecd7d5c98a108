"""Reports that wait for a person, for the workbench (``core.web.boards``)."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.documents.wording import moment, short_date
from core.web.boards import Task
from core.workdays import WorkCalendar
from reports.choices import RunState
from reports.guards import DRAFT, PUBLISH
from reports.models import NarrativeVersion, ReportRun
from reports.selectors.runs import report_name, reports_for

MOST = 10
_OF_LEADERS = {
    RunState.SUBMITTED: lambda: _("Duyệt báo cáo %(name)s"),
    RunState.APPROVED: lambda: _("Phát hành báo cáo %(name)s"),
}
_OF_OFFICERS = {
    RunState.DRAFTED: lambda: _("Soạn lời văn, trình duyệt báo cáo %(name)s"),
    RunState.FAILED: lambda: _("Lập lại báo cáo %(name)s"),
}


def tasks_for(actor: Actor) -> list[Task]:
    """Return the reports that wait for *actor*: to be worded or tried again, approved or published; nearest first."""
    if not actor.is_person or not (actor.may(PUBLISH) or actor.may(DRAFT)):
        return []
    wanted = {**(_OF_LEADERS if actor.may(PUBLISH) else {}), **(_OF_OFFICERS if actor.may(DRAFT) else {})}
    worded = NarrativeVersion.objects.filter(run=OuterRef("pk"), by_id=actor.user_id)
    own = Q(requested_by_id=actor.user_id) | Q(submitted_by_id=actor.user_id) | Exists(worded)
    waiting = reports_for(actor).filter(state__in=list(wanted)).exclude(own, state__in=list(_OF_LEADERS))
    mine = list(waiting.order_by("send_by", "pk")[:MOST])
    calendar = work_calendar() if any(run.send_by for run in mine) else WorkCalendar()
    return [_task(wanted[RunState(run.state)](), run, calendar) for run in mine]


def _task(title: str, run: ReportRun, calendar: WorkCalendar) -> Task:
    hint = run.failure or _("Số liệu đến %(when)s") % {"when": moment(run.data_until)}
    if run.state == RunState.DRAFTED and run.return_reason:
        hint = _("Lãnh đạo Sở trả lại: %(reason)s") % {"reason": run.return_reason}
    left = None
    if run.send_by:
        left = calendar.working_days_between(clock.today(), run.send_by)
        hint = _("%(hint)s; hạn gửi %(day)s") % {"hint": hint, "day": short_date(run.send_by)}
    return Task(title % {"name": report_name(run)}, hint, reverse("report", args=[run.code]), left)

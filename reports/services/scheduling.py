"""Reports by schedule: each period of each kind once, however long no worker ran (QC14.5)."""

from collections.abc import Iterator
from datetime import date

import structlog
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import system_actor
from core.problems import DomainError
from core.workdays import WorkCalendar
from reports.choices import Kind
from reports.models import ReportRun, ReportTemplate
from reports.periods import Period, periods_ended
from reports.services.handing_over import hand_over_again
from reports.services.requesting import request_report

log = structlog.get_logger("lgsp.reports")


def request_due_reports() -> list[int]:
    """Ask for the reports whose day has come and that nobody asked for yet; hand over again what was left lying.

    One that cannot be asked for does not keep the others.
    """
    asked = []
    actor = system_actor(str(_("Lập báo cáo theo lịch")))
    for period in due_periods():
        try:
            run, fresh = request_report(actor=actor, period=period)
        except DomainError:
            log.exception("report_not_requested", kind=period.kind, end=str(period.end))
        else:
            asked += [run.pk] if fresh else []
    hand_over_again()
    return asked


def due_periods() -> list[Period]:
    """Return the periods whose report is due by schedule and not there yet, the oldest first."""
    templates = list(ReportTemplate.objects.filter(active=True).select_related("closing_rule"))
    calendar = work_calendar() if templates else WorkCalendar()
    due = [period for template in templates for period in _due(template, calendar)]
    if not due:
        return []
    there = _there(min(period.end for period in due))
    return sorted((item for item in due if not _known(item) & there), key=lambda item: (item.end, item.start))


def _due(template: ReportTemplate, calendar: WorkCalendar) -> Iterator[Period]:
    now, schedule = clock.local_now(), template.schedule
    rule = template.closing_rule
    if rule.own_days:
        return
    for period in periods_ended(Kind(template.kind), rule.closing, template.starts_on, now.date()):
        if (now.date(), now.hour) >= (schedule.drawn_up(period.end, calendar), schedule.draft_hour):
            yield period


def _known(period: Period) -> set[tuple[object, ...]]:
    return {(period.kind, period.start, period.end), (period.kind, period.year, period.number, "scheduled")}


def _there(since: date) -> set[tuple[object, ...]]:
    """Return what is reported already: by its days, and by its number where the schedule made it.

    The second keeps a closing rule that changed later from making the report of one month twice.
    """
    found: set[tuple[object, ...]] = set()
    runs = ReportRun.objects.in_force().filter(preliminary=False).exclude(kind=Kind.AD_HOC)
    names = ("kind", "period_start", "period_end", "year", "number", "requested_by_id")
    runs = runs.filter(year__gte=since.year - 1)
    for kind, start, end, year, number, person in runs.values_list(*names):
        found.add((kind, start, end))
        if person is None:
            found.add((kind, year, number, "scheduled"))
    return found

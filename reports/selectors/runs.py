"""Reading reports and their templates."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.actor import Actor
from core.documents.wording import month_name, short_date
from reports.choices import ClosingRule, Kind
from reports.models import ReportRun, ReportTemplate


def reports_for(actor: Actor) -> QuerySet[ReportRun]:
    """Return the reports *actor* may see, the newest period first, without their figures."""
    return ReportRun.objects.visible_to(actor).defer("figures").select_related("requested_by", "published_by")


def template_of(kind: str) -> ReportTemplate | None:
    """Return what reports of *kind* are made by."""
    return ReportTemplate.objects.filter(kind=kind).first()


def period_name(run: ReportRun) -> str:
    """Return the period in words: "tháng 11 năm 2026", or its days where it is no month."""
    if run.kind == Kind.MONTH and run.closing_rule != ClosingRule.CUSTOM:
        return month_name(run.period_end)
    return _("từ ngày %(start)s đến ngày %(end)s") % {
        "start": short_date(run.period_start),
        "end": short_date(run.period_end),
    }

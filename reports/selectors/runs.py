"""Reading reports, the rules and templates they are made by, what they are called."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit.deeds import named
from audit.models import Fact
from core.actor import Actor
from core.documents.wording import month_name, short_date
from reports.choices import Kind
from reports.models import ClosingRule, NarrativeVersion, ReportFile, ReportRun, ReportTemplate

QUARTERS = ("I", "II", "III", "IV")
# Facts of one report shown in its history.
NEWEST = 100


def reports_for(actor: Actor, *, kind: str = "", year: str = "") -> QuerySet[ReportRun]:
    """Return the reports *actor* may see, the newest period first, without their figures."""
    found = ReportRun.objects.visible_to(actor).defer("figures").select_related("requested_by", "published_by")
    if kind in Kind.values:
        found = found.filter(kind=kind)
    return found.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else found


def years_for(actor: Actor) -> list[int]:
    """Return the years of the reports *actor* may see, the newest first."""
    return list(ReportRun.objects.visible_to(actor).order_by("-year").values_list("year", flat=True).distinct())


def template_of(kind: str) -> ReportTemplate | None:
    """Return what reports of *kind* are made by."""
    return ReportTemplate.objects.filter(kind=kind).select_related("closing_rule").first()


def rules_offered() -> list[ClosingRule]:
    """Return the closing rules a period may be asked for by."""
    return list(ClosingRule.objects.filter(active=True, own_days=False).order_by("id"))


def number_name(kind: str, number: int) -> str:
    """Return which of its kind a period is, in words: "quý I", "6 tháng đầu năm"."""
    if kind == Kind.QUARTER:
        return _("quý %(n)s") % {"n": QUARTERS[number - 1]}
    if kind == Kind.HALF_YEAR:
        return _("6 tháng đầu năm") if number == 1 else _("6 tháng cuối năm")
    return {Kind.NINE_MONTHS: _("9 tháng đầu năm"), Kind.YEAR: _("năm")}.get(
        Kind(kind), _("tháng %(n)s") % {"n": number}
    )


def period_name(run: ReportRun) -> str:
    """Return the period in words: "tháng 11 năm 2026", "quý I năm 2026"; its days where it is ad hoc."""
    if run.kind == Kind.MONTH:
        return month_name(run.period_end)
    if run.kind == Kind.AD_HOC:
        return _("từ ngày %(start)s đến ngày %(end)s") % {
            "start": short_date(run.period_start),
            "end": short_date(run.period_end),
        }
    name = number_name(run.kind, run.number)
    return f"{name} {run.year}" if run.kind != Kind.QUARTER else _("%(q)s năm %(y)s") % {"q": name, "y": run.year}


def report_name(run: ReportRun) -> str:
    """Return what a report is called on a page: its period, and the title of an ad hoc one."""
    return f"{_('đột xuất')}: {run.title}" if run.title else period_name(run)


def narrative_of(run: ReportRun) -> NarrativeVersion | None:
    """Return the words of *run* as they stand; None before they are drafted."""
    return run.narratives.select_related("by").order_by("-version").first()


def texts_of(run: ReportRun) -> Mapping[str, str]:
    """Return the texts of *run* by part."""
    found = narrative_of(run)
    return found.texts if found else {}


def files_of(run: ReportRun) -> list[ReportFile]:
    """Return the files of *run* that are given out; none while it is worded or written again."""
    return list(run.files.order_by("id")) if run.is_written else []


def facts_of(run: ReportRun) -> list[tuple[Fact, str]]:
    """Return what was done with *run*, newest first, each with its name."""
    found = Fact.objects.filter(subject_type=run._meta.label_lower, subject_id=str(run.pk))
    return [(fact, named(fact.deed)) for fact in found.order_by("-id")[:NEWEST]]

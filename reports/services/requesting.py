"""Asking for reports: once a period, again after a failure, anew with a reason (QC14.5)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.documents.wording import short_date
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import visible
from core.transitions import carry
from reports.choices import Kind
from reports.guards import DRAFT
from reports.models import ReportRun, ReportTemplate
from reports.periods import Period
from reports.selectors.runs import template_of
from reports.services.handing_over import write_later

# Two may ask for different reports that end on one day at one moment; so often the next number is tried.
TRIES = 5
# Days an ad hoc report may cover: five years.
LONGEST = 1827
_PREFIXES = {
    Kind.MONTH: "T",
    Kind.QUARTER: "Q",
    Kind.HALF_YEAR: "6T",
    Kind.NINE_MONTHS: "9T",
    Kind.YEAR: "N",
    Kind.AD_HOC: "DX",
}


@transaction.atomic
def request_report(
    *, actor: Actor, period: Period, preliminary: bool = False, title: str = "", purpose: str = ""
) -> tuple[ReportRun, bool]:
    """Ask for the report of *period*; return it, and False where it was there already (asked twice, or made before).

    A period that still runs is reported only as *preliminary*, up to this moment; the report of the ended period
    replaces that one. Ad hoc reports have a *title* and a *purpose*. Raises PermissionRefused, InvalidInput (period
    not begun or not ended, title missing), GuardRefused.
    """
    # A mark that turns a line round would turn the file's name round, too.
    title, purpose = visible(title), visible(purpose)
    template = _judge(actor, period, preliminary=preliminary, title=title, purpose=purpose)
    runs_still = preliminary and period.until > clock.now()
    for _try in range(TRIES):
        standing = ReportRun.objects.select_for_update().in_force().of_period(period, title).first()
        if standing is not None:
            if not standing.preliminary or runs_still or standing.is_being_made:
                return standing, False
            carry(standing, "supersede", actor, reason=_("Kỳ báo cáo đã kết thúc"))
            _supersede(actor, standing, _("Kỳ báo cáo đã kết thúc"))
        if made := _request(actor, period, template, (title, purpose), preliminary=preliminary):
            return made, True
    raise StateRefused(_too_many())


@transaction.atomic
def retry_report(*, actor: Actor, run: ReportRun) -> ReportRun:
    """Let a report that could not be written be tried again."""
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "retry", actor)
    stored.failure = ""
    stored.save()
    record_fact(actor=actor, deed="report.retried", subject=stored, clause=taken.custom["clause"])
    write_later(stored)
    return stored


@transaction.atomic
def renew_report(*, actor: Actor, run: ReportRun, reason: str) -> ReportRun:
    """Replace a report by a new one of the same period, with what is known now; the old one stays readable."""
    stored, reason = ReportRun.objects.select_for_update().get(pk=run.pk), visible(reason)
    carry(stored, "supersede", actor, reason=reason)
    template = template_of(stored.kind)
    if template is None:
        raise GuardRefused(_no_template())
    _supersede(actor, stored, reason)
    words, preliminary = (stored.title, stored.purpose), stored.period.until > clock.now()
    for _try in range(TRIES):
        if made := _request(actor, stored.period, template, words, preliminary=preliminary):
            return made
    raise StateRefused(_too_many())


def _judge(actor: Actor, period: Period, *, preliminary: bool, title: str, purpose: str) -> ReportTemplate:
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    template = template_of(period.kind)
    if template is None:
        raise GuardRefused(_no_template())
    errors: dict[str, list[str]] = _of_ad_hoc(period, title, purpose) if period.kind == Kind.AD_HOC else {}
    now, days = clock.now(), {"start": short_date(period.start), "end": short_date(period.end)}
    if period.since >= now:
        errors["start" if period.kind == Kind.AD_HOC else "number"] = [
            _("Kỳ báo cáo chưa bắt đầu (từ ngày %(start)s); chọn kỳ khác") % days
        ]
    elif period.until > now and not preliminary:
        text = _("Kỳ báo cáo đến hết ngày %(end)s mới kết thúc. Đánh dấu để lập báo cáo với số liệu tạm tính")
        errors["preliminary"] = [text % days]
    if errors:
        raise InvalidInput(errors)
    return template


def _of_ad_hoc(period: Period, title: str, purpose: str) -> dict[str, list[str]]:
    errors = {}
    if not title:
        errors["title"] = [_("Nhập tên báo cáo")]
    elif len(title) > 200:
        errors["title"] = [_("Viết tên báo cáo tối đa 200 ký tự")]
    if len(purpose) > 500:
        errors["purpose"] = [_("Viết mục đích, yêu cầu tối đa 500 ký tự")]
    if (period.end - period.start).days >= LONGEST:
        errors["end"] = [_("Kỳ báo cáo đột xuất dài tối đa 5 năm; chọn ngày gần hơn")]
    return errors


def _too_many() -> str:
    return _("Nhiều yêu cầu lập báo cáo cùng lúc; chờ một phút rồi thực hiện lại.")


def _no_template() -> str:
    return _("Chưa có mẫu cho loại báo cáo này. Quản trị hệ thống nạp mẫu báo cáo rồi thực hiện lại.")


def _request(
    actor: Actor, period: Period, template: ReportTemplate, words: tuple[str, str], *, preliminary: bool
) -> ReportRun | None:
    """Write the request down; None where somebody asked at this moment: for the same, or another under its code."""
    now = clock.now()
    open_still = preliminary and period.until > now
    asked = ReportRun(
        code=_new_code(period),
        kind=period.kind,
        closing_rule_id=period.rule,
        period_start=period.start,
        period_end=period.end,
        year=period.year or period.end.year,
        number=period.number,
        title=words[0],
        purpose=words[1],
        preliminary=open_still,
        data_until=now if open_still else period.until,
        send_by=None if period.kind == Kind.AD_HOC else template.schedule.sent_by(period.end, work_calendar()),
        requested_by_id=actor.user_id,
        requested_at=now,
    )
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError:
        return None
    after = {"period_start": period.start, "period_end": period.end, "preliminary": open_still}
    after |= {"title": asked.title} if asked.title else {}
    record_fact(actor=actor, deed="report.requested", subject=asked, after=after, clause="QC14.5")
    write_later(asked)
    return asked


def _new_code(period: Period) -> str:
    """Return "BC-T-20261130", with a serial number from the second report on that ends that day."""
    earlier = ReportRun.objects.filter(kind=period.kind, period_end=period.end).count()
    serial = f"-{earlier + 1}" if earlier else ""
    return f"BC-{_PREFIXES[period.kind]}-{period.end:%Y%m%d}{serial}"


def _supersede(actor: Actor, stored: ReportRun, reason: str) -> None:
    stored.superseded_at, stored.supersede_reason = clock.now(), reason[:300]
    stored.save()
    record_fact(actor=actor, deed="report.superseded", subject=stored, reason=reason, clause="QC14.5")

"""Asking for reports: once a period, again after a failure, anew with a reason, by schedule (QC14.5)."""

from datetime import timedelta

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock
from core.actor import Actor, system_actor
from core.documents.wording import short_date
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from reports.choices import Kind, RunState
from reports.guards import DRAFT
from reports.models import ReportRun
from reports.periods import Period, first_on, last_ended_month
from reports.selectors.runs import template_of

WRITE_TASK = "reports.tasks.write_report"
#: A report still waiting after this is handed to a worker again: the first may have died with it.
PATIENCE = timedelta(minutes=5)
_PREFIXES = {
    Kind.MONTH: "T",
    Kind.QUARTER: "Q",
    Kind.HALF_YEAR: "6T",
    Kind.NINE_MONTHS: "9T",
    Kind.YEAR: "N",
    Kind.AD_HOC: "DX",
}


@transaction.atomic
def request_report(*, actor: Actor, period: Period, preliminary: bool = False) -> tuple[ReportRun, bool]:
    """Ask for the report of *period*; return it, and False where it was there already (asked twice, or made before).

    A period that still runs is reported only as *preliminary*, up to this moment; the report of the ended period
    replaces that one. Raises PermissionRefused, InvalidInput (period not begun or not ended), GuardRefused.
    """
    _judge(actor, period, preliminary=preliminary)
    standing = ReportRun.objects.select_for_update().in_force().of_period(period).first()
    if standing is not None:
        if not standing.preliminary or preliminary:
            return standing, False
        carry(standing, "supersede", actor, reason=_("Kỳ báo cáo đã kết thúc"))
        _supersede(actor, standing, _("Kỳ báo cáo đã kết thúc"))
    try:
        with transaction.atomic():
            return _request(actor, period, preliminary=preliminary), True
    except IntegrityError:
        # Somebody else asked at this very moment: theirs is the one.
        return ReportRun.objects.in_force().of_period(period).get(), False


@transaction.atomic
def retry_report(*, actor: Actor, run: ReportRun) -> ReportRun:
    """Let a report that could not be written be tried again."""
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "retry", actor)
    stored.failure = ""
    stored.save()
    record_fact(actor=actor, deed="report.retried", subject=stored, clause=taken.custom["clause"])
    _hand_over(stored)
    return stored


@transaction.atomic
def renew_report(*, actor: Actor, run: ReportRun, reason: str) -> ReportRun:
    """Replace a report by a new one of the same period, with what is known now; the old one stays readable."""
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    carry(stored, "supersede", actor, reason=reason)
    _supersede(actor, stored, reason)
    return _request(actor, stored.period, preliminary=stored.period.until > clock.now())


def request_due_reports() -> list[int]:
    """Ask for the reports whose day has come and that nobody asked for yet; hand over again what was left lying."""
    asked = []
    period = due_month()
    if period is not None:
        run, fresh = request_report(actor=system_actor(str(_("Lập báo cáo theo lịch"))), period=period)
        asked += [run.pk] if fresh else []
    left = ReportRun.objects.filter(state=RunState.REQUESTED, requested_at__lt=clock.now() - PATIENCE)
    for run in left.order_by("requested_at")[:20]:
        _hand_over(run)
    return asked


def due_month() -> Period | None:
    """Return the monthly period whose report is due by schedule and not there yet."""
    template = template_of(Kind.MONTH)
    if template is None or not template.active:
        return None
    now = clock.local_now()
    period = last_ended_month(now.date(), template.closing_rule)  # type: ignore[arg-type]
    due = (first_on(template.due_day, period.end), template.due_hour)
    if period.end < template.starts_on or (now.date(), now.hour) < due:
        return None
    there = ReportRun.objects.in_force().of_period(period).filter(preliminary=False).exists()
    return None if there else period


def _judge(actor: Actor, period: Period, *, preliminary: bool) -> None:
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    if template_of(period.kind) is None:
        raise GuardRefused(_("Chưa có mẫu cho loại báo cáo này. Quản trị hệ thống nạp mẫu báo cáo rồi thực hiện lại."))
    now, days = clock.now(), {"start": short_date(period.start), "end": short_date(period.end)}
    if period.since >= now:
        raise InvalidInput({"month": [_("Kỳ báo cáo chưa bắt đầu (từ ngày %(start)s)") % days]})
    if period.until > now and not preliminary:
        text = _("Kỳ báo cáo đến hết ngày %(end)s mới kết thúc. Đánh dấu để lập báo cáo với số liệu tạm tính")
        raise InvalidInput({"preliminary": [text % days]})


def _request(actor: Actor, period: Period, *, preliminary: bool) -> ReportRun:
    now = clock.now()
    open_still = preliminary and period.until > now
    made = ReportRun.objects.create(
        code=_new_code(period),
        kind=period.kind,
        closing_rule=period.rule,
        period_start=period.start,
        period_end=period.end,
        preliminary=open_still,
        data_until=now if open_still else period.until,
        requested_by_id=actor.user_id,
        requested_at=now,
    )
    after = {"period_start": period.start, "period_end": period.end, "preliminary": open_still}
    record_fact(actor=actor, deed="report.requested", subject=made, after=after, clause="QC14.5")
    _hand_over(made)
    return made


def _new_code(period: Period) -> str:
    """Return "BC-T-20261130", with a serial number from the second report of the same period on."""
    earlier = ReportRun.objects.of_period(period).count()
    serial = f"-{earlier + 1}" if earlier else ""
    return f"BC-{_PREFIXES[period.kind]}-{period.end:%Y%m%d}{serial}"


def _supersede(actor: Actor, stored: ReportRun, reason: str) -> None:
    stored.superseded_at, stored.supersede_reason = clock.now(), tidy(reason)[:300]
    stored.save()
    record_fact(actor=actor, deed="report.superseded", subject=stored, reason=tidy(reason), clause="QC14.5")


def _hand_over(run: ReportRun) -> None:
    """Give the writing to a worker once this is committed; what a worker never got, the schedule gives out again."""
    number = run.pk
    transaction.on_commit(lambda: current_app.send_task(WRITE_TASK, (number,)), robust=True)


def require_written(run: ReportRun) -> None:
    """Refuse what needs the file while there is none. Raises StateRefused."""
    if not run.is_written:
        raise StateRefused(
            _("Báo cáo đang ở tình trạng «%(state)s», chưa có tệp.") % {"state": run.get_state_display()}
        )

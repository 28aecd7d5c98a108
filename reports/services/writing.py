"""Writing a report: figures read and frozen, the first words drafted from them (QC14.5)."""

import time
from datetime import datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from audit.selectors.rollups import summed_until
from audit.services.rollups import BUDGET_SECONDS, roll_up
from core import clock
from core.actor import system_actor
from core.documents import docx
from core.transitions import carry
from reports.choices import RunState, TextOrigin
from reports.comparing import windows
from reports.content.assembling import sections
from reports.content.figures import Frozen, Letterhead, thaw
from reports.documents.periodic import compose
from reports.drafting import draft
from reports.models import NarrativeVersion, ReportRun, ReportTemplate
from reports.queries.window import Window
from reports.selectors.runs import texts_of

log = structlog.get_logger("lgsp.reports")
#: The sums of calls are waited for so long, seconds; then the report says why it could not be written.
SUMS_WITHIN = 150.0


class NotSummed(Exception):
    """Calls of the period are not in the sums yet."""


def write_report(*, run_id: int) -> ReportRun:
    """Write the report that was asked for; one already written is left as it is, whoever asks again.

    What goes wrong is kept on the report with its reason; a person may then try again.
    """
    run = ReportRun.objects.get(pk=run_id)
    if run.state != RunState.REQUESTED:
        return run
    try:
        return _finish(run, freeze(run, within=SUMS_WITHIN))
    except Exception as error:
        log.exception("report_failed", run=run.code)
        return _fail(run, error)


def freeze(run: ReportRun, *, within: float = SUMS_WITHIN) -> Frozen:
    """Read everything *run* will say, up to its closing moment.

    Raises NotSummed where the calls up to then are not summed *within* so many seconds.
    """
    _sum_up_to(run.data_until, within)
    content = sections(Window(run.period.since, run.data_until), windows(run.period, run.data_until))
    return Frozen(_letterhead(ReportTemplate.objects.get(kind=run.kind), run.title), content)


def _sum_up_to(moment: datetime, within: float) -> None:
    """See that every call up to *moment* is in the sums: another run may be at it, or much to catch up with."""
    stop = time.monotonic() + within
    while True:
        roll_up(within=min(max(within, 1.0), BUDGET_SECONDS))
        until = summed_until()
        if until is not None and until >= moment:
            return
        if time.monotonic() >= stop:
            raise NotSummed
        time.sleep(1)


def document_of(run: ReportRun) -> bytes:
    """Return the Word file of a report whose figures are frozen, with its words as they stand."""
    return docx.render(compose(run, thaw(run.figures or {}), texts_of(run)))


@transaction.atomic
def _finish(run: ReportRun, frozen: Frozen) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.REQUESTED:
        return stored
    actor = system_actor(_("Lập báo cáo"))
    stored.figures, stored.drafted_at = frozen.as_json(), clock.now()
    carry(stored, "finish", actor)
    stored.save()
    NarrativeVersion.objects.create(
        run=stored, version=1, texts=draft(frozen), origin=TextOrigin.DRAFT, at=stored.drafted_at
    )
    record_fact(actor=actor, deed="report.drafted", subject=stored, clause="QC14.5")
    return stored


@transaction.atomic
def _fail(run: ReportRun, error: Exception) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.REQUESTED:
        return stored
    actor = system_actor(_("Lập báo cáo"))
    carry(stored, "fail", actor)
    stored.failure = reason_of(error)
    stored.save()
    record_fact(actor=actor, deed="report.failed", subject=stored, reason=stored.failure, clause="QC14.5")
    return stored


def reason_of(error: Exception) -> str:
    """Return in words why a job could not do its part, without what only a log may say."""
    if isinstance(error, OperationalError):
        return _("Không đọc được số liệu: cơ sở dữ liệu bận hoặc hết thời gian chờ.")
    if isinstance(error, OSError):
        return _("Không ghi được tệp vào kho lưu trữ.")
    if isinstance(error, NotSummed):
        return _("Lượt gọi chưa cộng xong đến thời điểm chốt số liệu. Lập lại sau ít phút.")
    if isinstance(error, ReportTemplate.DoesNotExist):
        return _("Không còn mẫu cho loại báo cáo này.")
    if isinstance(error, SoftTimeLimitExceeded):
        return _("Quá thời gian cho phép mà chưa xong. Thực hiện lại khi hệ thống bớt bận.")
    return _("Lỗi của hệ thống, đã ghi nhật ký theo mã báo cáo.")


def _letterhead(template: ReportTemplate, title: str) -> Letterhead:
    body = Agency.objects.filter(is_operator=True).exclude(parent__is_operator=True).select_related("parent").first()
    return Letterhead(
        superior=body.parent.name if body and body.parent else "",
        issuer=body.name if body else "",
        symbol=body.symbol if body else "",
        place=template.place,
        addressee=template.addressee,
        subject=title or template.subject,
        legal_bases=tuple(template.legal_bases.splitlines()),
        recipients=tuple(template.recipients.splitlines()),
        signer=template.signer,
    )

"""Writing a report: figures read, frozen, put into a file; then published by a second person (QC14.5)."""

import structlog
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from audit.services.rollups import roll_up
from core import clock, files
from core.actor import Actor, system_actor
from core.documents.docx import render
from core.transitions import carry
from reports.choices import RunState
from reports.comparing import windows
from reports.content.assembling import sections
from reports.content.figures import Frozen, Letterhead, thaw
from reports.documents.periodic import compose
from reports.models import ReportRun, ReportTemplate
from reports.queries.window import Window

log = structlog.get_logger("lgsp.reports")


def write_report(*, run_id: int) -> ReportRun:
    """Write the report that was asked for; one already written is left as it is, whoever asks again.

    What goes wrong is kept on the report with its reason; a person may then try again.
    """
    run = ReportRun.objects.get(pk=run_id)
    if run.state != RunState.REQUESTED:
        return run
    try:
        return _finish(run, freeze(run))
    except Exception as error:
        log.exception("report_failed", run=run.code)
        return _fail(run, error)


def freeze(run: ReportRun) -> Frozen:
    """Read everything *run* will say, up to its closing moment."""
    roll_up()
    content = sections(Window(run.period.since, run.data_until), windows(run.period, run.data_until))
    return Frozen(_letterhead(ReportTemplate.objects.get(kind=run.kind)), content)


def document_of(run: ReportRun) -> bytes:
    """Return the file of a report whose figures are frozen."""
    return render(compose(run, thaw(run.figures or {})))


@transaction.atomic
def publish_report(*, actor: Actor, run: ReportRun) -> ReportRun:
    """Publish what another person, or the schedule, had drawn up: leaders of the province see it from now on."""
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "publish", actor)
    stored.published_by_id, stored.published_at = actor.user_id, clock.now()
    stored.save()
    after = {"state": stored.state, "sha256": stored.sha256}
    record_fact(actor=actor, deed="report.published", subject=stored, after=after, clause=taken.custom["clause"])
    return stored


@transaction.atomic
def _finish(run: ReportRun, frozen: Frozen) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.REQUESTED:
        return stored
    actor = system_actor(_("Lập báo cáo"))
    stored.figures = frozen.as_json()
    stored.sha256, stored.drafted_at = files.keep(document_of(stored)), clock.now()
    carry(stored, "finish", actor)
    stored.save()
    record_fact(actor=actor, deed="report.drafted", subject=stored, after={"sha256": stored.sha256}, clause="QC14.5")
    return stored


@transaction.atomic
def _fail(run: ReportRun, error: Exception) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.REQUESTED:
        return stored
    actor = system_actor(_("Lập báo cáo"))
    carry(stored, "fail", actor)
    stored.failure = _reason(error)
    stored.save()
    record_fact(actor=actor, deed="report.failed", subject=stored, reason=stored.failure, clause="QC14.5")
    return stored


def _reason(error: Exception) -> str:
    if isinstance(error, OperationalError):
        return _("Không đọc được số liệu: cơ sở dữ liệu bận hoặc hết thời gian chờ.")
    if isinstance(error, OSError):
        return _("Không ghi được tệp vào kho lưu trữ.")
    if isinstance(error, ReportTemplate.DoesNotExist):
        return _("Không còn mẫu cho loại báo cáo này.")
    return _("Lỗi của hệ thống, đã ghi nhật ký (%(kind)s).") % {"kind": type(error).__name__}


def _letterhead(template: ReportTemplate) -> Letterhead:
    body = Agency.objects.filter(is_operator=True).exclude(parent__is_operator=True).select_related("parent").first()
    return Letterhead(
        superior=body.parent.name if body and body.parent else "",
        issuer=body.name if body else "",
        symbol=body.symbol if body else "",
        place=template.place,
        addressee=template.addressee,
        subject=template.subject,
        legal_bases=tuple(template.legal_bases.splitlines()),
        recipients=tuple(template.recipients.splitlines()),
        signer=template.signer,
    )

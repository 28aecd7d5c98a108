"""Submitting a report: its files made once by a job, so that what is approved is what is downloaded (QC14.5)."""

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock, files
from core.actor import Actor, system_actor
from core.problems import StateRefused
from core.transitions import carry
from reports.choices import Format, RunState
from reports.content.figures import thaw
from reports.documents.files import render_files
from reports.models import ReportFile, ReportRun
from reports.selectors.runs import narrative_of, texts_of
from reports.services.handing_over import make_files_later
from reports.services.telling import tell_approvers
from reports.services.writing import reason_of

log = structlog.get_logger("lgsp.reports")


@transaction.atomic
def submit_report(*, actor: Actor, run: ReportRun, version: int | None = None) -> ReportRun:
    """Close the words and let the files be made; the report then waits for a leader of SKHCN.

    *version* is that of the words the officer saw, None for whatever they are. Raises StateRefused (also for words
    changed meanwhile), PermissionRefused.
    """
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "submit", actor)
    words = narrative_of(stored)
    if version is not None and words is not None and words.version != version:
        raise StateRefused(_("Lời văn vừa được người khác sửa. Đọc lại lời văn rồi trình duyệt."))
    stored.submitted_by_id, stored.submitted_at = actor.user_id, clock.now()
    stored.failure, stored.sha256 = "", ""
    stored.save()
    record_fact(actor=actor, deed="report.submitted", subject=stored, clause=taken.custom["clause"])
    make_files_later(stored)
    return stored


def make_files(*, run_id: int) -> ReportRun:
    """Make the files of a submitted report; one that has them is left as it is, whoever asks again.

    Content is kept before the rows that name it: a worker that dies in between leaves nothing anybody can see, and the
    next one makes the same bytes. What goes wrong is told to who submitted.
    """
    run = ReportRun.objects.get(pk=run_id)
    if run.state != RunState.RENDERING:
        return run
    try:
        made = render_files(run, thaw(run.figures or {}), texts_of(run))
        return _present(run, {kind: files.keep(content) for kind, content in made.items()})
    except Exception as error:
        log.exception("report_files_failed", run=run.code)
        return _stumble(run, error)


@transaction.atomic
def _present(run: ReportRun, kept: dict[Format, str]) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.RENDERING or stored.submitted_at != run.submitted_at:
        return stored
    for kind, digest in kept.items():
        values = {"sha256": digest, "made_at": clock.now()}
        ReportFile.objects.update_or_create(run=stored, format=kind, defaults=values)
    stored.sha256 = kept[Format.DOCX]
    actor = system_actor(_("Lập báo cáo"))
    carry(stored, "present", actor)
    stored.save()
    after = {str(kind): digest for kind, digest in kept.items()}
    record_fact(actor=actor, deed="report.presented", subject=stored, after=after, clause="QC14.5")
    tell_approvers(stored)
    return stored


@transaction.atomic
def _stumble(run: ReportRun, error: Exception) -> ReportRun:
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    if stored.state != RunState.RENDERING or stored.submitted_at != run.submitted_at:
        return stored
    actor = system_actor(_("Lập báo cáo"))
    carry(stored, "stumble", actor)
    stored.failure = reason_of(error)
    stored.save()
    record_fact(actor=actor, deed="report.stumbled", subject=stored, reason=stored.failure, clause="QC14.5")
    return stored

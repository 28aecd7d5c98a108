"""Counting the figures of a written report again: what came or was corrected after closing, shown and never put in."""

from datetime import datetime
from time import monotonic

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock
from core.actor import Actor, system_actor
from core.problems import PermissionRefused, StateRefused
from reports.content.figures import thaw
from reports.guards import sees_drafts
from reports.models import Recount, ReportRun
from reports.selectors.recounts import differences, last_recount, to_recount
from reports.services.writing import NotSummed, freeze

log = structlog.get_logger("lgsp.reports")
# Seconds after which a run leaves what is left to the next one; a task may live 300 (CELERY_TASK_TIME_LIMIT).
LONGEST_RUN = 150
# So long a person at a page waits for calls to be summed, seconds.
SHORTLY = 5.0
MOST = 50


def recount_report(*, actor: Actor, run: ReportRun, within: float | None = None) -> Recount:
    """Count the figures of *run* again up to its closing moment and keep which differ, with the moment.

    The report itself does not change. Of two counts at once the one that began later stands. Raises PermissionRefused,
    StateRefused before its figures are frozen, and where calls are not summed *within* so many seconds (``SHORTLY``).
    """
    if not (sees_drafts(actor) or actor.kind == "system"):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo, Lãnh đạo Sở."))
    if not run.is_counted:
        raise StateRefused(_("Báo cáo chưa có số liệu đã chốt để đối chiếu."))
    began = clock.now()
    try:
        counted = freeze(run, within=SHORTLY if within is None else within)
    except NotSummed as error:
        raise StateRefused(_("Lượt gọi chưa cộng xong nên chưa đối chiếu được; thực hiện lại sau ít phút.")) from error
    found = [item.as_json() for item in differences(thaw(run.figures or {}).sections, counted.sections)]
    return _keep(actor, run, found, began)


@transaction.atomic
def _keep(actor: Actor, run: ReportRun, found: list[dict[str, object]], began: datetime) -> Recount:
    stored = ReportRun.objects.select_for_update().defer("figures").get(pk=run.pk)
    last = last_recount(stored)
    if last is not None and last.last_at > began:
        return last
    if last is not None and last.differences == found:
        last.last_at = began
        last.save(update_fields=["last_at"])
        return last
    made = Recount.objects.create(run=stored, first_at=began, last_at=began, differences=found)
    if found or last is not None:
        after = {"differing": len(found)}
        record_fact(actor=actor, deed="report.recounted", subject=stored, after=after, clause="QC14.5")
    return made


def recount_due_reports() -> int:
    """Count again what is due to be counted again; return how many. One that fails does not keep the others."""
    actor, began, done = system_actor(_("Đối chiếu số liệu báo cáo")), monotonic(), 0
    for run in to_recount()[:MOST]:
        if monotonic() - began > LONGEST_RUN:
            break
        try:
            recount_report(actor=actor, run=run, within=LONGEST_RUN)
        except Exception:
            log.exception("report_recount_failed", run=run.code)
        else:
            done += 1
    return done

"""Approving, returning and publishing a report: by a leader of SKHCN who had no hand in it (QC14.5)."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import StateRefused
from core.text import visible
from core.transitions import carry
from reports.models import ReportRun
from reports.services.telling import tell_drafter, tell_province


@transaction.atomic
def approve_report(*, actor: Actor, run: ReportRun, seen: str = "") -> ReportRun:
    """Approve the report with the files it has; they stay as they are from now on.

    *seen* is ``sha256`` as the leader saw it, "" for whatever it is. Raises StateRefused, PermissionRefused,
    GuardRefused.
    """
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "approve", actor)
    _require_seen(stored, seen)
    stored.approved_by_id, stored.approved_at = actor.user_id, clock.now()
    stored.save()
    after = {"sha256": stored.sha256}
    record_fact(actor=actor, deed="report.approved", subject=stored, after=after, clause=taken.custom["clause"])
    return stored


@transaction.atomic
def return_report(*, actor: Actor, run: ReportRun, reason: str) -> ReportRun:
    """Give the report back for its words to be edited, with the reason; its files are made anew then."""
    stored, reason = ReportRun.objects.select_for_update().get(pk=run.pk), visible(reason)
    taken = carry(stored, "give_back", actor, reason=reason)
    stored.returned_at, stored.return_reason = clock.now(), reason[:500]
    stored.approved_by_id = stored.approved_at = None
    stored.sha256 = ""
    stored.save()
    clause = taken.custom["clause"]
    record_fact(actor=actor, deed="report.returned", subject=stored, reason=reason, clause=clause)
    tell_drafter(stored)
    return stored


@transaction.atomic
def publish_report(*, actor: Actor, run: ReportRun, seen: str = "") -> ReportRun:
    """Publish what was approved: leaders of the province get a letter with a link, see and download it.

    *seen* as in :func:`approve_report`.
    """
    stored = ReportRun.objects.select_for_update().get(pk=run.pk)
    taken = carry(stored, "publish", actor)
    _require_seen(stored, seen)
    stored.published_by_id, stored.published_at = actor.user_id, clock.now()
    stored.save()
    after = {"state": stored.state, "sha256": stored.sha256}
    record_fact(actor=actor, deed="report.published", subject=stored, after=after, clause=taken.custom["clause"])
    tell_province(stored)
    return stored


def _require_seen(stored: ReportRun, seen: str) -> None:
    """Refuse files that were made anew since the leader saw the report: it came back and was submitted again."""
    if seen and seen != stored.sha256:
        raise StateRefused(_("Báo cáo vừa được trình lại với các tệp khác. Xem các tệp mới rồi thực hiện lại."))

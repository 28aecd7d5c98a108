"""Verifying the call log on a schedule, keeping what was found, and saying so when something is wrong."""

import time

import structlog
from django.conf import settings
from django.db import transaction

from audit.models import Verification
from audit.record import record_fact
from audit.verification.findings import Report
from audit.verification.run import Asked, NoCheckpoint, verify
from core import clock
from core.actor import system_actor

log = structlog.get_logger(__name__)
CLAUSE = "QC11.5"
_MOST = 2_000
_KEEPER = system_actor("Kiểm tra nhật ký")


def verify_all() -> Verification:
    """Verify everything and keep what was found."""
    return _run(0)


def verify_new() -> Verification:
    """Verify what was sealed since the last run that found nothing; everything when there was none."""
    last = Verification.objects.filter(sound=True, number__gt=0).order_by("-id").first()
    return _run(last.number if last else 0)


def _run(since: int) -> Verification:
    begun = time.monotonic()
    against = settings.CHECKPOINT_DIR if settings.CHECKPOINT_DIR.is_dir() else None
    try:
        report = verify(asked=Asked(since, against))
    except NoCheckpoint as error:
        # The checkpoint verified last time is gone: all of it is looked at.
        log.error("audit.checkpoint_gone", number=since, error=str(error))
        since, report = 0, verify(asked=Asked(0, against))
    return _keep(report, since, time.monotonic() - begun)


@transaction.atomic
def _keep(report: Report, since: int, seconds: float) -> Verification:
    point = report.sealed.checkpoint if report.sealed else None
    first = None if report.clean else report.first
    made = Verification.objects.create(
        at=clock.now(),
        whole=since == 0,
        sound=report.clean,
        since=since,
        number=point.number if point else 0,
        size=point.size if point else 0,
        root=point.root if point else b"",
        rows=report.intents + report.outcomes,
        seconds=round(seconds, 1),
        faults=len(report.faults),
        table=first.table if first else "",
        leaf=first.leaf if first else None,
        detail=str(first)[:_MOST] if first else "",
    )
    if first is not None:
        log.error("audit.verification_failed", faults=made.faults, table=made.table, leaf=made.leaf, first=made.detail)
        after = {"faults": made.faults, "table": made.table, "leaf": made.leaf, "first": made.detail}
        record_fact(actor=_KEEPER, deed="calllog.broken", subject=made, after=after, clause=CLAUSE)
    elif _was_broken(made):
        record_fact(actor=_KEEPER, deed="calllog.sound_again", subject=made, clause=CLAUSE)
    return made


def _was_broken(made: Verification) -> bool:
    """Return whether the run before said otherwise of what this one covers."""
    before = Verification.objects.filter(pk__lt=made.pk).order_by("-id").first()
    return before is not None and not before.sound and made.whole

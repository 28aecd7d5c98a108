"""Telling of maintenance: each stage of each revision once, however often a job runs and however long none did.

A sweep looks at each window under its lock and tells the latest stage that was reached. Earlier stages nobody told are
covered by it, so a worker that was away brings one notice that says how things stand, not three. The mark and the
notices are one transaction.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from audit.record import record_fact
from catalog.models import DataService
from core import clock
from core.actor import system_actor
from incidents.maintenance_words import Stage
from incidents.models import MaintenancePolicy, MaintenanceTelling, MaintenanceWindow
from incidents.selectors.maintenance import maintenance_policy
from incidents.services.maintenance_letters import Change, write_stage

CLAUSE = "Q50-12.2b"
_JOB = system_actor("Báo bảo trì")
log = structlog.get_logger(__name__)


def tell_due() -> int:
    """Tell every stage that is due; return how many windows were told of. Safe to run twice and at once."""
    policy, told = maintenance_policy(), 0
    for pk in list(_candidates(policy)):
        try:
            told += _tell(pk, policy)
        except Exception:
            log.exception("maintenance.not_told", window_id=pk)
    return told


def _candidates(policy: MaintenancePolicy) -> Iterator[int]:
    done = MaintenanceTelling.objects.filter(window=OuterRef("pk"), revision=OuterRef("revision"), stage=Stage.ENDED)
    near = clock.now() + timedelta(hours=policy.first_hours)
    found = MaintenanceWindow.objects.planned().filter(~Q(Exists(done)), starts_at__lte=near)
    return iter(found.order_by("starts_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def _tell(pk: int, policy: MaintenancePolicy) -> int:
    window = MaintenanceWindow.objects.planned().select_for_update(skip_locked=True).filter(pk=pk).first()
    if window is None:
        return 0
    reached = reached_stages(window, policy, clock.now())
    fresh = [stage for stage in reached if stage not in _told_of(window)]
    if not fresh:
        return 0
    latest = reached[-1]
    for stage in fresh:
        _mark(window, stage, covered=stage != latest)
    if latest not in fresh:
        return 0
    _write(window, latest)
    return 1


def reached_stages(window: MaintenanceWindow, policy: MaintenancePolicy, now: datetime) -> list[Stage]:
    """Return the stages whose moment has come, in their order."""
    moments = (
        (Stage.FIRST, window.starts_at - timedelta(hours=policy.first_hours)),
        (Stage.LAST, window.starts_at - timedelta(hours=policy.last_hours)),
        (Stage.STARTED, window.starts_at),
        (Stage.ENDED, window.ends_at),
    )
    return [stage for stage, moment in moments if moment <= now]


def _told_of(window: MaintenanceWindow) -> set[str]:
    return set(window.tellings.filter(revision=window.revision).values_list("stage", flat=True))


def _mark(window: MaintenanceWindow, stage: Stage, *, covered: bool = False) -> None:
    MaintenanceTelling.objects.create(
        window=window, revision=window.revision, stage=stage, covered=covered, at=clock.now()
    )


def _was_told(window: MaintenanceWindow) -> bool:
    return window.tellings.filter(covered=False, revision__lte=F("window__revision")).exists()


def _write(window: MaintenanceWindow, stage: Stage, change: Change | None = None) -> None:
    agencies, followers = write_stage(window, stage, change)
    after = {"stage": stage, "agencies": agencies, "followers": followers}
    record_fact(actor=_JOB, deed="maintenance.told", subject=window, after=after, clause=CLAUSE)


def tell_changed(
    window: MaintenanceWindow, *, before: tuple[datetime, datetime], besides: Iterable[DataService]
) -> None:
    """Tell what a window is now to whoever was told of it, and to those of services *besides*; in the deed.

    Stages reached under the new times are covered by this; of a window nobody was told of, nothing is said.
    """
    if not _was_told(window):
        return
    reached = reached_stages(window, maintenance_policy(), clock.now())
    _mark(window, Stage.CHANGED)
    for stage in reached:
        # The end is news of its own: who shortened a window to now is told of the end.
        if stage != Stage.ENDED:
            _mark(window, stage, covered=True)
    _write(window, Stage.CHANGED, Change(before, tuple(besides)))


def tell_cancelled(window: MaintenanceWindow) -> None:
    """Tell that a window will not be, to whoever was told of it; in the deed."""
    if _was_told(window):
        _mark(window, Stage.CANCELLED)
        _write(window, Stage.CANCELLED)

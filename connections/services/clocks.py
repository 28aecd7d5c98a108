"""Deadlines of a dossier's steps: begin, pause, resume, stop. Called by the deeds that move the dossier."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import DeadlinePolicy
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from connections.choices import Step
from connections.models import Clock, ClockPause, ConnectionRequest
from connections.services.due import show_due
from core import clock
from core.workdays import Pause


def start_clock(request: ConnectionRequest, step: Step) -> Clock | None:
    """Begin the deadline of *step*; None where no policy names one.

    It is counted by the version that was in force when the dossier was received (sent, before that): a change of
    policy afterwards leaves the dossier its terms. A step that had no deadline then takes today's.
    A step that is taken up again goes on with its old clock, the time between counted as a pause.
    """
    earlier = Clock.objects.select_for_update().filter(request=request, step=step).order_by("-id").first()
    if earlier is not None:
        _take_up(earlier)
        show_due(request)
        return earlier
    policy = _policy(request, step)
    if policy is None:
        return None
    made = Clock(
        request=request,
        step=step,
        amount=policy.amount,
        unit=policy.unit,
        statutory=policy.statutory,
        basis=policy.basis,
        cutoff=policy.cutoff,
        started_at=clock.now(),
    )
    made.due_at = _due(made, [])
    made.save()
    show_due(request)
    return made


def stop_clock(request: ConnectionRequest, step: Step) -> None:
    """End the deadline of *step*: what it was due for is done."""
    _stop(request, Clock.objects.filter(step=step))


def _stop(request: ConnectionRequest, clocks: QuerySet[Clock]) -> None:
    now = clock.now()
    for running in clocks.select_for_update().filter(request=request, ended_at__isnull=True):
        _close_pause(running, now)
        if running.due_at is None:
            running.due_at = _due(running, list(running.pauses.all()))
        running.ended_at = now
        running.save()
    show_due(request)


def stop_all_clocks(request: ConnectionRequest) -> None:
    """End every deadline of a dossier that has ended."""
    _stop(request, Clock.objects.all())


def pause_clock(request: ConnectionRequest, step: Step, reason: str) -> None:
    """Let the deadline of *step* stand still from now on; *reason* says whom it waits for."""
    running = Clock.objects.select_for_update().filter(request=request, step=step, ended_at__isnull=True).first()
    if running is not None and not running.pauses.filter(ended_at__isnull=True).exists():
        ClockPause.objects.create(clock=running, started_at=clock.now(), reason=reason)
        running.due_at = None
        running.save()
        show_due(request)


def resume_clock(request: ConnectionRequest, step: Step) -> None:
    """Let the deadline of *step* run again."""
    running = Clock.objects.select_for_update().filter(request=request, step=step, ended_at__isnull=True).first()
    if running is not None:
        _close_pause(running, clock.now())
        running.due_at = _due(running, list(running.pauses.all()))
        running.save()
        show_due(request)


def _policy(request: ConnectionRequest, step: Step) -> DeadlinePolicy | None:
    received = request.received_at or request.submitted_at or clock.now()
    code = f"request.{step}"
    frozen = deadlines_in_force(received.astimezone(clock.VIETNAM).date()).filter(code=code).first()
    return frozen or deadlines_in_force(clock.today()).filter(code=code).first()


def _take_up(earlier: Clock) -> None:
    if earlier.ended_at is not None:
        ClockPause.objects.create(
            clock=earlier, started_at=earlier.ended_at, ended_at=clock.now(), reason="Bước này được mở lại"
        )
        earlier.ended_at = None
        earlier.due_at = _due(earlier, list(earlier.pauses.all()))
        earlier.save()


def _close_pause(running: Clock, now: datetime) -> None:
    for pause in running.pauses.filter(ended_at__isnull=True):
        pause.ended_at = now
        pause.save()


def _due(running: Clock, pauses: list[ClockPause]) -> datetime | None:
    spans = [Pause(pause.started_at, pause.ended_at) for pause in pauses]
    return running.due_by(spans, work_calendar())

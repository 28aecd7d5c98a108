"""Giving work to Celery once it is committed; what a worker never got, or died with, the schedule gives out again."""

from datetime import timedelta

from celery import current_app
from django.db import transaction

from core import clock
from reports.choices import RunState
from reports.models import ReportRun

WRITE_TASK = "reports.tasks.write_report"
FILES_TASK = "reports.tasks.make_files"
#: A report still waiting after this is handed to a worker again: the first may have died with it.
PATIENCE = timedelta(minutes=5)
# Handed over again at once, at the most.
MOST = 20


def write_later(run: ReportRun) -> None:
    """Let a worker count the figures of *run*."""
    _hand_over(WRITE_TASK, run.pk)


def make_files_later(run: ReportRun) -> None:
    """Let a worker make the files of *run*."""
    _hand_over(FILES_TASK, run.pk)


def hand_over_again() -> list[int]:
    """Hand over again what was left lying; the jobs do nothing twice."""
    before = clock.now() - PATIENCE
    lying = ReportRun.objects.only("pk")
    counting = lying.filter(state=RunState.REQUESTED, requested_at__lt=before).order_by("requested_at")[:MOST]
    rendering = lying.filter(state=RunState.RENDERING, submitted_at__lt=before).order_by("submitted_at")[:MOST]
    again = [(run, write_later) for run in counting] + [(run, make_files_later) for run in rendering]
    for run, hand_over in again:
        hand_over(run)
    return [run.pk for run, _hand_over in again]


def _hand_over(task: str, number: int) -> None:
    transaction.on_commit(lambda: current_app.send_task(task, (number,)), robust=True)

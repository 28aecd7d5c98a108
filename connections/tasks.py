"""Background work of this app; task bodies only call services."""

from celery import shared_task

from connections.services import draft_life
from connections.services.duty_reminders import remind_of_duties
from connections.services.expiries import remind_of_endings
from connections.services.reminders import remind_of_deadlines
from connections.services.reruns import repeat_conformance
from connections.services.version_news import tell_of_versions


@shared_task
def remind() -> None:
    """Give the reminders that are due, and the day's letters."""
    remind_of_duties()
    remind_of_endings()
    tell_of_versions()
    remind_of_deadlines()


@shared_task
def care_for_drafts() -> None:
    """Remind of drafts near their end, put away those past it."""
    draft_life.care_for_drafts()


@shared_task
def follow_profiles() -> None:
    """List whom new versions of message structures affect, and run their samples again."""
    repeat_conformance()

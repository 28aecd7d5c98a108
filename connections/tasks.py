"""Background work of this app; task bodies only call services."""

from celery import shared_task

from connections.services.reminders import remind_of_deadlines


@shared_task
def remind() -> None:
    """Give the reminders that are due, and the day's letters."""
    remind_of_deadlines()

"""Background work of this app; task bodies only call services."""

from celery import shared_task

from accounts.services.delivery import deliver_due_letters


@shared_task
def deliver_letters() -> None:
    """Send the letters that are due."""
    deliver_due_letters()

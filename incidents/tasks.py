"""Jobs of this app."""

from celery import shared_task

from incidents.services import alerts, detecting, health, incident_following, measuring, outages, webhook_sending
from incidents.services.alert_telling import tell_news
from incidents.services.certificates import look_at_certificates, tell_endings
from incidents.services.followers import forget_unconfirmed
from incidents.services.help import tell_overdue
from incidents.services.maintenance_telling import tell_due
from incidents.services.status_days import count_days
from incidents.services.weekly import remind_of_check


@shared_task(soft_time_limit=20)
def check_due() -> None:
    """Hand out a check for each source system that is due; one not taken in time is dropped, the next sweep asks."""
    for upstream_id in health.claim_due():
        check_one.apply_async((upstream_id,), expires=60)


@shared_task(soft_time_limit=45)
def check_one(upstream_id: int) -> None:
    """Ask one source system."""
    health.check_upstream(upstream_id=upstream_id)


@shared_task
def forget_old_checks() -> None:
    """Delete results and figures older than is kept."""
    health.forget_old()
    measuring.forget_old()
    webhook_sending.forget_old()


@shared_task(soft_time_limit=60)
def watch_outages() -> None:
    """Open and close outages of source systems, and tell at once."""
    outages.watch()
    tell_news()


@shared_task
def remind_of_certificates() -> None:
    """Tell of certificates near their end."""
    tell_endings()


@shared_task(soft_time_limit=280)
def see_certificates() -> None:
    """Look at the certificates source systems show."""
    look_at_certificates()


@shared_task(soft_time_limit=120)
def look_for_alerts() -> None:
    """Take the figures of the machine, look through every rule, hand on what nobody took up."""
    measuring.take_measures()
    detecting.detect()
    alerts.escalate_due()
    tell_news()


@shared_task(soft_time_limit=60)
def follow_incidents() -> None:
    """Open incidents of what was seen, note what recovered, close what stayed quiet, remind of clocks."""
    incident_following.follow()


@shared_task(soft_time_limit=240)
def tell_of_maintenance() -> None:
    """Tell of maintenance that is near, begins, ends."""
    tell_due()


@shared_task(soft_time_limit=120)
def count_status_days() -> None:
    """Count checks by service and day for the status page."""
    count_days()


@shared_task
def remind_of_weekly_check() -> None:
    """Remind of weeks without a record of the check, and forget readers who never confirmed."""
    remind_of_check()
    forget_unconfirmed()


@shared_task(soft_time_limit=60)
def tell_of_late_help() -> None:
    """Tell of requests for help whose answer is late."""
    tell_overdue()


@shared_task(soft_time_limit=100)
def deliver_webhooks() -> None:
    """Carry messages to webhooks."""
    webhook_sending.deliver_webhooks()


@shared_task(soft_time_limit=60)
def tell_of_alerts() -> None:
    """Tell what is untold of alerts."""
    tell_news()

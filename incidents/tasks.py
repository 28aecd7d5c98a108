"""Jobs of this app."""

from celery import shared_task

from incidents.services import alerts, detecting, health, measuring, outages, webhook_sending
from incidents.services.alert_telling import tell_news
from incidents.services.certificates import look_at_certificates, tell_endings


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


@shared_task(soft_time_limit=100)
def deliver_webhooks() -> None:
    """Carry messages to webhooks."""
    webhook_sending.deliver_webhooks()


@shared_task(soft_time_limit=60)
def tell_of_alerts() -> None:
    """Tell what is untold of alerts."""
    tell_news()

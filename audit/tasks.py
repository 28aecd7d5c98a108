"""Background work of this app; task bodies only call services."""

from celery import shared_task

from audit.services import rollups, use, verifying
from audit.services.archiving import archive_if_allowed
from audit.services.idempotency import forget_keys
from audit.services.partitions import drop_old_nonces, make_ahead


@shared_task
def keep_partitions() -> None:
    """Make the partitions of the call log ahead, drop the nonces of hours long past, forget old idempotency keys."""
    make_ahead()
    drop_old_nonces()
    forget_keys()


@shared_task
def count_use() -> None:
    """Count the calls that came to the log since the last run."""
    use.count_use()


@shared_task
def roll_up() -> None:
    """Sum what came to the log by minute, hour and day."""
    rollups.roll_up()


@shared_task(time_limit=36_000, soft_time_limit=35_900)
def archive_old_months() -> None:
    """Archive the months past their retention, where this process may; elsewhere a timer of the server does it."""
    archive_if_allowed()


@shared_task(time_limit=3_600, soft_time_limit=3_500)
def verify_new() -> None:
    """Verify what was sealed since the last time."""
    verifying.verify_new()


@shared_task(time_limit=36_000, soft_time_limit=35_900)
def verify_all() -> None:
    """Verify the whole call log."""
    verifying.verify_all()

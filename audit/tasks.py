"""Background work of this app; task bodies only call services."""

from celery import shared_task

from audit.services import use
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

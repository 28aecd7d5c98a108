"""Counting what a test wrote to the log, as the periodic task does."""

from django.db import connection

from audit.services.use import count_use
from core import clock


def counted() -> int:
    """Count the rows of ``call_log.log_calls``; the chain they stand in is opened when it is not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac)"
            " values (1, 'open', 'intent', %s, 'kiểm thử', 'kiểm thử', 2, '', '') on conflict (seq) do nothing",
            [clock.now()],
        )
    return count_use()

"""Keys of deeds are forgotten when their time is over (``audit.idempotency``)."""

from datetime import timedelta

from django.conf import settings
from django.db import connection

from core import clock

_BATCH = 5000
_FORGET = (
    "delete from audit_idempotency where digest in"
    " (select digest from audit_idempotency where claimed_at < %s order by claimed_at limit %s)"
)


def forget_keys() -> int:
    """Delete keys older than the window, some thousand at a time; return how many."""
    oldest, gone = clock.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS), 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_FORGET, [oldest, _BATCH])
            gone += cursor.rowcount
            if cursor.rowcount < _BATCH:
                return gone

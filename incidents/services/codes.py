"""Codes of what this floor files: letters of its kind, the day, a number of that day."""

from typing import Any

from django.db import connection, models
from django.db.models.functions import Length

from core import clock

_LOCK = 20_310


def next_code(kind: type[models.Model], letters: str) -> str:
    """Return the next code of today, such as ``BT-261130-0001``; a lock of the database keeps two from being one.

    *kind* has a unique field ``code``. Inside the transaction of the deed that takes it.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, letters])
    prefix = f"{letters}-{clock.today():%y%m%d}-"
    rows: Any = kind._default_manager.filter(code__startswith=prefix)
    last = rows.order_by(Length("code").desc(), "-code").values_list("code", flat=True).first()
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"

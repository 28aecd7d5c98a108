"""Since when there is anything to count: before it a figure is "no data", from it on a missing row is zero."""

from datetime import datetime

from django.db import connection

_FIRST = "select least((select min(at) from audit_fact), (select min(begins) from audit_calls_day))"


def first_moment() -> datetime | None:
    """Return when the platform's register begins: its first recorded deed or the first day with a call; one query.

    None where it is empty.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIRST)
        found: datetime | None = cursor.fetchone()[0]
        return found

"""How long the call log is kept at hand, which months are due for the archive, which went."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from audit.archive.tombstones import attached
from audit.models import Retention, Tombstone
from audit.verification.link import link
from core import clock


def retention() -> Retention:
    """Return the rule in force: the row, or what it says before anybody changed it."""
    return Retention.objects.filter(pk=1).first() or Retention(pk=1)


def due_months(now: datetime, months: int) -> list[str]:
    """Return the months (``YYYYMM``, oldest first) in the log after whose end *months* whole ones have passed, and
    those of which a tombstone stands but a partition is left: an archiving that broke off."""
    today = now.astimezone(clock.VIETNAM)
    this = today.year * 12 + today.month
    left = _left()
    due = {name for name in attached(link()) if this - int(name[:4]) * 12 - int(name[4:]) > months}
    return sorted(due | (left & set(Tombstone.objects.values_list("month", flat=True))))


def _left() -> set[str]:
    """Return the months of which any partition exists, part of the log or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct right(relname, 6) from pg_class where relkind = 'r'"
            " and relnamespace = current_schema()::regnamespace and relname ~ '^audit_(intent|outcome)_[0-9]{6}$'"
        )
        return {name for (name,) in cursor.fetchall()}


def archived_until() -> date | None:
    """Return the first day of the newest month that was archived; None when none was. One query."""
    month = Tombstone.objects.order_by("-month").values_list("month", flat=True).first()
    return date(int(month[:4]), int(month[4:]), 1) if month else None


def gone_months() -> Sequence[str]:
    """Return the months (``YYYYMM``) that are in the archive only, oldest first; one query and one look."""
    there = _left()
    return [name for name in Tombstone.objects.order_by("month").values_list("month", flat=True) if name not in there]

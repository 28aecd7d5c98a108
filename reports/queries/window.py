"""What a report looks at: events from one moment up to another, and how things stood at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q

from core.clock import VIETNAM

#: Enough to tell the sums of a year apart without sorting them on disk.
MEMORY = "256MB"


@dataclass(frozen=True, slots=True)
class Window:
    """Events from *since* up to (not including) *until*; states are those at *until*."""

    since: datetime
    until: datetime

    @property
    def last_day(self) -> date:
        """The last day it touches: 24:00 belongs to the day that ends."""
        local = self.until.astimezone(VIETNAM)
        return local.date() if local.time() != local.time().min else date.fromordinal(local.date().toordinal() - 1)

    def happened(self, field: str) -> Q:
        """Return the condition that the moment *field* lies inside."""
        return Q(**{f"{field}__gte": self.since, f"{field}__lt": self.until})

    def lasting(self, begins: str, ends: str) -> Q:
        """Return the condition that what begins and ends at these moments lasts at the end of the window."""
        return Q(**{f"{begins}__lt": self.until}) & (
            Q(**{f"{ends}__isnull": True}) | Q(**{f"{ends}__gte": self.until})
        )


@contextmanager
def one_view() -> Iterator[None]:
    """Let every query inside see the database as of one moment; inside a caller's transaction, that one's view.

    A report is one reader that brings a year together: it may sort and gather in more memory than a page.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute(f"set local work_mem = '{MEMORY}'")
        yield

"""What random rows of the registers are drawn by: moments, days and choices of one seed."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import VIETNAM


@dataclass
class Draw:
    """Random moments and days around the ends of spans."""

    chance: random.Random
    edges: list[datetime]

    def moment(self) -> datetime:
        """Return a moment: an edge, the microsecond before it, or somewhere around it."""
        near = self.chance.choice((0, 0, 1, self.chance.randrange(40 * 86_400_000_000)))
        return self.chance.choice(self.edges) - timedelta(microseconds=near)

    def maybe(self) -> datetime | None:
        """Return a moment, or none."""
        return self.moment() if self.chance.random() < 0.7 else None

    def after(self, begin: datetime) -> datetime | None:
        """Return a moment after *begin*, or none."""
        found = self.maybe()
        return None if found is None else max(begin, found)

    def day(self) -> date:
        """Return the day of a moment in Vietnam."""
        return self.moment().astimezone(VIETNAM).date()

    def later(self, begin: date) -> date:
        """Return *begin* or a day after it."""
        return max(begin, self.day())

"""Charts along time: a window cut into days, months or years, and counts sorted into them. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.charts import Series
from core.clock import VIETNAM
from reports.queries.window import Window
from reports.rounding import percent

#: So many points are told apart on a phone and on paper.
MOST = 62


@dataclass(frozen=True, slots=True)
class Spans:
    """Days, months or years of a window in order, each under the label of its kind."""

    labels: tuple[str, ...]
    shape: str

    def of(self, day: date) -> str:
        """Return the label of the span *day* lies in."""
        return day.strftime(self.shape)

    def series(self, name: str, counted: Iterable[tuple[date, float]]) -> Series:
        """Return the sums of *counted* by span; a span without a row is zero."""
        found = Counter[str]()
        for day, value in counted:
            found[self.of(day)] += value  # type: ignore[assignment]
        return Series(name, tuple(found[label] for label in self.labels))

    def shares(self, name: str, counted: Iterable[tuple[date, int, int]]) -> Series:
        """Return the share, %, of the second count in the first by span; without a whole there is no value."""
        whole, part = Counter[str](), Counter[str]()
        for day, all_of_it, some in counted:
            whole[self.of(day)] += all_of_it
            part[self.of(day)] += some
        return Series(name, tuple(percent(part[label], whole[label]) for label in self.labels))


def spans_of(window: Window) -> Spans:
    """Cut *window* into days where these are few enough, else into months, else into years."""
    first, last = window.since.astimezone(VIETNAM).date(), window.last_day
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    for shape in ("%d/%m", "%m/%Y", "%Y"):
        labels = tuple(dict.fromkeys(day.strftime(shape) for day in days))
        if len(days) <= MOST or (shape != "%d/%m" and len(labels) <= MOST):
            return Spans(labels, shape)
    return Spans(labels[-MOST:], "%Y")

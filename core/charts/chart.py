"""What a chart shows. Pure."""

from dataclasses import dataclass
from typing import Literal

ChartKind = Literal["bars", "line", "stacked"]
#: More points than this cannot be told apart on a phone, more series not in black and white.
MOST_POINTS, MOST_SERIES = 62, 6


@dataclass(frozen=True, slots=True)
class Series:
    """Values under one name, one a label; None is "no data", which is not zero."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart before it is drawn; *unit* is said once for all values ("lượt", "%").

    *code* names it in addresses and identifiers of a page. Raises ValueError for series of another length than the
    labels, more than ``MOST_POINTS`` labels or ``MOST_SERIES`` series.
    """

    code: str
    title: str
    kind: ChartKind
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        if any(len(one.values) != len(self.labels) for one in self.series):
            raise ValueError("each series has one value a label")
        if len(self.labels) > MOST_POINTS or len(self.series) > MOST_SERIES:
            raise ValueError(f"at most {MOST_POINTS} labels and {MOST_SERIES} series")
        if self.kind not in ("bars", "line", "stacked"):
            raise ValueError(f"no kind of chart: {self.kind}")

    @property
    def empty(self) -> bool:
        """Whether there is not one value to show."""
        return all(value is None for one in self.series for value in one.values)

    def totals(self) -> tuple[float | None, ...]:
        """Return the sum of the series at each label, None where none has a value."""
        found = []
        for place in range(len(self.labels)):
            known = [value for one in self.series if (value := one.values[place]) is not None]
            found.append(sum(known) if known else None)
        return tuple(found)

    def extremes(self) -> tuple[float, float]:
        """Return the least and the greatest value drawn; bars begin at zero, so zero is always among them."""
        totals = self.totals() if self.kind == "stacked" else ()
        values = [value for one in self.series for value in one.values] + list(totals)
        known = [value for value in values if value is not None]
        return min([0.0, *known]), max([0.0, *known])

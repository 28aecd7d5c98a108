"""The same data as a table: every chart has one beside it, for those who do not see the picture or want the figure."""

from dataclasses import dataclass

from core.charts.chart import Chart
from core.charts.words import valued

NO_DATA = "Chưa có số liệu"


@dataclass(frozen=True, slots=True)
class TableTwin:
    """Heads (the first over the labels is empty) and rows of texts: label, then one value a series."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def table_twin(chart: Chart) -> TableTwin:
    """Return the data of *chart* as rows; a missing value says so and is not zero."""
    names = tuple(one.name for one in chart.series)
    rows = []
    for place, label in enumerate(chart.labels):
        values = (one.values[place] for one in chart.series)
        texts = (NO_DATA if value is None else valued(value, chart.unit) for value in values)
        rows.append((label, tuple(zip(names, texts, strict=True))))
    return TableTwin(names, tuple(rows))

"""Charts as SVG made on the server: bars, lines, stacked bars, for pages and for paper. No domain nouns."""

from core.charts.chart import Chart, Series
from core.charts.drawing import chart_svg
from core.charts.table import TableTwin, table_twin

__all__ = ["Chart", "Series", "TableTwin", "chart_svg", "table_twin"]

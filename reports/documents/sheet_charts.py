"""Charts of a workbook, drawn by the reader's own program from cells of the sheet, so that they can be worked with."""

from typing import Any

from django.utils.translation import gettext as _
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.data_source import AxDataSource, StrRef

from core.charts import Chart
from core.text import printable
from reports.documents.sheets import Page, place_cell, text_cell

_WIDTH_CM, _HEIGHT_CM, _ROW_CM = 17.0, 8.0, 0.56
_NUMBER = "[$-42A]#,##0.##"
# Greys that stay apart on a black and white print.
_FILLS = ("333333", "B5B5B5", "7F7F7F", "E0E0E0", "595959", "CFCFCF")


def add_chart(page: Page, chart: Chart) -> None:
    """Write the numbers of *chart* as a table and the chart below it; no data is an empty cell, which is no zero."""
    page.wide(chart.title if not chart.unit else f"{chart.title} ({chart.unit})", kind="term")
    head = page.heads([_("STT"), _("Nội dung"), *(one.name for one in chart.series)])
    for place, label in enumerate(chart.labels):
        values = [(one.values[place], "number", _NUMBER) for one in chart.series]
        page.row([place_cell(place + 1), text_cell(label), *values])
    drawn = _drawn(page.sheet, chart, head)
    page.sheet.add_chart(drawn, f"A{page.at + 1}")
    page.at += 2 + round(_HEIGHT_CM / _ROW_CM)


def _drawn(sheet: Any, chart: Chart, head: int) -> Any:
    drawn = LineChart() if chart.kind == "line" else BarChart()
    last = head + len(chart.labels)
    numbers = Reference(sheet, min_col=3, max_col=2 + len(chart.series), min_row=head, max_row=last)
    drawn.add_data(numbers, titles_from_data=True)
    labels = StrRef(f=str(Reference(sheet, min_col=2, min_row=head + 1, max_row=last)))
    drawn.title, drawn.width, drawn.height = printable(chart.title), _WIDTH_CM, _HEIGHT_CM
    # Newer programs leave the axes out unless told otherwise.
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.y_axis.number_format = _NUMBER
    drawn.y_axis.title = printable(chart.unit) or None
    drawn.display_blanks = "gap"
    drawn.legend.position = "b"
    if len(chart.series) == 1:
        drawn.legend = None
    if chart.kind == "stacked":
        drawn.grouping, drawn.overlap = "stacked", 100
    for place, series in enumerate(drawn.series):
        colour = _FILLS[place % len(_FILLS)]
        series.cat = AxDataSource(strRef=labels)
        series.graphicalProperties.line.solidFill = colour
        if chart.kind == "line":
            series.smooth = False
        else:
            series.graphicalProperties.solidFill = colour
    return drawn

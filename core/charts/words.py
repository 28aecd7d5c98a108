"""Values of charts in words, and the line of names above them."""

from core.charts.canvas import Canvas, shortened
from core.charts.chart import Chart
from core.documents.wording import number

_SWATCH = 11.0


def valued(value: float, unit: str) -> str:
    """Return *value* with its unit, a percent sign close to it."""
    return f"{number(value, 2)}{unit}" if unit == "%" else f"{number(value, 2)} {unit}".rstrip()


def said(chart: Chart, series: int, place: int, value: float) -> str:
    """Return what one mark of the chart says."""
    name = chart.series[series].name
    return f"{chart.labels[place]} · {name}: {valued(value, chart.unit)}"


def is_whole(chart: Chart) -> bool:
    """Return whether every value is a whole number, so that the axis counts whole things."""
    return all(value is None or float(value).is_integer() for one in chart.series for value in one.values)


def draw_names(canvas: Canvas, chart: Chart) -> float:
    """Write unit and names of the series at the top; return where the picture may begin."""
    line = canvas.size * 1.6
    y, x = line, 0.0
    if len(chart.series) > 1:
        for place, one in enumerate(chart.series):
            name = shortened(one.name, int((canvas.width - _SWATCH - 6) / (canvas.measure("n"))))
            needed = _SWATCH + 6 + canvas.measure(name) + 14
            if x and x + needed - 14 > canvas.width:
                x, y = 0.0, y + line
            if chart.kind == "line":
                canvas.path([(x, y - canvas.size * 0.35), (x + _SWATCH + 2, y - canvas.size * 0.35)], place)
            else:
                canvas.rect((x, y - _SWATCH, _SWATCH, _SWATCH), place)
            canvas.text(x + _SWATCH + 6, y, name, full=one.name, soft=False)
            x += needed
        y += line
    if chart.unit:
        canvas.text(0, y - canvas.size * 0.4, f"({chart.unit})")
        return y + canvas.size * 0.7
    return y - line + canvas.size * 0.9

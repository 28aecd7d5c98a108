"""Bars that lie below one another, each under its name: for names too long to stand side by side."""

from collections.abc import Iterator

from core.charts.canvas import Canvas, shortened
from core.charts.chart import Chart
from core.charts.scale import Scale, nice_scale
from core.charts.words import draw_names, is_whole, said
from core.documents.wording import number

_BAR, _BETWEEN, _THINNEST = 13.0, 11.0, 1.5


def draw_lying(canvas: Canvas, chart: Chart) -> float:
    """Draw the chart; return how tall it is."""
    y = draw_names(canvas, chart)
    scale = nice_scale(*chart.extremes(), whole=is_whole(chart))
    right = canvas.width - canvas.measure(number(scale.high, 2)) - 8
    most = int(canvas.width / canvas.measure("n"))
    zero = scale.share(0.0) * right
    for place, label in enumerate(chart.labels):
        canvas.text(0, y + canvas.size, shortened(label, most), full=label, soft=False)
        y += canvas.size * 1.4
        first = y
        for bar in _bars_of(chart, place):
            _draw(canvas, chart, (scale, right, y), place, bar)
            y += _BAR
        canvas.rule((zero, first - 1), (zero, y + 1), base=True)
        y += _BETWEEN
    return y


Bar = list[tuple[int, float, float]]


def _bars_of(chart: Chart, place: int) -> Iterator[Bar]:
    """Give the bars of one label: each a list of (series, from, to); one without data is empty."""
    values = [one.values[place] for one in chart.series]
    if chart.kind == "bars":
        for series, value in enumerate(values):
            yield [] if value is None else [(series, 0.0, value)]
        return
    below, bar = 0.0, []
    for series, value in enumerate(values):
        if value is not None:
            bar.append((series, below, below + value))
            below += value
    yield bar


def _draw(canvas: Canvas, chart: Chart, frame: tuple[Scale, float, float], place: int, bar: Bar) -> None:
    scale, right, y = frame
    if not bar:
        canvas.text(scale.share(0.0) * right + 5, y + _BAR - 2, "–")
        return
    for series, start, end in bar:
        x, wide = scale.share(min(start, end)) * right, abs(scale.share(end) - scale.share(start)) * right
        words = said(chart, series, place, end - start)
        if wide >= _THINNEST or len(bar) == 1:
            canvas.rect((x, y, max(wide, _THINNEST), _BAR), series, words)
    end = max(0.0, bar[-1][2])
    canvas.text(scale.share(end) * right + 6, y + _BAR - 2, number(bar[-1][2], 2), soft=False)

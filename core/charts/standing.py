"""Bars that stand side by side, and lines."""

from core.charts.canvas import Canvas, wrapped
from core.charts.chart import Chart
from core.charts.scale import Scale, nice_scale
from core.charts.words import draw_names, is_whole, said
from core.documents.wording import number

_GAP, _SHORT, _THINNEST, _WIDEST = 0.25, 8, 1.5, 56.0


class Frame:
    """Where the picture lies inside the canvas, and how values become heights."""

    def __init__(self, canvas: Canvas, chart: Chart, scale: Scale, box: tuple[float, float, float, float]) -> None:
        self.canvas, self.chart, self.scale = canvas, chart, scale
        self.left, self.top, self.right, self.bottom = box
        self.slot = (self.right - self.left) / max(len(chart.labels), 1)

    def y(self, value: float) -> float:
        """Return the height at which *value* stands."""
        return self.bottom - self.scale.share(value) * (self.bottom - self.top)

    def middle(self, place: int) -> float:
        """Return the middle of the slot of label number *place*."""
        return self.left + (place + 0.5) * self.slot


def labels_fit(canvas: Canvas, chart: Chart) -> bool:
    """Return whether the labels can stand side by side: whole on two lines, or so short that some may be left out."""
    if max(map(len, chart.labels)) <= _SHORT:
        return True
    most = int((canvas.width - canvas.size * 5) / len(chart.labels) / canvas.measure("n"))
    return all(wrapped(label, most) for label in chart.labels)


def draw_standing(canvas: Canvas, chart: Chart, height: float) -> float:
    """Draw the chart with its axis; return its height."""
    top = draw_names(canvas, chart)
    scale = nice_scale(*chart.extremes(), whole=is_whole(chart))
    ticks = [(value, number(value, 2)) for value in scale.ticks()]
    left = max(canvas.measure(words) for _value, words in ticks) + 6
    box = (left, top, canvas.width - 2, height - canvas.size * (2.9 if _two_lines(canvas, chart, left) else 1.7))
    frame = Frame(canvas, chart, scale, box)
    for value, words in ticks:
        y = frame.y(value)
        canvas.rule((frame.left, y), (frame.right, y), base=value == 0)
        canvas.text(frame.left - 5, y + canvas.size * 0.35, words, anchor="end")
    _labels(frame)
    {"bars": _bars, "stacked": _stacked, "line": _lines}[chart.kind](frame)
    return height


def _two_lines(canvas: Canvas, chart: Chart, left: float) -> bool:
    most = int((canvas.width - left) / len(chart.labels) / canvas.measure("n"))
    return any(len(wrapped(label, most) or "x") > 1 for label in chart.labels)


def _labels(frame: Frame) -> None:
    """Write the labels, leaving out every second, third… where they would run into each other."""
    canvas, chart = frame.canvas, frame.chart
    most = int(frame.slot / canvas.measure("n"))
    lines = [wrapped(label, most) or (label,) for label in chart.labels]
    widest = max(canvas.measure(line) for label in lines for line in label) + 7
    each = 1 if widest <= frame.slot + 6 else int(-(-widest // frame.slot))
    for place, label in enumerate(lines):
        if place % each == 0:
            x = min(
                max(frame.middle(place), canvas.measure(label[0]) / 2), canvas.width - canvas.measure(label[0]) / 2
            )
            for row, line in enumerate(label):
                y = frame.bottom + canvas.size * (1.2 + 1.2 * row)
                canvas.text(x, y, line, anchor="middle", full=chart.labels[place])


def _bars(frame: Frame) -> None:
    count = len(frame.chart.series)
    wide = min(frame.slot * (1 - _GAP) / count, _WIDEST)
    for series, one in enumerate(frame.chart.series):
        for place, value in enumerate(one.values):
            if value is not None:
                x = frame.middle(place) + (series - count / 2) * wide
                _bar(frame, (x, wide), (0.0, value), series, place)
    if len(frame.chart.series) == 1:
        _values(frame, frame.chart.series[0].values)


def _stacked(frame: Frame) -> None:
    wide = min(frame.slot * (1 - _GAP), _WIDEST)
    for place in range(len(frame.chart.labels)):
        x, below = frame.middle(place) - wide / 2, 0.0
        for series, one in enumerate(frame.chart.series):
            value = one.values[place]
            if value is not None:
                _bar(frame, (x, wide), (below, below + value), series, place)
                below += value
    _values(frame, frame.chart.totals())


def _bar(frame: Frame, across: tuple[float, float], along: tuple[float, float], series: int, place: int) -> None:
    """Draw one bar from value to value; a zero of its own is a thin line, what has no data is nothing."""
    one, other = frame.y(along[0]), frame.y(along[1])
    tall = abs(one - other)
    if tall < _THINNEST and (frame.chart.kind == "bars" or along[1] != along[0]):
        other, tall = one - _THINNEST, _THINNEST
    words = said(frame.chart, series, place, along[1] - along[0])
    frame.canvas.rect((across[0], min(one, other), across[1], tall), series, words)


def _values(frame: Frame, values: tuple[float | None, ...]) -> None:
    """Write the values above their bars where there is room for all of them."""
    texts = ["" if value is None else number(value, 2) for value in values]
    if max(map(frame.canvas.measure, texts)) > frame.slot:
        return
    for place, (value, words) in enumerate(zip(values, texts, strict=True)):
        if value is not None:
            y = frame.y(max(value, 0.0)) - 4
            frame.canvas.text(frame.middle(place), y, words, anchor="middle", soft=False)


def _lines(frame: Frame) -> None:
    for series, one in enumerate(frame.chart.series):
        run: list[tuple[float, float]] = []
        for place, value in enumerate([*one.values, None]):
            if value is None:
                if len(run) > 1:
                    frame.canvas.path(run, series)
                run = []
            else:
                run.append((frame.middle(place), frame.y(value)))
        for place, value in enumerate(one.values):
            if value is not None:
                words = said(frame.chart, series, place, value)
                frame.canvas.dot(frame.middle(place), frame.y(value), series, words)

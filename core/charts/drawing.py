"""A chart as SVG."""

from django.utils.translation import gettext as _

from core.charts.canvas import Canvas
from core.charts.chart import Chart
from core.charts.lying import draw_lying
from core.charts.standing import draw_standing, labels_fit
from core.charts.words import valued

EMPTY = "Chưa có số liệu kỳ này"


def chart_svg(chart: Chart, *, width: int = 720, height: int = 320, for_print: bool = False) -> str:
    """Return *chart* as one SVG, *width* by *height* units; it grows to the room it is given.

    Bars under names too long to stand side by side lie below one another instead, and the picture is then as tall as
    its rows need whatever *height* says (about 40 units a row). On a screen colours are classes of the stylesheet
    (``chart-0``…), in print greys and hatches of its own in the type of official documents.
    """
    canvas = Canvas(chart.code, width=width, for_print=for_print)
    if chart.empty:
        canvas.text(width / 2, height / 2, EMPTY, anchor="middle")
        return canvas.finished(height=height, title=chart.title, about=EMPTY)
    if chart.kind != "line" and not labels_fit(canvas, chart):
        tall = draw_lying(canvas, chart)
    else:
        tall = draw_standing(canvas, chart, float(height))
    return canvas.finished(height=tall, title=chart.title, about=_about(chart))


def _about(chart: Chart) -> str:
    """Return each series' greatest and least value in words."""
    said = []
    for one in chart.series:
        known = [(value, label) for value, label in zip(one.values, chart.labels, strict=True) if value is not None]
        if known:
            most, least = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0])
            said.append(
                _("%(name)s: cao nhất %(most)s (%(most_at)s), thấp nhất %(least)s (%(least_at)s).")
                % {
                    "name": one.name,
                    "most": valued(most[0], chart.unit),
                    "most_at": most[1],
                    "least": valued(least[0], chart.unit),
                    "least_at": least[1],
                }
            )
    return " ".join(said)

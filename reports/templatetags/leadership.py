"""Figures of the leadership page in templates."""

from django import template
from django.utils.translation import gettext as _

from core.charts import Chart
from core.documents.wording import number
from reports.selectors.leadership import Tile
from reports.selectors.leadership_words import valued

register = template.Library()
_SIGNS = {"up": "↑", "down": "↓", "same": "="}


@register.filter
def tile_value(tile: Tile) -> str:
    """Return the figure with its unit."""
    return valued(tile.value, tile.unit)


@register.filter
def change_sign(way: str) -> str:
    """Return the sign that stands before the words, "" where there is nothing to compare."""
    return _SIGNS.get(way, "")


@register.filter
def chart_head(chart: Chart) -> str:
    """Return what the labels of a chart are, for the head of its table."""
    return {"calls": _("Thời gian"), "agencies": _("Cơ quan"), "steps": _("Bước")}[chart.code]


@register.filter
def points(value: float) -> str:
    """Return points with at most two decimals."""
    return number(value, 2)

"""Charts on pages: the picture and, folded below it, the same data as a table."""

from typing import Any

from django import template
from django.utils.safestring import mark_safe
from django_stubs_ext import StrOrPromise

from core.charts import Chart, chart_svg, table_twin

register = template.Library()
#: Drawn for the narrowest screen and enlarged on others, so that its letters can be read on a phone.
WIDTH, HEIGHT = 340, 230


@register.inclusion_tag("patterns/chart.html")
def chart_figure(chart: Chart, about: StrOrPromise = "", first: StrOrPromise = "") -> dict[str, Any]:
    """Show *chart* under its title with its table twin; *about* says how it is reckoned, *first* heads the labels."""
    return {
        "chart": chart,
        "svg": mark_safe(chart_svg(chart, width=WIDTH, height=HEIGHT)),  # noqa: S308 - written and escaped by lxml
        "twin": table_twin(chart),
        "about": about,
        "first": first,
    }

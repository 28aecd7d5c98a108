"""Charts as pictures of a document: SVG for the PDF, PNG for Word, in the type of official documents."""

import re
from dataclasses import dataclass, replace

import typst
from lxml import etree

from core.charts import Chart, Series, chart_svg
from core.documents.glyphs import drawable, our_fonts
from core.text import printable

_WIDTH, _HEIGHT = 720, 300
#: A picture is at most this many times as tall as the text is wide, so that title and picture find room on a page.
TALLEST = 1.15
# Dots per inch of the PNG at its full width of 160 mm: what office printers show.
_PPI, _ROOM_MM = 220, 160
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_PICTURE = (
    "#set page(width: {width}mm, height: {height}mm, margin: 0mm)\n"
    '#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
)


@dataclass(frozen=True, slots=True)
class ChartPicture:
    """A chart drawn for print, and which share of the text's width it may take so that it stays on one page."""

    svg: str
    ratio: float

    @property
    def words(self) -> str:
        """What the chart shows, in words: its title, and the greatest and least of each series."""
        root = etree.fromstring(self.svg.encode())
        return " ".join(root[place].text or "" for place in (0, 1)).strip()

    @property
    def share(self) -> float:
        """Share of the text's width, above 0, at most 1."""
        return min(1.0, TALLEST / self.ratio)

    def png(self) -> bytes:
        """Return the same picture as PNG; the same chart gives the same bytes."""
        page = _PICTURE.format(width=_ROOM_MM, height=round(_ROOM_MM * self.ratio, 2))
        made = typst.compile(
            page.encode(),
            format="png",
            ppi=_PPI,
            sys_inputs={"svg": self.svg},
            font_paths=our_fonts(),
            ignore_system_fonts=True,
        )
        return bytes(made)


def chart_picture(chart: Chart) -> ChartPicture:
    """Draw *chart* in black and white with characters that our fonts have."""
    known = replace(
        chart,
        title=_fit(chart.title),
        labels=tuple(map(_fit, chart.labels)),
        series=tuple(Series(_fit(one.name), one.values) for one in chart.series),
        unit=_fit(chart.unit),
    )
    svg = chart_svg(known, width=_WIDTH, height=_HEIGHT, for_print=True)
    found = _SIZE.search(svg)
    width, height = map(float, found.groups()) if found else (_WIDTH, _HEIGHT)
    return ChartPicture(svg, height / width)


def _fit(text: str) -> str:
    return drawable(printable(text))

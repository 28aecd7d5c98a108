"""The SVG a chart is drawn on: colours are classes on a screen, greys and hatches of its own in print."""

import re
from collections.abc import Sequence

from lxml import etree

from core.charts.hatching import Box, ground, is_dotted, strokes
from core.text import printable

SVG = "http://www.w3.org/2000/svg"
#: Mean width of a letter in heights of its type.
_LETTER = 0.56
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2", "1 4")


class Canvas:
    """An SVG under way. Everything is escaped by the library that writes it."""

    def __init__(self, code: str, *, width: float, for_print: bool) -> None:
        self.code = re.sub(r"[^a-z0-9-]+", "-", code.lower())
        self.width, self.for_print = width, for_print
        self.size = 15.0 if for_print else 13.0
        self.root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})

    def finished(self, *, height: float, title: str, about: str) -> str:
        """Return the SVG with its name and what it says in words, for those who do not see it."""
        for place, (tag, text) in enumerate((("title", title), ("desc", about))):
            part = etree.Element(f"{{{SVG}}}{tag}", id=f"chart-{self.code}-{tag}")
            part.text = printable(text)
            self.root.insert(place, part)
        known = {
            "viewBox": f"0 0 {_told(self.width)} {_told(height)}",
            "role": "img",
            "aria-labelledby": f"chart-{self.code}-title chart-{self.code}-desc",
        }
        if self.for_print:
            known |= {"width": _told(self.width), "height": _told(height), "font-family": "Tinos", "fill": "#000000"}
        else:
            known["class"] = "chart"
        for name, value in known.items():
            self.root.set(name, value)
        return str(etree.tostring(self.root, encoding="unicode"))

    def rect(self, box: Box, series: int, said: str = "") -> None:
        """Fill *box* (left, top, width, height) with the colour of *series*; *said* tells it to who points at it."""
        left, top, width, height = map(_told, box)
        part = self._add("rect", {"x": left, "y": top, "width": width, "height": height}, said)
        if self.for_print:
            part.set("fill", ground(series))
            part.set("stroke", "#000000")
            part.set("stroke-width", "0.8")
            self._hatch(box, series)
        else:
            part.set("class", f"chart-fill chart-{series}")

    def path(self, points: Sequence[tuple[float, float]], series: int) -> None:
        """Join *points* by a line in the colour and the dashes of *series*."""
        shape = "M" + " L".join(f"{_told(x)} {_told(y)}" for x, y in points)
        part = self._add("path", {"d": shape, "fill": "none", "stroke-width": "2"})
        if _DASHES[series]:
            part.set("stroke-dasharray", _DASHES[series])
        self._coloured(part, "stroke", series)

    def dot(self, x: float, y: float, series: int, said: str = "") -> None:
        """Mark a point of a line."""
        part = self._add("circle", {"cx": _told(x), "cy": _told(y), "r": "3"}, said)
        self._coloured(part, "fill", series)

    def rule(self, start: tuple[float, float], end: tuple[float, float], *, base: bool = False) -> None:
        """Draw a line of the axis; the *base* line stands out."""
        known = dict(zip(("x1", "y1", "x2", "y2"), map(_told, (*start, *end)), strict=True))
        part = self._add("line", known)
        if self.for_print:
            part.set("stroke", "#000000" if base else "#bbbbbb")
            part.set("stroke-width", "1" if base else "0.6")
        else:
            part.set("class", "chart-base" if base else "chart-rule")

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", full: str = "", soft: bool = True
    ) -> None:
        """Write *words* with their baseline at *y*; *full* is what they are short for."""
        known = {"x": _told(x), "y": _told(y), "font-size": _told(self.size), "text-anchor": anchor}
        part = self._add("text", known)
        if not self.for_print:
            part.set("class", "chart-soft" if soft else "chart-text")
        if full and full != words:
            etree.SubElement(part, f"{{{SVG}}}title").text = printable(full)
            part[0].tail = printable(words)
        else:
            part.text = printable(words)

    def measure(self, words: str) -> float:
        """Return about how wide *words* are."""
        return len(words) * self.size * _LETTER

    def _add(self, tag: str, known: dict[str, str], said: str = "") -> etree._Element:
        part = etree.SubElement(self.root, f"{{{SVG}}}{tag}", known)
        if said:
            etree.SubElement(part, f"{{{SVG}}}title").text = printable(said)
        return part

    def _coloured(self, part: etree._Element, what: str, series: int) -> None:
        if self.for_print:
            part.set(what, "#000000")
        else:
            part.set("class", f"chart-{what} chart-{series}")

    def _hatch(self, box: Box, series: int) -> None:
        """Draw over an area what its series is known by in black and white."""
        if drawn := strokes(box, series):
            part = self._add("path", {"d": drawn, "fill": "none", "stroke": "#000000", "stroke-width": "1"})
            if is_dotted(series):
                part.set("stroke-width", "2.2")
                part.set("stroke-linecap", "round")


def shortened(words: str, most: int) -> str:
    """Return *words* within *most* letters, the last an ellipsis where something was left out."""
    return words if len(words) <= most else f"{words[: max(most - 1, 1)].rstrip()}…"


def wrapped(words: str, most: int) -> tuple[str, ...] | None:
    """Return *words* on one or two lines of at most *most* letters; None where they do not fit."""
    if len(words) <= most:
        return (words,)
    parts = words.split()
    for place in range(len(parts) - 1, 0, -1):
        first, second = " ".join(parts[:place]), " ".join(parts[place:])
        if len(first) <= most and len(second) <= most:
            return first, second
    return None


def _told(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

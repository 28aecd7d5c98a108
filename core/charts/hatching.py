"""How the areas of a chart are told apart in black and white: a grey ground and what is drawn on it. Pure.

Strokes are drawn one by one inside each area. A pattern that repeats a tile would be shorter, but programs that show
or print a PDF leave fine seams between tiles, even where a tile is nothing but grey.
"""

from collections.abc import Iterator

#: Left, top, width, height.
Box = tuple[float, float, float, float]
# By series: ground, what is drawn over it; told apart in black and white, also after copying.
_LOOKS = (("#333333", ""), ("#ffffff", "/"), ("#b5b5b5", ""), ("#ffffff", "."), ("#e0e0e0", "\\"), ("#ffffff", ""))
_APART = 5.0


def ground(series: int) -> str:
    """Return the colour an area of *series* is filled with."""
    return _LOOKS[series][0]


def strokes(box: Box, series: int) -> str:
    """Return what is drawn over the ground of *box* as the data of an SVG path, "" where there is nothing.

    Every stroke lies inside the box. Dots are strokes without length, which take round ends.
    """
    drawn = _LOOKS[series][1]
    if not drawn:
        return ""
    if drawn == ".":
        return "".join(f"M{_told(x)} {_told(y)}h0" for x, y in _dots(box))
    lines = _slanted(box, falling=drawn == "\\")
    return "".join(f"M{_told(a)} {_told(b)}L{_told(c)} {_told(d)}" for a, b, c, d in lines)


def is_dotted(series: int) -> bool:
    """Return whether the strokes of *series* are dots."""
    return _LOOKS[series][1] == "."


def _dots(box: Box) -> Iterator[tuple[float, float]]:
    left, top, width, height = box
    for y in _places(top, height):
        for x in _places(left, width):
            yield x, y


def _places(start: float, length: float) -> Iterator[float]:
    """Give places ``_APART`` from each other, as far from one end as from the other, one at the least."""
    count = max(int((length - 1) // _APART), 1)
    first = start + (length - (count - 1) * _APART) / 2
    return (first + place * _APART for place in range(count))


def _slanted(box: Box, *, falling: bool) -> Iterator[tuple[float, float, float, float]]:
    """Give the lines at 45 degrees that cross *box*, as start and end; those of neighbours meet."""
    left, top, width, height = box
    right, bottom = left + width, top + height
    # Along a rising line x + y stays the same, along a falling one x - y.
    low, high = (left - bottom, right - top) if falling else (left + top, right + bottom)
    along = (low // _APART + 1) * _APART
    while along < high:
        if falling:
            start, end = max(left, along + top), min(right, along + bottom)
            yield start, start - along, end, end - along
        else:
            start, end = max(left, along - bottom), min(right, along - top)
            yield start, along - start, end, along - end
        along += _APART


def _told(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

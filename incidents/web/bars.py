"""Ninety days as a row of bars: one path a kind, drawn on the server, the same height for the same kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.selectors.status import DayStanding

WIDTH, GAP, HEIGHT = 4, 1, 28
#: Kind -> height of its bar; what says more about a fault is not told by colour alone.
_HEIGHTS = {"live": HEIGHT, "progress": 20, "wrong": 12, "planned": 6, "none": 2}


@dataclass(frozen=True, slots=True)
class Bars:
    """The paths by kind, the box around them, and the same in words for whoever does not see it."""

    paths: list[tuple[str, str]]
    box: str
    text: str


def bars_of(days: list[DayStanding], share: str) -> Bars:
    """Return the bars of *days*, the oldest on the left."""
    found: dict[str, list[str]] = {}
    for place, day in enumerate(days):
        tall = _HEIGHTS[day.kind]
        path = f"M{place * WIDTH} {HEIGHT - tall}h{WIDTH - GAP}v{tall}h-{WIDTH - GAP}z"
        found.setdefault(day.kind, []).append(path)
    paths = [(kind, "".join(parts)) for kind, parts in found.items()]
    return Bars(paths, f"0 0 {len(days) * WIDTH - GAP} {HEIGHT}", said(days, share))


def said(days: Iterable[DayStanding], share: str) -> str:
    """Say in one sentence what the bars show."""
    kinds = [day.kind for day in days]
    if not share:
        return _("Chưa có số liệu trong %(n)s ngày qua") % {"n": len(kinds)}
    faulty = sum(kind in ("progress", "wrong") for kind in kinds)
    if not faulty:
        return _("Sẵn sàng %(share)s trong %(n)s ngày qua") % {"share": share, "n": len(kinds)}
    values = {"share": share, "n": len(kinds), "faulty": faulty}
    return _("Sẵn sàng %(share)s trong %(n)s ngày qua; %(faulty)s ngày dưới 99%%") % values

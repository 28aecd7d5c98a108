"""What the parts of a report share: shares, names of agencies, figures in a sentence. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from core.documents.wording import short_date
from reports.content.figures import Figure, Section
from reports.queries.agencies import AgencyThen
from reports.queries.gathering import Gathered
from reports.rounding import percent
from reports.wording import change, measured

Figures = tuple[Figure, ...]
Found = TypeVar("Found")
UNKNOWN_CODE = "–"


@dataclass(frozen=True, slots=True)
class Part:
    """How one section is made: its figures from any window, then the section from the window's own figures.

    ``figures`` gives the same codes for every window, so that each has its counterpart in the periods compared with.
    """

    figures: Callable[[Gathered], Figures]
    section: Callable[[Gathered, Figures], Section]


def whole(
    read: Callable[[Gathered], Found],
    count: Callable[[Found], Figures],
    make: Callable[[Found, Figures | None], Section],
) -> Part:
    """Return the part whose figures *count* gives and whose section *make*, both from what *read* finds."""
    return Part(figures=lambda got: count(read(got)), section=lambda got, figures: make(read(got), figures))


def share(part: int, whole: int) -> float | None:
    """Return *part* of *whole* in percent, two places; None where there is no whole."""
    return percent(part, whole)


def agency_name(found: AgencyThen | None, name: str = "") -> str:
    """Return the name of then; for a body that is gone with its last day and who succeeds it."""
    if found is None:
        return name or _("Chưa xác định")
    if found.ended_on is None:
        return found.name
    values = {"name": found.name, "day": short_date(found.ended_on), "successor": found.successor}
    if found.successor:
        return _("%(name)s (kết thúc ngày %(day)s, cơ quan kế thừa: %(successor)s)") % values
    return _("%(name)s (kết thúc ngày %(day)s)") % values


def named(agencies: Mapping[int, AgencyThen], pk: int) -> tuple[str, str]:
    """Return name and code of the agency *pk* as a table shows them."""
    found = agencies.get(pk)
    return agency_name(found), found.code if found else UNKNOWN_CODE


def by_code(figures: Figures) -> dict[str, Figure]:
    """Return the figures of a section by code."""
    return {figure.code: figure for figure in figures}


def told(figure: Figure) -> str:
    """Return the value of *figure* and how it changed: "1.234 (tăng 12,5% so với kỳ trước)"."""
    text = measured(figure.value, figure.unit)
    changes = changed(figure)
    return f"{text} ({changes})" if changes else text


def still(text: str, figure: Figure) -> str:
    """Return *text*, which says there is nothing, with how *figure* changed: "… (giảm 20% so với kỳ trước)."."""
    changes = changed(figure)
    return f"{text.removesuffix('.')} ({changes})." if changes else text


def changed(figure: Figure) -> str:
    """Return how *figure* stands to both periods, "" where neither has data."""
    before = change(figure.value, figure.previous, figure.unit)
    last_year = change(figure.value, figure.last_year, figure.unit)
    if before and before == last_year:
        return _("%(change)s so với kỳ trước và cùng kỳ năm trước") % {"change": before}
    return ", ".join(
        text % {"change": words}
        for text, words in (
            (_("%(change)s so với kỳ trước"), before),
            (_("%(change)s so với cùng kỳ năm trước"), last_year),
        )
        if words
    )

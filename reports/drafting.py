"""First words of a report, drafted by rules from its figures; people edit them afterwards. Pure.

Figures may know their value of the period before (``previous``) and of the same period last year (``last_year``);
nothing is said of what is not known.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.content.assessing import assessment, recommendations
from reports.wording import measured

#: Parts of their own around the sections.
OPENING, ASSESSMENT, RECOMMENDATIONS = "opening", "assessment", "recommendations"
# Figures of a section compared at the most; the others stand in its table.
MOST = 5
_PARAGRAPH = "\n\n"


def draft(frozen: Any) -> dict[str, str]:
    """Return the words of each part by its code; the opening is left to the layout."""
    return {
        OPENING: "",
        **{section.code: _PARAGRAPH.join(_section(section)) for section in frozen.sections},
        ASSESSMENT: assessment(frozen.sections),
        RECOMMENDATIONS: recommendations(frozen.sections),
    }


def compared(value: float, before: float, unit: Unit) -> str:
    """Return how *value* stands to *before* in words: "tăng 2 (từ 10 lên 12)", "không đổi (12)".

    >>> compared(12, 10, Unit.COUNT)
    'tăng 2 (từ 10 lên 12)'
    """
    if value == before:
        return _("không đổi (%(value)s)") % {"value": measured(value, unit)}
    text = _("tăng %(by)s (từ %(before)s lên %(value)s)")
    if value < before:
        text = _("giảm %(by)s (từ %(before)s xuống %(value)s)")
    by = abs(value - before)
    points = _("%(by)s điểm phần trăm") % {"by": number(by, 2)}
    told = points if unit == Unit.PERCENT else measured(by, unit)
    return text % {"by": told, "before": measured(before, unit), "value": measured(value, unit)}


def _section(section: Any) -> Iterator[str]:
    yield section.summary
    for against, name in (("previous", _("kỳ trước")), ("last_year", _("cùng kỳ năm trước"))):
        said = list(_comparisons(section.figures, against))[:MOST]
        # A part whose own sentence compares already is not told twice.
        if said and _("so với %(name)s") % {"name": name} not in section.summary:
            yield _("So với %(name)s: %(said)s.") % {"name": name, "said": "; ".join(said)}


def _comparisons(figures: Iterable[Any], against: str) -> Iterator[str]:
    for figure in figures:
        before = getattr(figure, against, None)
        if figure.value is not None and before is not None:
            yield f"{_lower_first(figure.label)} {compared(figure.value, before, figure.unit)}"


def _lower_first(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]

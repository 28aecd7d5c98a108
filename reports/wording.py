"""Figures with their units and their change as reports write them. Pure."""

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.money import dong, millions

NOTHING = "Chưa phát sinh"
NO_DATA = "Không có số liệu"


def measured(value: float | None, unit: Unit) -> str:
    """Return *value* with its unit; None is "Chưa phát sinh", which is not zero."""
    if value is None:
        return NOTHING
    if unit == Unit.PERCENT:
        return f"{number(value, 2)}%"
    if unit == Unit.DONG:
        return dong(value)
    if unit == Unit.MILLION:
        return millions(value)
    return f"{number(value)} ms" if unit == Unit.MILLISECONDS else number(value)


def compared(value: float | None, unit: Unit) -> str:
    """Return the value of a period compared with; None is "Không có số liệu", which is not zero."""
    return NO_DATA if value is None else measured(value, unit)


def moved(value: float, before: float, unit: Unit) -> str:
    """Return how *value* stands to *before*, both named: "tăng 2 (từ 10 lên 12)", "không đổi (12)".

    >>> moved(12, 10, Unit.COUNT)
    'tăng 2 (từ 10 lên 12)'
    """
    if value == before:
        return _("không đổi (%(value)s)") % {"value": measured(value, unit)}
    text = _("tăng %(by)s (từ %(before)s lên %(value)s)")
    if value < before:
        text = _("giảm %(by)s (từ %(before)s xuống %(value)s)")
    return text % {
        "by": _apart(abs(value - before), unit),
        "before": measured(before, unit),
        "value": measured(value, unit),
    }


def change(value: float | None, other: float | None, unit: Unit) -> str:
    """Return how *value* stands to *other*: "tăng 12,5%", "giảm 0,5 điểm phần trăm", "không đổi"; "" without both.

    Shares differ by percentage points; from zero there is no percentage, so the difference itself is said.
    """
    if value is None or other is None:
        return ""
    difference = round(value - other, 2)
    if not difference:
        return _("không đổi")
    way = _("tăng %(much)s") if difference > 0 else _("giảm %(much)s")
    if unit == Unit.PERCENT or not other:
        return way % {"much": _apart(abs(difference), unit)}
    return way % {"much": f"{number(100 * abs(difference) / other, 1)}%"}


def _apart(difference: float, unit: Unit) -> str:
    """Return a difference with its unit: shares lie percentage points apart."""
    points = unit == Unit.PERCENT
    return _("%(n)s điểm phần trăm") % {"n": number(difference, 2)} if points else measured(difference, unit)

"""Figures of the leadership page in words: what they are, and how they changed. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.rounding import percent

NO_DATA = "Chưa có số liệu kỳ này"


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure changed: *way* is up, down, same or unknown; *text* says it, *before* the value it had."""

    way: str
    text: str
    before: str


def share(part: int, whole: int) -> float | None:
    """Return *part* of *whole* in percent, two places; None where there is no whole."""
    return percent(part, whole)


def change_of(now: float | None, before: float | None, *, points: bool = False) -> Change:
    """Say how a figure changed from *before*; *points*: both are percentages and differ in percentage points."""
    if before is None:
        return Change("unknown", _("Kỳ trước chưa có số liệu"), "")
    earlier = valued(before, "%" if points else "")
    if now is None:
        return Change("unknown", "", earlier)
    if now == before:
        return Change("same", _("không đổi"), earlier)
    way, verb = ("up", _("tăng")) if now > before else ("down", _("giảm"))
    difference = abs(now - before)
    if points:
        text = _("%(verb)s %(n)s điểm phần trăm") % {"verb": verb, "n": number(difference, 2)}
    elif before:
        text = _("%(verb)s %(n)s (%(share)s%%)") % {
            "verb": verb,
            "n": number(difference),
            "share": number(100 * difference / before, 1),
        }
    else:
        text = _("%(verb)s %(n)s") % {"verb": verb, "n": number(difference)}
    return Change(way, text, earlier)


def valued(value: float | None, unit: str) -> str:
    """Return *value* as the page shows it; None is no zero."""
    if value is None:
        return NO_DATA
    return f"{number(value, 2)}{unit}"

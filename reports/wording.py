"""Figures with their units as reports write them. Pure."""

from core.documents.wording import number
from reports.choices import Unit

NOTHING = "Chưa phát sinh"


def measured(value: float | None, unit: Unit) -> str:
    """Return *value* with its unit; None is "Chưa phát sinh", which is not zero."""
    if value is None:
        return NOTHING
    if unit == Unit.PERCENT:
        return f"{number(value, 2)}%"
    if unit == Unit.DONG:
        return dong(value)
    return f"{number(value)} ms" if unit == Unit.MILLISECONDS else number(value)


def dong(value: float) -> str:
    """Return an amount of money, whole đồng: "1.234.567 đồng"."""
    return f"{number(value)} đồng"


def rate(value: float | None) -> str:
    """Return a share in percent; None is "–": there was nothing to reckon from."""
    return "–" if value is None else f"{number(value, 1)}%"

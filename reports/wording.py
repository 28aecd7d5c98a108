"""Figures with their units as reports write them. Pure."""

from core.documents.wording import number
from reports.choices import Unit

NOTHING = "Chưa phát sinh"


def measured(value: float | None, unit: Unit) -> str:
    """Return *value* with its unit; None is "Chưa phát sinh", which is not zero.

    Millions of đồng stand in columns whose head names the unit.
    """
    if value is None:
        return NOTHING
    if unit == Unit.PERCENT:
        return f"{number(value, 2)}%"
    if unit == Unit.DONG:
        return dong(value)
    if unit == Unit.MILLION:
        return number(value, 3)
    return f"{number(value)} ms" if unit == Unit.MILLISECONDS else number(value)


def dong(value: float) -> str:
    """Return an amount of money, whole đồng: "1.234.567 đồng"."""
    return f"{number(value)} đồng"


def rate(value: float | None) -> str:
    """Return a share in percent; None is "–": there was nothing to reckon from."""
    return "–" if value is None else f"{number(value, 1)}%"

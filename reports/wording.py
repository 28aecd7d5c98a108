"""Figures with their units as reports write them. Pure."""

from core.documents.wording import number
from reports.choices import Unit
from reports.money import dong, millions

NOTHING = "Chưa phát sinh"


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

"""Rounding as it is taught and as databases do it: a half goes up, away from zero. Pure."""

from decimal import ROUND_HALF_UP, Decimal


def percent(part: int, whole: int) -> float | None:
    """Return *part* of *whole* in percent, two places; None where there is no whole.

    >>> percent(369, 1440), percent(1, 0)
    (25.63, None)
    """
    return _rounded(Decimal(100 * part) / whole, "0.01") if whole else None


def in_millions(amount: int) -> float:
    """Return *amount* in millions, three places.

    >>> in_millions(1_000_500)
    1.001
    """
    return _rounded(Decimal(amount) / 1_000_000, "0.001")


def _rounded(value: Decimal, step: str) -> float:
    return float(value.quantize(Decimal(step), ROUND_HALF_UP))

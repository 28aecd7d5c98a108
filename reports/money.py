"""Money in words, whole đồng (QC13). Pure."""

from core.documents.wording import number


def dong(value: float) -> str:
    """Return an amount of money, whole đồng: "1.234.567 đồng"."""
    return f"{number(value)} đồng"


def millions(value: float) -> str:
    """Return millions of đồng, to the thousand, for columns whose head names the unit: "212,5"."""
    return number(value, 3)


def rate(value: float | None) -> str:
    """Return a share in percent; None is "–": there was nothing to reckon from."""
    return "–" if value is None else f"{number(value, 1)}%"

"""Names of versions, v1, v2 and so on, and which comes after which."""

from collections.abc import Iterable


def successor_among(name: str, others: Iterable[str]) -> str:
    """Return the newest of *others* that comes after *name* (v1, v2, …); "" when none does."""
    newest = max(others, key=number_of, default="")
    return newest if newest and number_of(newest) > number_of(name) else ""


def number_of(name: str) -> int:
    """Return the number of a version's name."""
    return int(name[1:])

"""Tables of pages as plain cells: text, numbers that stand right, links."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    text: StrOrPromise
    url: str

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Rows:
    """A table; *numeric* names the columns that stand right; without rows *empty* is said."""

    title: StrOrPromise
    heads: Sequence[StrOrPromise]
    rows: Sequence[Sequence[Any]]
    empty: StrOrPromise
    numeric: frozenset[int] = field(default_factory=frozenset)

    @property
    def columns(self) -> list[tuple[StrOrPromise, bool]]:
        """Return each head with whether its column stands right."""
        return [(head, place in self.numeric) for place, head in enumerate(self.heads)]

    @property
    def cells(self) -> list[list[tuple[StrOrPromise, Any, bool]]]:
        """Return each row as (head, cell, is a number)."""
        return [
            [(head, cell, right) for (head, right), cell in zip(self.columns, row, strict=True)] for row in self.rows
        ]

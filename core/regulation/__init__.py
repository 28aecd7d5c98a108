"""The regulation as data: every clause of Decision 50/2024 and of the 2026 draft, by id.

Pages, tables and tests name a clause by its id and get our wording and the official citation from here. Pure: no
Django, no database; the files are a seed and the version of the text this release was built against.
"""

from difflib import get_close_matches
from functools import cache

from core.regulation.register import (
    Clause,
    Register,
    Regulation,
    RegulationCode,
    RegulationError,
    RegulationStatus,
    read_register,
)

__all__ = [
    "Clause",
    "Regulation",
    "RegulationCode",
    "RegulationError",
    "RegulationStatus",
    "UnknownClause",
    "cite",
    "clause",
    "clauses",
    "regulations",
]


class UnknownClause(LookupError):
    """No clause bears this id. The message offers the nearest ids."""

    def __init__(self, clause_id: object) -> None:
        self.clause_id = clause_id
        near = get_close_matches(str(clause_id), _register().clauses, n=3)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        super().__init__(
            f"No clause {clause_id!r}. An id names one place, such as QC10, QC10.4 or Q50-12.2c; "
            f"a range is not an id.{hint}"
        )


@cache
def _register() -> Register:
    return read_register()


def clause(clause_id: str) -> Clause:
    """The clause with this id. Raises :class:`UnknownClause`."""
    try:
        return _register().clauses[clause_id]
    except (KeyError, TypeError):
        raise UnknownClause(clause_id) from None


def clauses(regulation: RegulationCode | str | None = None) -> tuple[Clause, ...]:
    """Every clause, headings included, in the order of the texts; of one regulation when its code is given.

    Raises ``ValueError`` on a code that is neither ``qc`` nor ``q50``.
    """
    code = None if regulation is None else RegulationCode(regulation)
    return tuple(row for row in _register().clauses.values() if code is None or row.regulation is code)


def regulations() -> tuple[Regulation, ...]:
    """Both regulations, the draft first."""
    return tuple(_register().regulations.values())


def cite(clause_id: str) -> str:
    """The official Vietnamese citation, e.g. "khoản 4 Điều 10 dự thảo Quy chế 2026". Raises :class:`UnknownClause`."""
    found = clause(clause_id)
    return " ".join(
        part
        for part in (
            found.point and f"điểm {found.point}",
            found.clause and f"khoản {found.clause}",
            f"Điều {found.article}",
            _register().regulations[found.regulation].cited_as,
        )
        if part
    )

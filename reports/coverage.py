"""What serves each clause, from ``seeds/coverage.yaml`` and the list of tests. Pure: no Django, no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core import regulation

SEEDS = Path(__file__).parent / "seeds"
SERVED, TESTS = SEEDS / "coverage.yaml", SEEDS / "clause_tests.json"


@dataclass(slots=True)
class Served:
    """What serves one clause.

    ``screens`` and ``endpoints`` are names of addresses, ``tests`` are node ids, ``calls`` says that every brokered
    call serves it, ``missing`` tells people what is not there yet and why.
    """

    clause: str
    screens: list[str] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    calls: bool = False
    missing: str = ""
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every clause of the requirements in the order of the texts, and what the screens are called."""

    served: Mapping[str, Served]
    titles: Mapping[str, str]

    @property
    def pages(self) -> frozenset[str]:
        """Names of all addresses that serve a clause."""
        return frozenset(name for item in self.served.values() for name in (*item.screens, *item.endpoints))


@cache
def coverage() -> Coverage:
    """Return what serves each clause. Raises UnknownClause on an id the register does not know."""
    said = yaml.safe_load(SERVED.read_text(encoding="utf-8"))
    tests = json.loads(TESTS.read_text(encoding="utf-8"))
    found: dict[str, Served] = {}
    for row in said["rows"]:
        for clause_id in row["clauses"]:
            regulation.clause(clause_id)
            _add(found.setdefault(clause_id, Served(clause_id)), row)
    for clause_id, item in found.items():
        # An article is proved by the tests of its clauses.
        named = (name for name in tests if name == clause_id or name.startswith(f"{clause_id}."))
        item.tests = tuple(sorted({test for name in named for test in tests[name]}))
    order = {clause.id: place for place, clause in enumerate(regulation.clauses())}
    return Coverage({name: found[name] for name in sorted(found, key=order.__getitem__)}, said["titles"])


def _add(item: Served, row: Mapping[str, Any]) -> None:
    for name in ("screens", "endpoints", "commands"):
        there: list[str] = getattr(item, name)
        there += [value for value in row.get(name, ()) if value not in there]
    item.calls = item.calls or bool(row.get("calls"))
    item.missing = item.missing or row.get("missing", "")

"""The tests that name a clause, for the coverage page: ``python -m tests.plugins.clause_tests`` writes the list anew.

Read from the sources, so that nothing is run or imported; ``tests/reports/test_coverage.py`` says when it is old.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "reports" / "seeds" / "clause_tests.json"


def named(node: ast.AST) -> set[str]:
    """Return the ids in every ``clause(...)`` marker inside *node*."""
    calls = (item for item in ast.walk(node) if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute))
    return {
        one.value
        for call in calls
        if getattr(call.func, "attr", "") == "clause"
        for one in call.args
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def named_in(path: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Give clause and node id of each test of a file that names one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    whole = {
        clause
        for item in tree.body
        if isinstance(item, ast.Assign) and any(getattr(to, "id", "") == "pytestmark" for to in item.targets)
        for clause in named(item.value)
    }
    yield from _tests(tree.body, str(path.relative_to(root)), whole)


def _tests(body: list[ast.stmt], name: str, inherited: set[str]) -> Iterator[tuple[str, str]]:
    for item in body:
        if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        clauses = inherited.union(*map(named, item.decorator_list))
        if isinstance(item, ast.ClassDef):
            yield from _tests(item.body, f"{name}::{item.name}", clauses)
        elif item.name.startswith("test"):
            yield from ((clause, f"{name}::{item.name}") for clause in clauses)


def listed(root: Path = ROOT) -> dict[str, list[str]]:
    """Return every clause with its tests, both in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "tests").rglob("test_*.py")):
        for clause, test in named_in(path, root):
            found[clause].append(test)
    return {clause: sorted(found[clause]) for clause in sorted(found)}


def text() -> str:
    """Return the file as it should be."""
    return json.dumps(listed(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    LIST.write_text(text(), encoding="utf-8")

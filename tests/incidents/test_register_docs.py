"""The tables of docs/incidents.md say what the transitions are."""

import re
from typing import Any

import pytest

from incidents.models import Incident, Violation
from tests.house.checkers.project import ROOT

PAGE = (ROOT / "docs" / "incidents.md").read_text(encoding="utf-8")


def documented(head: str) -> set[tuple[str, str, str]]:
    """Return (source, step, target) of every row below *head*."""
    part = PAGE.split(f"## {head}\n", 1)[1].split("\n## ", 1)[0]
    found = set()
    for line in part.splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[1]:
            found |= {(source, cells[1][0], cells[2][0]) for source in cells[0]}
    return found


@pytest.mark.parametrize(("head", "model"), [("Life of an incident", Incident), ("Life of a violation", Violation)])
def test_the_table_is_the_code(head: str, model: Any) -> None:
    field = model._meta.get_field("state")
    known = {(str(item.source), item.name, str(item.target)) for item in field.get_all_transitions(model)}
    assert documented(head) == known

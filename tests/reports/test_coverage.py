"""The coverage page: every clause of the requirements with what serves it, its tests, its last use."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit.record import record_fact
from core import clock, regulation
from core.actor import system_actor
from reports.coverage import TESTS, coverage
from reports.models import LastUse
from reports.selectors.coverage import coverage_lines
from reports.services import last_use
from reports.services.last_use import count_last_use, note_page
from tests.house.test_clauses import LITERAL, REQUIREMENTS, ids_in
from tests.plugins import clause_tests
from tests.reports.conftest import Desk

# Clauses no test proves yet, each with its reason on the page (`missing` in coverage.yaml).
UNTESTED = {
    *(f"Q50-10{part}" for part in ("", *(f".{n}" for n in range(1, 8)))),
    "Q50-6.2", "Q50-6.3", "Q50-6.5", "Q50-6.6", "Q50-8.2",
}  # fmt: skip


def test_the_list_of_tests_is_what_the_sources_say() -> None:
    assert TESTS.read_text(encoding="utf-8") == clause_tests.text(), "run: python -m tests.plugins.clause_tests"


def test_markers_are_read_off_modules_classes_and_tests(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        'pytestmark = [pytest.mark.clause("QC1")]\n'
        '@pytest.mark.clause("QC2", "QC3")\nclass TestB:\n    def test_c(self): pass\n'
        '@pytest.mark.clause("QC4")\nasync def test_d(): pass\n'
        "def helper(): pass\n",
        encoding="utf-8",
    )
    one, two = "tests/test_a.py::TestB::test_c", "tests/test_a.py::test_d"
    assert clause_tests.listed(tmp_path) == {"QC1": [one, two], "QC2": [one], "QC3": [one], "QC4": [two]}


def test_every_clause_of_the_requirements_is_tested_or_named_with_its_reason() -> None:
    served = coverage().served
    untested = {name for name, item in served.items() if not item.tests}
    assert untested == UNTESTED
    assert all(served[name].missing for name in untested)
    if REQUIREMENTS.exists():
        rows = [line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line.startswith("| Q")]
        order = [clause.id for clause in regulation.clauses()]
        asked = {name for line in rows for name in _between(line.split("|")[1], order)}
        assert len(asked) > 100
        assert asked - set(served) == set()


def _between(cell: str, order: list[str]) -> Iterator[str]:
    """Give the ids a cell names; a range gives all from one end to the other."""
    for found in LITERAL.finditer(cell):
        first, *last = ids_in(found.group())
        end = order.index(last[0]) if last else order.index(first)
        yield from order[order.index(first) : end + 1]


def test_every_door_has_an_address_and_a_title() -> None:
    found = coverage()
    for item in found.served.values():
        assert item.screens or item.endpoints or item.calls or item.missing, item.clause
        assert all(reverse(name) for name in (*item.screens, *item.endpoints))
        assert set(item.screens) <= set(found.titles)
    assert set(found.titles) <= found.pages


@pytest.mark.django_db
def test_the_page_tells_leaders_what_serves_each_clause(
    client: Client, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    client.force_login(desk.users["province_leader"])
    LastUse.objects.create(name="page:requests", at=clock.now())
    with django_assert_max_num_queries(15):
        page = client.get(reverse("coverage")).content.decode()
    assert page.count("<tr id=") == len(coverage().served)
    assert "Còn thiếu" in page
    assert f"{clock.local_now():%d/%m/%Y}" in page
    # No staff page is linked for who may not go there.
    assert "/quan-tri/" not in page.split("</header>", 1)[-1]
    only = client.get(reverse("coverage"), {"xem": "missing"}).content.decode()
    assert only.count("<tr id=") == sum(bool(item.missing) for item in coverage().served.values())
    assert client.get(reverse("coverage"), {"xem": "gì"}).content.decode().count("<tr id=") == len(coverage().served)


@pytest.mark.django_db
def test_the_page_of_a_clause_names_its_tests_to_who_watches_only(client: Client, desk: Desk) -> None:
    address, test = reverse("clause", args=["QC10.4"]), coverage().served["QC10.4"].tests[0]
    assert test not in client.get(address).content.decode()
    client.force_login(desk.users["province_leader"])
    assert test in client.get(address).content.decode()


@pytest.mark.django_db
def test_uses_of_pages_deeds_and_calls_come_together_once(client: Client, desk: Desk) -> None:
    last_use._noted.clear()
    cache.clear()
    client.force_login(desk.users["province_leader"])
    client.get(reverse("reports"))
    record_fact(
        actor=system_actor("Kiểm thử"), deed="report.requested", subject=desk.users["province_leader"], clause="QC14.5"
    )
    assert count_last_use() >= 2
    first = dict(LastUse.objects.values_list("name", "at"))
    assert {"page:reports", "clause:QC14.5"} <= set(first)
    assert count_last_use() == 0, "nothing was used since"
    with patch.object(clock, "now", return_value=clock.now() + timedelta(minutes=5)):
        note_page(name="reports")
    assert count_last_use() == 0, "one process notes a page once a minute"
    last_use._noted.clear()
    with patch.object(clock, "now", return_value=clock.now() + timedelta(minutes=5)):
        note_page(name="reports")
    assert count_last_use() == 1
    assert LastUse.objects.get(name="page:reports").at > first["page:reports"]
    note_page(name="theme")
    assert not LastUse.objects.filter(name="page:theme").exists()


@pytest.mark.django_db
def test_a_line_tells_the_latest_of_its_uses(desk: Desk) -> None:
    now = clock.now()
    LastUse.objects.create(name="page:calls", at=now - timedelta(days=2))
    LastUse.objects.create(name="clause:QC8.5", at=now - timedelta(days=1))
    LastUse.objects.create(name="calls", at=now)
    lines = {line.clause.id: line for line in coverage_lines(desk.actors["province_leader"])}
    assert lines["QC8.5"].used_at == now
    assert lines["QC8.7"].used_at == now - timedelta(days=2)
    assert lines["Q50-6.2"].used_at is None
    assert (lines["QC8.5"].state, lines["Q50-6.2"].state) == ("served", "missing")

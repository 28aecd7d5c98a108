"""Counting the log by day: each row once, whoever counts and however often (QC4.7)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from audit.models import UseDay, UseMark
from audit.selectors.use import counted_until, daily_use_of_keys, use_of_services, use_of_systems
from audit.services import use
from core import clock
from core.ids import uuid7
from tests.connections.test_at_once import at_once

pytestmark = pytest.mark.clause("QC4.7")
_MAC = b"\x00" * 32
COLUMNS: dict[str, Any] = {
    "environment": "live", "method": "GET", "service": "lands", "version": "v1", "operation": "list", "key_id": 4,
    "access_key": "ak_live_a", "system_id": 3, "system_code": "HT", "agency_id": 7, "agency_code": "H60.07",
    "provider_id": 9, "provider_code": "H60.03", "grant_code": "QK", "purpose": "p", "gate_id": 1, "gate_version": 1,
    "address": "10.0.0.1", "request_bytes": 0, "body_digest": _MAC, "query_digest": _MAC, "nonce": b"", "owned": False,
    "refused": False, "calls": 1, "prev_mac": _MAC, "row_mac": _MAC, "verdict": "A",
}  # fmt: skip


def open_chain(epoch: int, event: str = "open", at: datetime | None = None, **last: Any) -> None:
    values = {"seq": epoch, "event": event, "kind": "intent", "at": at or clock.now(), "worker": "w", "key_name": "k"}
    insert("audit_epoch", {**values, "format": 2, "prev_mac": b"", "row_mac": b"", **last})


def rows(count: int, *, epoch: int = 1, first: int = 1, **changed: Any) -> None:
    for n in range(first, first + count):
        moment = changed.get("received_at", clock.now())
        place = {"call_id": uuid7(), "received_at": moment, "created": moment, "admitted_at": moment}
        insert("audit_intent", {**COLUMNS, **place, "epoch": epoch, "n": n, **changed})


def insert(table: str, values: dict[str, Any]) -> None:
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"insert into {table} ({names}) values ({places})", list(values.values()))


def sums() -> tuple[int, int]:
    found = list(UseDay.objects.values_list("admitted", "refused"))
    return sum(row[0] for row in found), sum(row[1] for row in found)


@pytest.fixture
def cleared() -> Iterator[None]:
    """What was committed to tables that refuse deletion goes at the end."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("truncate audit_intent, audit_epoch, audit_use_day, audit_use_mark")
        cursor.execute("set session_replication_role = default")


@pytest.mark.django_db
def test_each_row_counts_once_by_day_key_and_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use, "CHUNK", 3)
    assert counted_until() is None
    open_chain(1)
    today = clock.start_of(clock.today()) + timedelta(minutes=1)
    rows(4, received_at=today)
    rows(2, first=5, received_at=today - timedelta(minutes=2))
    rows(2, first=7, received_at=today, verdict="X", calls=5)
    rows(1, first=9, received_at=today, verdict="S")
    rows(1, first=10, received_at=today, key_id=0)
    rows(1, first=11, received_at=today, service="")
    rows(1, first=12, received_at=today, version="v2", access_key="ak_live_b")
    assert use.count_use() == 12
    assert use.count_use() == 0
    found = {(row.day, row.access_key, row.version): (row.admitted, row.refused) for row in UseDay.objects.all()}
    day = clock.today()
    assert found == {
        (day, "ak_live_a", "v1"): (4, 10),
        (day - timedelta(days=1), "ak_live_a", "v1"): (2, 0),
        (day, "ak_live_b", "v2"): (1, 0),
    }
    rows(3, first=13, received_at=today)
    assert use.count_use() == 3
    assert sums() == (10, 10)
    assert counted_until() is not None


@pytest.mark.django_db
def test_a_closed_chain_is_done_once_its_rows_are_counted() -> None:
    long_ago = clock.now() - timedelta(hours=2)
    open_chain(1)
    open_chain(2, "close", long_ago, last_epoch=1, last_n=2)
    rows(1)
    use.count_use()
    use.count_use()
    assert not UseMark.objects.get(epoch=1).done
    rows(1, first=2)
    use.count_use()
    use.count_use()
    assert UseMark.objects.get(epoch=1).done
    assert sums() == (2, 0)


@pytest.mark.django_db
def test_sums_are_read_in_one_query_whatever_their_number(django_assert_num_queries: Any) -> None:
    open_chain(1)
    now = clock.now()
    for back, system in ((0, 3), (6, 3), (7, 3), (29, 3), (30, 3), (0, 8)):
        count = UseMark.objects.filter(epoch=1).values_list("n", flat=True).first() or 0
        rows(2, first=count + 1, received_at=now - timedelta(days=back), system_id=system)
        use.count_use()
    with django_assert_num_queries(1):
        found = {row.system_id: (row.week, row.month, row.refused) for row in use_of_services(["lands"])}
    assert found == {3: (4, 8, 0), 8: (2, 2, 0)}
    with django_assert_num_queries(1):
        assert [row.month for row in use_of_systems([8])] == [2]
    with django_assert_num_queries(1):
        assert daily_use_of_keys(["ak_live_a"], days=7) == {
            "ak_live_a": {clock.today(): 4, clock.today() - timedelta(days=6): 2}
        }


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_count_each_row_once(cleared: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use, "CHUNK", 7)
    for epoch in (1, 2, 3):
        open_chain(epoch)
        rows(40, epoch=epoch)
    at_once(*[use.count_use] * 4)
    use.count_use()
    assert sums() == (120, 0)

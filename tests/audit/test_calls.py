"""Reading the call log: who sees which calls, and figures in one query each."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, User
from audit.admission import Ledger, Outcome
from audit.models import Intent
from audit.models import Outcome as OutcomeRow
from audit.selectors.calls import OperationFigures, recent_calls, trial_figures
from audit.selectors.rollups import CallSums, sums
from audit.services.rollups import roll_up
from core import clock
from core.actor import Actor
from tests.audit.log_rows import DONE, KEYS, add_gate, address, changed, make_call

pytestmark = pytest.mark.django_db(transaction=True)
FAILED = Outcome(504, "upstream-timeout", "provider", total_ms=30_001)


async def _write() -> None:
    gate, small = add_gate(), add_gate(0)
    ledger = Ledger(address(), KEYS)
    await ledger.start()

    async def ended(outcome: Outcome, through: int = gate, **fields: Any) -> None:
        call = make_call(through, **fields)
        await ledger.admit(call)
        await ledger.record(call, outcome)

    for ms in range(1, 11):
        await ended(replace(DONE, total_ms=ms * 10))
    await ended(FAILED, service="households", agency_id=8, agency_code="H60.11", system_id=4)
    await ended(Outcome(429, "quota-exceeded", "consumer"), small)
    await ended(DONE, environment="sandbox", system_id=4)
    await ended(Outcome(403, "grant-revoked", "consumer"), gate_version=0)
    stale = make_call(gate, gate_version=0, operation="search")
    await ledger.admit(stale)
    await ledger.admit(changed(stale, gate_version=1), owned=True)
    await ledger.record(stale, replace(DONE, total_ms=50))
    await ledger.refuse(make_call(0, key_id=0, system_id=0, agency_id=0, agency_code="", nonce=b""), Outcome(401, "x"))
    await ledger.admit(make_call(gate))
    await ledger.stop()


@pytest.fixture
def written() -> None:
    asyncio.run(_write())


def test_recent_calls_come_newest_first_each_once_with_its_outcome(written: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = recent_calls()
    assert len(queries) == 1
    assert len(rows) == len({row.call_id for row in rows}) == 17
    assert rows == sorted(rows, key=lambda row: row.received_at, reverse=True)
    assert (rows[0].status, rows[1].status, rows[1].verdict, rows[2].operation) == (None, 401, "X", "search")
    assert (rows[2].verdict, rows[2].status, rows[3].verdict, rows[3].status) == ("A", 200, "S", 403)
    assert len(recent_calls(limit=3)) == 3
    assert {row.environment for row in recent_calls(system_id=4)} == {"live", "sandbox"}
    assert len(recent_calls(system_id=4, environment="sandbox")) == 1
    assert len(recent_calls(agency_id=8)) == 1
    assert len(recent_calls(agency_id=9)) == 17
    assert recent_calls(since=clock.now()) == recent_calls(until=clock.now() - timedelta(hours=1)) == []


def test_figures_of_a_period(written: None) -> None:
    now = clock.now()
    roll_up()
    span: dict[str, Any] = {"since": now - timedelta(hours=1), "until": now, "environment": "live"}
    with CaptureQueriesContext(connection) as queries:
        found = sums(**span)[()]
    assert len(queries) == 1
    assert (found.calls, found.success, found.consumer, found.provider, found.platform) == (16, 11, 2, 1, 0)
    assert (found.unfinished, found.over_30_s) == (1, 1)
    assert found.p50_ms is not None
    assert 0 < found.p50_ms <= 50
    services = {name: (each.calls, each.success) for (name,), each in sums(**span, by=["service"]).items()}
    assert services == {"administrative-units": (15, 11), "households": (1, 0)}
    agencies = {name: each.calls for (name,), each in sums(**span, by=["agency_code"]).items()}
    assert agencies == {"H60.07": 14, "H60.11": 1, "": 1}
    assert sums(since=now, until=now) == {(): CallSums()}


def test_figures_of_a_trial(written: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = trial_figures(system_id=3, environment="live", since=clock.now() - timedelta(hours=1))
    assert len(queries) == 1
    assert found.operations == (
        OperationFigures("administrative-units", "v1", "communes", 11, 10, 95.5, 0, 0),
        OperationFigures("administrative-units", "v1", "search", 1, 1, 50.0, 0, 0),
    )
    assert found.refused == {"quota-exceeded": 1, "grant-revoked": 1}


def test_an_agency_sees_the_calls_it_made_or_answered_and_no_other(
    written: None,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    actor: Callable[..., Actor],
) -> None:
    body = agency()
    # The rows name agencies by numbers of their own; a real one may come to have the same.
    technician = replace(actor(person("ky-thuat@coquan.example", body, "technician")), agency_id=10_000_001)
    assert Intent.objects.visible_to(technician).count() == OutcomeRow.objects.visible_to(technician).count() == 0
    consumer, provider = replace(technician, agency_id=8), replace(technician, agency_id=9)
    assert {row.agency_code for row in Intent.objects.visible_to(consumer)} == {"H60.11"}
    assert [row.status for row in OutcomeRow.objects.visible_to(consumer)] == [504]
    assert Intent.objects.visible_to(provider).count() == Intent.objects.count() == 18
    drafter = actor(person("can-bo@coquan.example", body, "agency_officer"))
    assert Intent.objects.visible_to(replace(drafter, agency_id=8)).count() == 0
    staff = actor(person("van-hanh@so.example", agency("H60.02", is_operator=True), "operator"))
    assert Intent.objects.visible_to(staff).count() == 18


def test_the_classes_of_the_log_only_read(written: None) -> None:
    row = Intent.objects.order_by("epoch", "n")[0]
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()
    assert Intent.objects.count() == 18

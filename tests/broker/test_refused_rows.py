"""What the log keeps of a refused call: as much as was found out before the refusal, nothing merely claimed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
FOUND = ("service", "version", "operation", "provider_id", "grant_code", "purpose", "gate_id")


def row_of(broker: Live, log: Log, headers: dict[str, str], target: str = COMMUNES) -> dict[str, Any]:
    answer = broker.send(target, headers)
    assert answer.status in (401, 403, 404)
    return log.call(answer.header("x-request-id"))


def found(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in FOUND)


def test_a_grant_out_of_force_is_named(broker: Live, provider: Provider, world: World, log: Log) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], valid_to=date(2026, 1, 2))
    broker.reload()
    row = row_of(broker, log, signed(world.credentials(), broker.authority, COMMUNES))
    assert row["reason"] == "grant-expired"
    assert found(row) == ("administrative-units", "v1", "", 3, "QK-1", "administrative-procedures", 0)
    assert provider.received == []


def test_a_purpose_nobody_granted_is_not_written_down(broker: Live, world: World, log: Log) -> None:
    claimed = signed(world.credentials(purpose="ho-so-ca-nhan-012345678901"), broker.authority, COMMUNES)
    row = row_of(broker, log, claimed)
    assert row["reason"] == "purpose-not-granted"
    assert found(row) == ("administrative-units", "v1", "", 3, "QK-1", "", 0)


def test_an_operation_outside_the_grant_is_named(broker: Live, world: World, log: Log) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], operations=frozenset({"commune"}))
    broker.reload()
    row = row_of(broker, log, signed(world.credentials(), broker.authority, COMMUNES))
    assert row["reason"] == "operation-not-granted"
    assert found(row) == ("administrative-units", "v1", "communes", 3, "QK-1", "administrative-procedures", 0)


def test_a_foreign_grant_a_missing_service_and_an_unproven_key_name_nothing(
    broker: Live, world: World, log: Log
) -> None:
    foreign = row_of(broker, log, signed(world.credentials(1, "QK-2"), broker.authority, COMMUNES))
    assert found(foreign) == ("administrative-units", "v1", "", 3, "", "", 0)
    nowhere = "/api/data/nothing/v1/communes"
    unrouted = row_of(broker, log, signed(world.credentials(), broker.authority, nowhere), nowhere)
    assert found(unrouted) == ("", "", "", 0, "", "", 0)
    forged = signed(world.credentials(), broker.authority, COMMUNES) | {"Signature": f"lgsp=:{'A' * 43}=:"}
    unproven = row_of(broker, log, forged)
    assert found(unproven) == ("", "", "", 0, "", "", 0)
    assert (unproven["key_id"], unproven["system_id"]) == (0, 1)

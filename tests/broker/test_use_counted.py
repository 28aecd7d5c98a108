"""The log is counted while calls are written to it, each row once (QC4.7); the writer is the broker's own."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from audit.models import UseDay
from audit.services.use import count_use
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.7")]
COMMUNES = "/api/data/administrative-units/v1/communes"
CALLS = 240


def test_what_is_counted_under_way_is_what_was_written(broker: Live, world: World, log: Log) -> None:
    def call(number: int) -> int:
        target = COMMUNES if number % 4 else f"{COMMUNES}/none/such"
        return broker.send(target, signed(world.credentials(), broker.authority, target)).status

    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(call, number) for number in range(CALLS)]
        looked = 0
        while not all(one.done() for one in sent):
            count_use()
            looked += 1
    count_use()
    assert [one.result() for one in sent].count(200) == CALLS * 3 // 4
    key = world.keys[1].access_key
    found = UseDay.objects.get(access_key=key, version="v1")
    written = log.rows(
        "select count(*) filter (where verdict = 'A') as admitted, count(*) filter (where verdict <> 'A') as refused"
        " from audit_intent where access_key = %s and service <> '' and verdict <> 'S'",
        key,
    )[0]
    assert looked > 3
    assert (found.admitted, found.refused) == (written["admitted"], written["refused"])
    assert (found.admitted, found.refused) == (CALLS * 3 // 4, CALLS // 4)

"""A new process takes no connection before it can decide: it waits for its first snapshot, for no lost database."""

import asyncio
import time

import pytest

from broker.policy import FIRST_SECONDS, Policy
from broker.problems import Refusal
from broker.snapshot import Rows
from lgsp.launch.services import free_port
from tests.broker.world import World

pytestmark = pytest.mark.django_db


def begun(policy: Policy) -> float:
    """Start and stop *policy*; return how long the start took."""

    async def life() -> float:
        begin = time.monotonic()
        await policy.start()
        took = time.monotonic() - begin
        await policy.stop()
        return took

    return asyncio.run(life())


def test_the_first_snapshot_is_waited_for(database: str) -> None:
    def load() -> Rows:
        time.sleep(0.4)
        return World().rows()

    policy = Policy(load, database)
    assert 0.4 <= begun(policy) < FIRST_SECONDS
    assert policy.current() is not None


def test_a_snapshot_that_does_not_come_is_waited_for_no_longer_than_that(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load() -> Rows:
        time.sleep(1.5)
        return World().rows()

    monkeypatch.setattr("broker.policy.FIRST_SECONDS", 0.2)
    policy = Policy(load, database)
    assert 0.2 <= begun(policy) < 2.5
    assert policy.present is None


@pytest.mark.parametrize("what", ["nobody listens", "rows cannot be read"])
def test_what_fails_at_once_is_not_waited_for(what: str, database: str) -> None:
    def broken() -> Rows:
        raise RuntimeError("no rows")

    lost = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    policy = Policy(World().rows, lost) if what == "nobody listens" else Policy(broken, database)
    assert begun(policy) < FIRST_SECONDS / 2
    with pytest.raises(Refusal, match="policy-unavailable"):
        policy.current()

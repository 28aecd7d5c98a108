"""A clock nobody can trust admits nobody."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broker.clocks import Clocks
from broker.problems import Refusal
from core import clock
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.operation.at_work import COMMUNES, call, eventually, scrape, value, wake
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db


def moved(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(tz=UTC) + timedelta(seconds=seconds))


def heartbeat(broker: Live) -> None:
    """Wait until the broker has asked the database for its time once more."""
    policy = broker.app.engine.policy
    contact = policy._contact
    assert eventually(lambda: policy._contact > contact)


@pytest.fixture
def short_heartbeat(broker: Live, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker.policy.HEARTBEAT_SECONDS", 0.2)
    wake(database)
    heartbeat(broker)


@pytest.mark.parametrize("seconds", [600, -600, 3600])
def test_a_clock_that_disagrees_with_the_database_admits_nobody(
    broker: Live,
    provider: Provider,
    world: World,
    log: Log,
    short_heartbeat: None,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
) -> None:
    """P13: refused with the time to wait, not forwarded, not written; by itself again when the clocks agree."""
    assert call(broker, world).status == 200
    forwarded, rows = len(provider.received), log.count()
    with monkeypatch.context() as patch:
        moved(patch, seconds)
        heartbeat(broker)
        heartbeat(broker)
        answer = broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "clock-untrusted", "5")
        assert answer.json["side"] == "platform"
        samples = scrape(broker)
        assert value(samples, "lgsp_broker_clock_trusted") == 0
        assert abs(value(samples, "lgsp_broker_clock_ahead_seconds") - seconds) < 2
        assert broker.send("/readyz").json["checks"]["clock"] == "failed"
        assert (len(provider.received), log.count()) == (forwarded, rows)
    assert eventually(lambda: call(broker, world).status == 200)
    assert broker.send("/readyz").status == 200


def test_a_step_back_is_noticed_by_the_very_next_call(
    broker: Live, provider: Provider, world: World, short_heartbeat: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is not asked first: a grant that was over a moment ago is not open again for one heartbeat."""
    monkeypatch.setattr("broker.policy.HEARTBEAT_SECONDS", 60)
    heartbeat(broker)
    world.grants["QK-1"] = replace(world.grants["QK-1"], valid_to=clock.today() - timedelta(days=1))
    broker.reload()
    assert call(broker, world).code == "grant-expired"
    with monkeypatch.context() as patch:
        moved(patch, -2 * 86400)
        headers = signed(world.credentials(), broker.authority, COMMUNES, created=int(time.time()) - 2 * 86400)
        answer = broker.send(COMMUNES, headers)
        assert (answer.status, answer.code) == (503, "clock-untrusted")
        assert provider.received == []
    assert call(broker, world).code == "grant-expired"


class TestWitnesses:
    """``Clocks`` alone, with a wall and a monotonic clock that a test sets."""

    start = datetime(2026, 3, 1, tzinfo=UTC)

    def heard(self, clocks: Clocks, wall: float, monotonic: float, *, database: float | None = None) -> None:
        theirs = self.start + timedelta(seconds=wall if database is None else database)
        clocks.compare(ours=self.start + timedelta(seconds=wall), theirs=theirs, monotonic=monotonic, doubt=0.1)

    def refused(self, clocks: Clocks, wall: float, monotonic: float) -> bool:
        try:
            clocks.require(self.start + timedelta(seconds=wall), monotonic)
        except Refusal as error:
            return error.kind.code == "clock-untrusted"
        return False

    def test_small_steps_and_a_slow_network_are_no_reason(self) -> None:
        clocks = Clocks()
        self.heard(clocks, 0, 1000)
        assert not self.refused(clocks, 5, 1010)
        self.heard(clocks, 20, 1020, database=15)
        assert not self.refused(clocks, 21, 1021)
        self.heard(clocks, 30, 1030, database=24.95)  # 5.05 apart, give or take 0.1
        assert clocks.trusted
        self.heard(clocks, 40, 1040, database=34.8)
        assert self.refused(clocks, 41, 1041)

    def test_ahead_and_back_again(self) -> None:
        """A clock that ran ahead of the database was never believed meanwhile: back in its place it is at once."""
        clocks = Clocks()
        self.heard(clocks, 0, 1000)
        self.heard(clocks, 3605, 1005, database=5)
        assert self.refused(clocks, 3606, 1006)
        self.heard(clocks, 10, 1010)
        assert clocks.trusted
        assert not self.refused(clocks, 11, 1011)

    def test_set_back_together_with_the_database(self) -> None:
        """Nobody knows which of the two times was right: no moment comes twice, so the floor is waited for."""
        clocks = Clocks()
        self.heard(clocks, 0, 1000)
        self.heard(clocks, 100, 1100)
        assert self.refused(clocks, -3490, 1110)
        self.heard(clocks, -3485, 1115)
        assert not clocks.trusted
        assert self.refused(clocks, 105, 4705)
        self.heard(clocks, 105, 4705)
        assert not clocks.trusted
        self.heard(clocks, 111, 4711)
        assert clocks.trusted
        assert not self.refused(clocks, 112, 4712)

    def test_set_back_and_put_right(self) -> None:
        clocks = Clocks()
        self.heard(clocks, 0, 1000)
        self.heard(clocks, -50, 1005)
        assert not clocks.trusted
        assert self.refused(clocks, -49, 1006)
        self.heard(clocks, 10, 1010)
        assert clocks.trusted

    def test_sleep_of_the_machine_is_no_step(self) -> None:
        clocks = Clocks()
        self.heard(clocks, 0, 1000)
        self.heard(clocks, 7200, 1001)
        assert not self.refused(clocks, 7201, 1002)

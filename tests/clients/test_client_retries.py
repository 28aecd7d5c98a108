"""What is sent again and what is not: each sending with a nonce of its own, within the time of the call."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lgsp_client import (
    AlreadyForwarded,
    AnswerLost,
    Client,
    ClockSkewed,
    LgspError,
    LimitReached,
    ProviderProblem,
    RetryPolicy,
    Settings,
    Unreachable,
    new_idempotency_key,
)

from tests.broker.conftest import Log
from tests.broker.limiting import bind
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.world import World
from tests.clients.fronts import Front

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., Client]
QUICK = Settings(deadline=20, retry=RetryPolicy(first_wait=0.01))


def nonces(log: Log, since: int) -> list[bytes]:
    return [bytes(row["nonce"]) for row in log.rows("select nonce from audit_intent where n > %s order by n", since)]


def newest(log: Log) -> int:
    return log.rows("select coalesce(max(n), 0) as n from audit_intent")[0]["n"]


def test_a_lost_answer_is_asked_for_again_with_a_new_nonce(
    make: Make, front: Front, provider: Provider, log: Log
) -> None:
    """Two answers are lost on the way; the log has three calls with three nonces, none of them refused."""
    since = newest(log)
    front.lose = 2
    answer = make(f"http://127.0.0.1:{front.port}", settings=QUICK).get(*SERVICE, "/communes")
    assert answer.status == 200
    assert len(provider.received) == 3
    used = nonces(log, since)
    assert len(used) == len(set(used)) == 3
    rows = log.rows("select verdict from audit_intent where n > %s", since)
    assert [row["verdict"] for row in rows] == ["A"] * 3


def test_a_deed_whose_answer_was_lost_is_not_done_twice(make: Make, front: Front, provider: Provider) -> None:
    """Sent again under its key, the platform tells that it was forwarded, and as which call."""
    front.lose, deed = 1, new_idempotency_key()
    client = make(f"http://127.0.0.1:{front.port}", settings=QUICK)
    with pytest.raises(AlreadyForwarded) as told:
        client.post(*SERVICE, "/reports", json={}, idempotency_key=deed)
    assert len(provider.received) == 1
    assert (told.value.may_have_run, told.value.attempts, told.value.idempotency_key) == (True, 2, deed)
    assert len(told.value.first_request_id) == 36
    assert told.value.first_request_id != told.value.request_id


def test_a_deed_that_reached_nobody_is_done(make: Make, broker: Live, provider: Provider, world: World) -> None:
    """The provider comes back between two sendings: the key was free again, the deed is done once."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        row = world.services["sandbox"]
        upstream = replace(row.upstreams[0], base_url=f"http://127.0.0.1:{closed.getsockname()[1]}")
        world.services["sandbox"] = replace(row, upstreams=(upstream,))
        broker.reload()

        class Mending(RetryPolicy):
            def wait(self, error: LgspError, **how: Any) -> float | None:
                world.services["sandbox"] = row
                broker.reload()
                return super().wait(error, **how)

        settings = replace(QUICK, retry=Mending(first_wait=0.01))
        assert make(settings=settings).post(*SERVICE, "/reports", json={}).status == 200
    assert len(provider.received) == 1


def test_a_refusal_for_the_rate_is_waited_out(make: Make, broker: Live, provider: Provider, world: World) -> None:
    """429 says for how long; who waits is let in, deeds too, for a refused one was not done."""
    bind(broker, world, rate_per_second=3)
    client, begun = make(settings=QUICK), time.monotonic()
    for _ in range(4):
        assert client.post(*SERVICE, "/reports", json={}).status == 200
    assert 1.0 <= time.monotonic() - begun < 5
    assert len(provider.received) == 4


def test_a_quota_that_lasts_till_midnight_is_told_at_once(
    make: Make, broker: Live, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits longer than the time of the call."""
    bind(broker, world, rate_per_minute=1)
    client = make(settings=Settings(deadline=5))
    client.get(*SERVICE, "/communes")
    begun = time.monotonic()
    with pytest.raises(LimitReached) as told:
        client.get(*SERVICE, "/communes")
    assert time.monotonic() - begun < 2
    assert (told.value.code, told.value.may_have_run, told.value.attempts) == ("rate-exceeded", False, 1)
    assert told.value.retry_after in range(6, 61)
    assert {limit.name: limit.left for limit in told.value.limits}["minute"] == 0


def test_questions_are_asked_again_and_deeds_are_not_when_a_provider_fails(make: Make, provider: Provider) -> None:
    provider.answers[b"*"] = reply(b"{}", status="500 Internal Server Error")
    client = make(settings=QUICK)
    for ask, times in [(lambda: client.get(*SERVICE, "/communes"), 4), (lambda: client.post(*SERVICE, "/reports"), 1)]:
        provider.received.clear()
        with pytest.raises(ProviderProblem) as told:
            ask()
        assert (told.value.code, told.value.may_have_run) == ("provider-error", True)
        assert (told.value.attempts, len(provider.received)) == (times, times)


def test_the_clock_is_corrected_by_the_answer(
    make: Make, broker: Live, monkeypatch: pytest.MonkeyPatch, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """A machine 20 minutes behind is refused once; all calls after that are signed with the platform's time."""
    clock_of_this_machine(monkeypatch, -1200)
    client, since = make(settings=QUICK), newest(log)
    for _ in range(3):
        assert client.post(*SERVICE, "/reports", json={}).status == 200
    rows = log.rows("select verdict from audit_intent where n > %s order by n", since)
    assert len(rows) == 4
    assert "off the platform's" in caplog.text
    assert abs(client.ping()["clock_skew_seconds"]) <= 2


@pytest.mark.parametrize("seconds", [-86_400 * 365, 7200])
def test_a_clock_that_is_far_off_is_told_and_not_followed(
    make: Make, broker: Live, monkeypatch: pytest.MonkeyPatch, seconds: int, provider: Provider
) -> None:
    clock_of_this_machine(monkeypatch, seconds)
    with pytest.raises(ClockSkewed) as told:
        make(settings=QUICK).get(*SERVICE, "/communes")
    assert told.value.skew_seconds in range(seconds - 2, seconds + 3)
    assert (told.value.attempts, provider.received) == (1, [])


def clock_of_this_machine(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    class Shifted:
        @staticmethod
        def time() -> float:
            return time.time() + seconds

    monkeypatch.setattr("lgsp_client.clock.time", Shifted)


def test_nobody_there(make: Make) -> None:
    """Nothing was sent, so a deed is tried again too; in the end it is certain that it was not done."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        client = make(f"http://127.0.0.1:{closed.getsockname()[1]}", settings=QUICK)
        with pytest.raises(Unreachable) as told:
            client.post(*SERVICE, "/reports", json={})
    assert (told.value.attempts, told.value.may_have_run) == (4, False)


def test_the_time_of_a_call_ends_it(make: Make) -> None:
    """A server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = make(f"http://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        with pytest.raises(AnswerLost) as told:
            client.get(*SERVICE, "/communes", deadline=0.5)
    assert time.monotonic() - begun < 2
    assert told.value.may_have_run

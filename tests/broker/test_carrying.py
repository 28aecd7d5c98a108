"""Several upstreams, breakers, bulkheads and the time of a call: the caller is served while anybody can serve it."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audit.selectors.faults import answered_since, faults_since
from broker.breaker import FAILURES, Breakers
from broker.problems import Refusal
from catalog.projection import UpstreamRow
from core import clock
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, service, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"
FIRST, SECOND, THIRD = 8, 9, 10


def call(broker: Live, world: World, target: str = COMMUNES, method: str = "GET", **headers: str) -> Reply:
    signature = signed(world.credentials(), broker.authority, target, method)
    return broker.send(target, {**signature, **headers}, method=method)


def at(broker: Live, world: World, *urls: str, timeout_ms: int = 2000) -> None:
    """Let the service lie at *urls*, in this order."""
    rows = tuple(UpstreamRow(FIRST + place, url, place + 1) for place, url in enumerate(urls))
    world.services["sandbox"] = replace(world.services["sandbox"], upstreams=rows, timeout_ms=timeout_ms)
    broker.reload()


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.fixture
def other() -> Iterator[Provider]:
    found = Provider().start()
    found.reset()
    yield found
    found.stop()


@pytest.fixture
def dead() -> str:
    """An address nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An address that takes no connection and refuses none: its queue of connections is full."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for waiting in fill:
            waiting.setblocking(False)
            waiting.connect_ex(sock.getsockname())
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        for waiting in fill:
            waiting.close()


def opened(broker: Live, upstream_id: int) -> bool:
    return upstream_id in broker.app.engine.breakers.open_ones()


def test_an_upstream_that_fails_is_skipped_whatever_the_method(
    broker: Live, provider: Provider, other: Provider, world: World, log: Log
) -> None:
    """Decisions, 10: five failures in a row open one upstream's breaker; then the other is asked alone, POST too."""
    provider.answers[b"*"] = close
    at(broker, world, provider.url, other.url)
    assert [call(broker, world).status for _ in range(FAILURES)] == [502] * FAILURES
    assert opened(broker, FIRST)
    provider.received.clear()
    for target, method in ((COMMUNES, "GET"), (f"{BASE}/reports", "POST"), (COMMUNES, "GET")):
        answer = call(broker, world, target, method)
        assert answer.status == 200
        assert log.call(answer.header("x-request-id"))["upstream_id"] == SECOND
    assert provider.received == []
    assert len(other.received) == 3


def test_what_was_sent_goes_to_nobody_else(broker: Live, provider: Provider, other: Provider, world: World) -> None:
    provider.answers[b"*"] = close
    at(broker, world, provider.url, other.url)
    assert call(broker, world).status == 502
    assert call(broker, world, f"{BASE}/reports", "POST").status == 502
    assert (len(provider.received), len(other.received)) == (2, 0)


def test_a_deed_whose_connection_was_refused_is_not_tried_elsewhere(
    broker: Live, other: Provider, world: World, dead: str
) -> None:
    """Decisions, 10 and broker.md §4: only a GET goes on, and only if no byte was sent."""
    at(broker, world, dead, other.url)
    assert call(broker, world, f"{BASE}/reports", "POST").status == 502
    assert other.received == []
    assert call(broker, world).status == 200
    assert len(other.received) == 1


def test_a_get_goes_on_once(broker: Live, other: Provider, world: World, dead: str) -> None:
    at(broker, world, dead, dead, other.url)
    assert call(broker, world).status == 502
    assert other.received == []


def test_all_open_is_said_with_the_time_to_wait(
    broker: Live, provider: Provider, other: Provider, world: World, log: Log
) -> None:
    """N38: 503 ``provider-unavailable`` with Retry-After, no quota eaten, nobody asked."""
    provider.answers[b"*"] = other.answers[b"*"] = close
    at(broker, world, provider.url, other.url)
    for _ in range(2 * FAILURES):
        assert call(broker, world).status == 502
    assert opened(broker, FIRST)
    assert opened(broker, SECOND)
    # The watch over source systems reads the same from the log (incidents.services.outages).
    faults = faults_since(clock.now() - timedelta(minutes=15), FAILURES)
    assert {faults[FIRST].count, faults[SECOND].count} == {FAILURES}
    assert faults[FIRST].reason == "provider-unreachable"
    assert answered_since([FIRST, SECOND], faults[FIRST].first_at) == set()
    asked = len(provider.received) + len(other.received)
    used = log.used(world.grants["QK-1"].gate_id)
    for method, target in (("GET", COMMUNES), ("POST", f"{BASE}/reports")):
        answer = call(broker, world, target, method)
        assert (answer.status, answer.code, answer.json["side"]) == (503, "provider-unavailable", "provider")
        assert 1 <= int(answer.header("retry-after")) <= 11
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["status"], row["reason"]) == ("X", 503, "provider-unavailable")
    assert len(provider.received) + len(other.received) == asked
    assert log.used(world.grants["QK-1"].gate_id) == used


def test_exactly_one_call_tries(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker.breaker.PAUSE_SECONDS", 0.3)
    provider.answers[b"*"] = close
    at(broker, world, provider.url)
    assert [call(broker, world).status for _ in range(FAILURES)] == [502] * FAILURES
    time.sleep(0.35)
    provider.received.clear()

    async def slowly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        writer.write(reply())

    provider.answers[b"*"] = slowly
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(call(broker, world).status)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, *([503] * 11)]
    assert len(provider.received) == 1
    assert not opened(broker, FIRST)


def test_a_dead_first_upstream_leaves_time_for_the_second(
    broker: Live, other: Provider, world: World, black_hole: str
) -> None:
    """A host that swallows connections costs half of the call's time, not all of it."""
    at(broker, world, black_hole, other.url, timeout_ms=2000)
    begun = time.monotonic()
    assert call(broker, world).status == 200
    assert 0.9 < time.monotonic() - begun < 1.9
    assert len(other.received) == 1


def test_all_attempts_share_one_time(broker: Live, provider: Provider, world: World, black_hole: str) -> None:
    provider.answers[b"*"] = hang
    at(broker, world, black_hole, provider.url, timeout_ms=1000)
    begun = time.monotonic()
    assert call(broker, world).code == "provider-timeout"
    assert time.monotonic() - begun < 1.6
    assert len(provider.received) == 1


def test_a_sandbox_full_of_trials_leaves_the_live_places_free(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one provider and one service whose system bears two calls at once, in either environment."""
    monkeypatch.setattr("broker.limits.PER_PROVIDER", 3)
    for name in ("sandbox", "live"):
        world.services[name] = replace(world.services[name], calls_at_once=2, timeout_ms=20_000)
    broker.reload()
    places = broker.app.engine.running.places
    provider.answers[b"/communes"] = hang
    waiting = [begun_call(broker, world) for _ in range(2)]
    until = time.monotonic() + 5
    while len(provider.received) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert (places["sandbox"].providers, places["live"].providers) == ({3: 2}, {})
    assert call(broker, world).code == "provider-busy"
    provider.answers.pop(b"/communes")
    headers = signed(world.credentials(3, "QK-3"), broker.authority, COMMUNES)
    assert broker.send(COMMUNES, headers).status == 200
    # And the other way round: nobody's trial waits for live calls.
    places["live"].providers[3] = 3
    for connection in waiting:
        connection.close()
    while places["sandbox"].providers and time.monotonic() < until + 5:
        time.sleep(0.01)
    assert broker.send(COMMUNES, signed(world.credentials(3, "QK-3"), broker.authority, COMMUNES)).code == (
        "provider-busy"
    )
    assert call(broker, world).status == 200
    places["live"].providers.clear()


def begun_call(broker: Live, world: World) -> Any:
    """Send a sandbox call and read nothing yet."""
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\n"
    connection = broker.open()
    connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
    return connection


def test_a_provider_has_its_own_bulkhead(
    broker: Live, provider: Provider, other: Provider, world: World, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    """One provider's hanging calls take its own places; another's are free, and nothing stays taken."""
    monkeypatch.setattr("broker.limits.PER_PROVIDER", 5)
    provider.answers[b"/communes"] = hang
    world.services["other"] = service(
        other.url, version="v2", provider_id=4, upstreams=(UpstreamRow(20, other.url, 1),)
    )
    broker.reload()
    waiting = [begun_call(broker, world) for _ in range(5)]
    until = time.monotonic() + 5
    while len(provider.received) < 5 and time.monotonic() < until:
        time.sleep(0.01)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (503, "provider-busy")
    assert log.call(answer.header("x-request-id"))["verdict"] == "X"
    assert call(broker, world, "/api/data/administrative-units/v2/communes").status == 200
    for connection in waiting:
        connection.close()
    while broker.app.engine.running.places["sandbox"].providers and time.monotonic() < until:
        time.sleep(0.01)
    assert not broker.app.engine.running.places["sandbox"].providers
    assert len(provider.received) == 5


ONE, TWO = UpstreamRow(1, "http://10.0.0.1", 1), UpstreamRow(2, "http://10.0.0.2", 2)


def fail(breakers: Breakers, upstream: UpstreamRow, times: int = FAILURES) -> None:
    for _ in range(times):
        entered = breakers.enter((upstream,), goes_on=True)
        assert entered is not None
        breakers.failed(entered)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let monotonic time stand still where the breakers look, and move it."""
    now = [1000.0]
    monkeypatch.setattr("broker.breaker.time", type("Still", (), {"monotonic": staticmethod(lambda: now[0])}))

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def test_late_answers_do_not_move_an_open_breaker(moment: Callable[[float], None]) -> None:
    """Calls that were under way when it opened neither close it nor lengthen the pause."""
    breakers = Breakers()
    early = [breakers.enter((ONE,), goes_on=True) for _ in range(2)]
    fail(breakers, ONE)
    moment(9)
    assert early[0] is not None
    assert early[1] is not None
    breakers.succeeded(early[0])
    breakers.failed(early[1])
    assert breakers.open_ones() == {1: 1.0}
    moment(1)
    trial = breakers.enter((ONE,), goes_on=True)
    assert trial is not None
    assert trial.trial
    assert breakers.enter((ONE,), goes_on=True) is None
    breakers.abandoned(early[0])
    assert breakers.enter((ONE,), goes_on=True) is None
    breakers.abandoned(trial)
    again = breakers.enter((ONE,), goes_on=True)
    assert again is not None
    breakers.failed(again)
    assert breakers.open_ones() == {1: 10.0}
    moment(10)
    last = breakers.enter((ONE,), goes_on=True)
    assert last is not None
    breakers.succeeded(last)
    assert breakers.open_ones() == {}


def test_a_success_in_between_begins_the_count_again() -> None:
    breakers = Breakers()
    fail(breakers, ONE, FAILURES - 1)
    entered = breakers.enter((ONE,), goes_on=True)
    assert entered is not None
    breakers.succeeded(entered)
    fail(breakers, ONE, FAILURES - 1)
    assert breakers.open_ones() == {}


def test_a_deed_does_not_try_while_a_healthy_upstream_is_there(moment: Callable[[float], None]) -> None:
    """A trial that fails would cost it an error; a GET that tries goes on to the next."""
    breakers = Breakers()
    fail(breakers, ONE)
    moment(11)
    deed = breakers.enter((ONE, TWO), goes_on=False)
    reading = breakers.enter((ONE, TWO), goes_on=True)
    assert deed is not None
    assert reading is not None
    assert (deed.upstream, deed.trial) == (TWO, False)
    assert (reading.upstream, reading.trial) == (ONE, True)


def test_the_wait_told_is_that_to_the_first_trial(moment: Callable[[float], None]) -> None:
    breakers = Breakers()
    fail(breakers, ONE)
    moment(7)
    fail(breakers, TWO)
    with pytest.raises(Refusal) as told:
        breakers.require((ONE, TWO), goes_on=True)
    assert told.value.headers == [("Retry-After", "4")]
    with pytest.raises(Refusal) as told:
        breakers.require((), goes_on=True)
    assert told.value.headers == [("Retry-After", "1")]


def test_a_gateway_failure_of_the_provider_counts(broker: Live, provider: Provider, world: World) -> None:
    provider.answers[b"*"] = reply(status="503 Service Unavailable")
    at(broker, world, provider.url)
    assert [call(broker, world).status for _ in range(FAILURES)] == [502] * FAILURES
    assert call(broker, world).status == 503
    assert len(provider.received) == FAILURES


def world_is_clean(broker: Live) -> Any:
    return broker.app.engine.running.places["sandbox"].providers, broker.app.engine.budget.used


def test_nothing_stays_held_after_a_failure(broker: Live, provider: Provider, world: World, dead: str) -> None:
    at(broker, world, dead)
    assert call(broker, world).status == 502
    assert world_is_clean(broker) == ({}, 0)

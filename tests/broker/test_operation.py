"""A broker that is looked after: metrics, readiness, bounds of what it takes, a clock it can trust, a quiet end."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from broker import server as server_module
from broker.app import BrokerApp
from broker.clocks import Clocks
from broker.forwarding import Answered, Failed, Outgoing
from broker.load import Load
from broker.metrics.counts import Counts
from broker.problems import Refusal
from core import clock
from tests.broker.conftest import Log, make_app, make_world
from tests.broker.live import Live, Reply, read_reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"


@pytest.fixture(scope="module")
def module_world(database: str, provider: Provider) -> World:
    return make_world(provider)


@pytest.fixture(scope="module")
def module_broker(database: str, module_world: World) -> Iterator[Live]:
    app = make_app(database, module_world, clocks=Clocks())
    live = Live(app).start()
    live.reload()
    yield live
    live.stop()


def call(broker: Live, world: World, key: int = 1, grant: str = "QK-1") -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(key, grant), broker.authority, COMMUNES))


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def scrape(broker: Live) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return samples by name and labels, as Prometheus' own reader reads them."""
    answer = broker.send("/metrics")
    assert answer.status == 200
    assert answer.header("content-type").startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def value(samples: dict[Any, float], name: str, **labels: str) -> float:
    """Return the sum of the samples that carry these labels."""
    wanted = set(labels.items())
    return sum(number for (found, given), number in samples.items() if found == name and wanted <= given)


# Metrics and readiness


def test_metrics_tell_calls_by_service_class_reason_and_side(broker: Live, provider: Provider, world: World) -> None:
    before = scrape(broker)
    for _ in range(3):
        assert call(broker, world).status == 200
    assert call(broker, world, 2, "QK-1").status == 403
    assert broker.send(COMMUNES).status == 401
    assert broker.send("/api/data/no-such-service-anywhere/v1/x").status == 401
    after = scrape(broker)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    named = {"service": "administrative-units", "status_class": "2xx", "reason": "", "side": ""}
    assert grown("lgsp_broker_calls_total", **named) == 3
    assert grown("lgsp_broker_calls_total", status_class="4xx", reason="grant-missing", side="consumer") == 1
    assert grown("lgsp_broker_calls_total", reason="signature-missing") == 2
    assert grown("lgsp_broker_forwarded_calls_total") == 3
    assert grown("lgsp_broker_refused_calls_total") == 3
    assert grown("lgsp_broker_call_duration_seconds_count") == 6
    assert grown("lgsp_broker_call_duration_seconds_bucket", le="+Inf") == 6
    assert grown("lgsp_broker_upstream_duration_seconds_count") == 3
    assert grown("lgsp_broker_call_duration_seconds_sum") > 0
    assert value(after, "lgsp_broker_log_ready", worker="1") == 1
    assert value(after, "lgsp_broker_clock_trusted") == 1
    assert 0 <= value(after, "lgsp_broker_snapshot_age_seconds") < 30
    assert value(after, "lgsp_broker_gc_collections_total", generation="0") > 0
    assert {"worker", "log"} == set(dict(next(labels for name, labels in after if name == "lgsp_broker_log_waiting")))


def test_labels_come_from_the_catalogue_and_say_nothing_of_callers(
    broker: Live, provider: Provider, world: World
) -> None:
    call(broker, world)
    for number in range(20):
        broker.send(f"/api/data/made-up-{number}/v1/x")
    page = broker.send("/metrics").body.decode()
    services = {
        labels["service"] for _name, given in scrape(broker) if (labels := dict(given)) and "service" in labels
    }
    assert services <= {"", "administrative-units"}
    for row in world.keys.values():
        for secret in (row.access_key, row.secret.decode(), row.system_code, row.agency_code):
            assert secret not in page
    assert "made-up" not in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_metrics_are_for_who_asks_directly(broker: Live, header: str) -> None:
    answer = broker.send("/metrics", {header: "127.0.0.1"})
    assert (answer.status, answer.code) == (404, "not-found")


def test_metrics_are_for_the_networks_named(broker: Live) -> None:
    engine = broker.app.engine
    kept, engine.metrics_networks = engine.metrics_networks, ("10.0.0.0/8",)
    try:
        answer = broker.send("/metrics")
        assert (answer.status, answer.code) == (404, "not-found")
        engine.metrics_networks = ()
        assert broker.send("/metrics").status == 404
    finally:
        engine.metrics_networks = kept
    assert broker.send("/metrics", method="POST").status == 405


def test_readiness_names_what_is_missing(broker: Live) -> None:
    assert broker.send("/livez").json == {"status": "ok"}
    answer = broker.send("/readyz")
    assert (answer.status, answer.json["status"]) == (200, "ok")
    policy, load = broker.app.engine.policy, broker.app.engine.load
    kept, policy._contact = policy._contact, policy._contact - 31
    load.draining = True
    try:
        answer = broker.send("/readyz")
    finally:
        policy._contact, load.draining = kept, False
    assert answer.status == 503
    assert answer.json["checks"] == {"policy": "failed", "log": "ok", "clock": "ok", "draining": "failed"}


def test_counting_costs_little(broker: Live, provider: Provider, world: World) -> None:
    """Two microseconds a call on a quiet machine; ten times that here, where others work."""

    @dataclass
    class Progress:
        upstream_id: int = 1
        upstream_ms: int = 3

    class Call:
        begun = time.monotonic()
        progress = Progress()
        warrant = None

    counts, number = Counts(), 50_000
    begun = time.thread_time()
    for _ in range(number):
        counts.count(Call, 200, "", "", 1000)  # type: ignore[arg-type]
    assert (time.thread_time() - begun) / number < 20e-6
    assert counts.forwarded == number


# Bounds


def test_a_worker_takes_so_many_calls_and_no_more(
    broker: Live, provider: Provider, world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    load = broker.app.engine.load
    monkeypatch.setattr(load, "limit", 4)
    provider.answers[b"/communes"] = hold
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, broker, world) for _ in range(4)]
        for _ in range(4):
            assert entered.acquire(timeout=20)
        assert value(scrape(broker), "lgsp_broker_running_calls") == 4
        before = log.count()
        answer = call(broker, world)
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "overloaded", "1")
        assert (answer.json["side"], answer.header("connection")) == ("platform", "close")
        assert (len(provider.received), log.count()) == (4, before)
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}
    assert call(broker, world).status == 200
    assert (load.running, load._due, load._overdue) == (0, {}, set())


def test_a_late_event_loop_takes_no_new_calls(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop is really blocked, twice; a single pause refuses nobody."""
    load = broker.app.engine.load
    monkeypatch.setattr(load, "most_lag", 0.3)

    async def block() -> None:
        time.sleep(0.8)

    broker.call(block)
    assert call(broker, world).status == 200
    seen: list[bool] = []
    monkeypatch.setattr(load, "each_tick", [*load.each_tick, lambda: seen.append(load.late)])

    async def keep_blocked() -> None:
        for _ in range(8):
            time.sleep(0.8)
            await asyncio.sleep(0.02)

    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(broker.call, keep_blocked)
        answers = []
        while not blocked.done():
            answers.append(call(broker, world))
    assert True in seen
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code) for answer in refused} <= {(503, "overloaded")}
    assert eventually(lambda: call(broker, world).status == 200)


def test_late_is_two_ticks_in_a_row() -> None:
    load = Load(limit=1)
    load.late = True
    with pytest.raises(Refusal):
        load.require_room()
    load.late, load.running = False, 2
    with pytest.raises(Refusal):
        load.require_room()
    load.running = 1
    load.require_room()


def test_no_call_is_answered_after_its_time(
    broker: Live, provider: Provider, world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for: told so, written down behind its back, and everything is given back."""

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(15)

    engine = broker.app.engine
    monkeypatch.setattr(engine.load, "seconds", 1.0)
    provider.answers[b"/communes"] = hang
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    begun = time.monotonic()
    answer = call(broker, world)
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.code, answer.json["side"]) == (503, "deadline-exceeded", "platform")
    assert eventually(lambda: log.call(answer.header("x-request-id"))["status"] is not None)
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("A", 503, "deadline-exceeded")
    assert (engine.load.running, engine.budget.used, dict(engine.running.keys)) == (0, 0, {})
    assert not engine.load._due
    assert not engine.load._overdue


# The clock


def moved(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.now(tz=UTC) + timedelta(seconds=seconds))


def heartbeat(broker: Live) -> None:
    """Wait until the broker has asked the database for its time once more."""
    policy = broker.app.engine.policy
    contact = policy._contact
    assert eventually(lambda: policy._contact > contact)


@pytest.fixture
def short_heartbeat(broker: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker.policy.HEARTBEAT_SECONDS", 0.2)
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


# Answers that follow


class Follows:
    """A way to a provider whose answers come in pieces, as a test writes them."""

    def __init__(self, pieces: Callable[[], AsyncGenerator[bytes, None]]) -> None:
        self.pieces, self.closed = pieces, 0

    async def forward(self, request: Outgoing) -> Answered:
        request.hold(5)
        return Answered(200, ((b"Content-Type", b"text/plain"),), b"begin", self._rest())

    async def _rest(self) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in self.pieces():
                yield piece
        finally:
            self.closed += 1

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def following(broker: Live) -> Iterator[Callable[..., Follows]]:
    engine = broker.app.engine
    kept = engine.transport

    def use(pieces: Callable[[], AsyncGenerator[bytes, None]]) -> Follows:
        engine.transport = Follows(pieces)
        return engine.transport

    yield use
    engine.transport = kept
    assert (engine.budget.used, engine.load.running) == (0, 0)
    assert not engine.running.providers


def outcomes(log: Log, request_id: str) -> list[tuple[str, int, str, str, int]]:
    rows = log.rows(
        "select stage, status, reason, side, response_bytes from audit_outcome where call_id = %s order by n",
        request_id,
    )
    return [(row["stage"], row["status"], row["reason"], row["side"], row["response_bytes"]) for row in rows]


def raw_call(broker: Live, world: World) -> socket.socket:
    connection = broker.open()
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    lines = [f"GET {COMMUNES} HTTP/1.1", f"Host: {broker.authority}", *(f"{k}: {v}" for k, v in headers.items())]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    found = b""
    while chunk := connection.recv(65536):
        found += chunk
    return found


def request_id_of(answer: bytes) -> str:
    line = next(row for row in answer.split(b"\r\n") if row.lower().startswith(b"x-request-id:"))
    return line.split(b":")[1].strip().decode()


def test_a_large_answer_follows_its_status_in_the_log(
    broker: Live, world: World, log: Log, following: Callable[..., Follows]
) -> None:
    seen: list[list[tuple[str, int, str, str, int]]] = []
    go = threading.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"-two"
        await asyncio.to_thread(go.wait, 10)
        yield b"-three"

    transport = following(pieces)
    with raw_call(broker, world) as connection:
        head = b""
        while b"-two" not in head:
            head += connection.recv(65536)
        seen.append(outcomes(log, request_id_of(head)))
        go.set()
        while not head.endswith(b"0\r\n\r\n"):
            head += connection.recv(65536)
    assert head.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head.lower()
    assert [(row[0], row[1]) for row in seen[0]] == [("S", 200)]
    assert outcomes(log, request_id_of(head))[1:] == [("C", 200, "", "", 15)]
    assert transport.closed == 1


@pytest.mark.parametrize(
    ("error", "code", "side"),
    [
        (Failed(sent=True), "provider-unreachable", "provider"),
        (None, "deadline-exceeded", "platform"),
    ],
    ids=["provider", "deadline"],
)
def test_an_answer_that_breaks_off_is_not_ended_properly(
    broker: Live,
    world: World,
    log: Log,
    following: Callable[..., Follows],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception | None,
    code: str,
    side: str,
) -> None:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"-two"
        if error is not None:
            raise error
        await asyncio.sleep(20)

    following(pieces)
    if error is None:
        monkeypatch.setattr(broker.app.engine.load, "seconds", 1.0)
    with raw_call(broker, world) as connection:
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"-two" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    found = outcomes(log, request_id_of(answer))
    assert [row[0] for row in found] == ["S", "C"]
    assert found[1] == ("C", 200, code, side, 9)


def test_a_caller_that_leaves_ends_the_answer(
    broker: Live, world: World, log: Log, following: Callable[..., Follows]
) -> None:
    """It takes no more than fits on the wire: the pieces wait for it, and its going is written down."""
    given = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        for _ in range(1000):
            given.append(1)
            yield b"x" * 65536

    transport = following(pieces)
    with raw_call(broker, world) as connection:
        head = connection.recv(4096)
        time.sleep(1)
        waiting = len(given)
        assert waiting < 900
        time.sleep(0.3)
        assert len(given) == waiting
    assert eventually(lambda: transport.closed == 1)
    assert eventually(lambda: len(outcomes(log, request_id_of(head))) == 2)
    stage, status, reason, side, size = outcomes(log, request_id_of(head))[1]
    assert (stage, status, reason, side) == ("C", 200, "caller-gone", "consumer")
    assert 0 < size <= waiting * 65536 + 5


def test_without_its_first_row_a_large_answer_is_not_begun(
    broker: Live, world: World, following: Callable[..., Follows], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"-two"

    following(pieces)
    writer = broker.app.engine.ledger._outcomes
    monkeypatch.setattr(writer, "_stopping", True)
    answer = call(broker, world)
    monkeypatch.undo()
    assert (answer.status, answer.code) == (503, "log-unavailable")


# Connections


def test_a_head_that_does_not_come_ends_the_connection(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.4)
    with broker.open() as silent, broker.open() as slow:
        slow.sendall(b"GET /livez HTTP/1.1\r\nHost: ")
        begun = time.monotonic()
        assert read_all(silent) == b""
        assert read_all(slow) == b""
        assert time.monotonic() - begun < 10
    with broker.open() as kept:
        for _ in range(2):
            kept.sendall(f"GET /livez HTTP/1.1\r\nHost: {broker.authority}\r\n\r\n".encode())
            assert read_reply(kept).status == 200
            time.sleep(0.6)
        kept.sendall(b"GET /livez HTTP/1.1\r\nX: ")
        assert read_all(kept) == b""


def test_connections_have_a_bound(broker: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "most_connections", lambda: 2)
    assert eventually(lambda: not broker.server.server_state.connections)
    with broker.open() as first, broker.open() as second:
        for connection in (first, second):
            connection.sendall(f"GET /livez HTTP/1.1\r\nHost: {broker.authority}\r\n\r\n".encode())
            assert read_reply(connection).status == 200
        with broker.open() as third:
            answer = read_reply(third)
            assert (answer.status, answer.code, answer.header("retry-after")) == (503, "overloaded", "1")
    assert eventually(lambda: not broker.server.server_state.connections)
    assert broker.send("/livez").status == 200


def test_who_does_not_read_is_not_kept(
    broker: Live, world: World, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer left unread is held so long and no longer."""
    monkeypatch.setattr(server_module, "LINGER_SECONDS", 0.5)
    monkeypatch.setattr(broker.config, "timeout_keep_alive", 1)
    provider.answers[b"*"] = reply(b"x" * 9_000_000, kind="text/plain")
    connection = broker.open()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    lines = [f"GET {COMMUNES} HTTP/1.1", f"Host: {broker.authority}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert connection.recv(10).startswith(b"HTTP/1.1 2")
    assert eventually(lambda: not broker.server.server_state.connections)
    connection.close()


def test_a_stopping_server_ends_what_it_began(database: str, provider: Provider, module_world: World) -> None:
    """In one process: a call under way, a head half sent, an idle connection that speaks once more."""
    provider.reset()
    go = asyncio.Event()
    entered = threading.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.set()
        await go.wait()
        writer.write(reply())

    app: BrokerApp = make_app(database, module_world)
    live = Live(app).start()
    live.reload()
    assert call(live, module_world).status == 200
    provider.answers[b"/communes"] = hold
    ping = f"GET /livez HTTP/1.1\r\nHost: {live.authority}\r\n\r\n".encode()
    with live.open() as idle, live.open() as half, live.open() as quiet, raw_call(live, module_world) as busy:
        for connection in (idle, half, quiet):
            connection.sendall(ping)
            assert read_reply(connection).header("connection") == ""
        assert entered.wait(10)
        half.sendall(ping[:10])
        time.sleep(0.2)
        live.server.should_exit = True
        time.sleep(0.2)
        idle.sendall(ping)
        assert (read_reply(idle).header("connection"), idle.recv(1)) == ("close", b"")
        half.sendall(ping[10:])
        assert (read_reply(half).header("connection"), half.recv(1)) == ("close", b"")
        assert quiet.recv(1) == b""
        with pytest.raises(OSError, match="refused"):
            live.open()
        provider.loop.call_soon_threadsafe(go.set)
        answer = read_reply(busy)
        assert (answer.status, answer.header("connection"), busy.recv(1)) == (200, "close", b"")
    live.stop()

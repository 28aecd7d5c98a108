"""Large answers follow their status, and the log says how they ended."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator

import pytest

from broker.forwarding import Answered, Failed, Outgoing
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.operation.at_work import call, eventually, outcomes, raw_call, read_all, request_id_of
from tests.broker.world import World

pytestmark = pytest.mark.django_db


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
    assert not engine.running.places["sandbox"].providers


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

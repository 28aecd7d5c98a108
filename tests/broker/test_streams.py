"""Large answers are poured through (decisions, 9): counted, timed, watched, and what was held is given back once.

The transport is the test's own at the seam, so that each piece comes when the test wants it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest

from broker.answers import Answer
from broker.breaker import FAILURES
from broker.carrying import MOST_ANSWER_BYTES
from broker.forwarding import Answered, Failed, Outgoing
from broker.incoming import Incoming
from broker.problems import Refusal
from core import clock
from core.ids import uuid7
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
JSON = ((b"Content-Type", b"application/json"),)
MIB = 1024 * 1024


@dataclass
class Pouring:
    """A transport whose answers have a rest; ``closed`` counts how often one was let go of."""

    pieces: Callable[[], AsyncGenerator[bytes, None]]
    begin: bytes = b"a" * MIB
    status: int = 200
    headers: tuple[tuple[bytes, bytes], ...] = JSON
    asked: list[Outgoing] = field(default_factory=list)
    closed: int = 0

    async def forward(self, request: Outgoing) -> Answered:
        self.asked.append(request)
        return Answered(self.status, self.headers, self.begin, Poured(self))

    async def close(self) -> None:
        """Nothing is held."""


class Poured(AsyncGenerator[bytes, None]):
    """What follows: as ``exchange.Following``, an object that closes whether it was begun or not."""

    def __init__(self, transport: Pouring) -> None:
        self._transport, self._source, self._open = transport, transport.pieces(), True

    def _over(self) -> None:
        self._transport.closed += self._open
        self._open = False

    async def asend(self, _value: None) -> bytes:
        try:
            return await anext(self._source)
        except BaseException:
            self._over()
            raise

    async def athrow(self, *error: Any) -> bytes:
        await self.aclose()
        raise error[0]

    async def aclose(self) -> None:
        self._over()
        await self._source.aclose()


class Caller:
    """The other end of a call: silent until it hangs up."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}


Story = Callable[[Answer, Caller], Awaitable[Any]]


async def pieces() -> AsyncGenerator[bytes, None]:
    for _ in range(3):
        yield b"b" * MIB


@pytest.fixture
def tell(broker: Live, world: World, provider: Provider) -> Iterator[Callable[[Pouring, Story], Any]]:
    """Have one call answered by a transport, and its answer read by a story, on the broker's own loop."""
    engine = broker.app.engine
    kept = engine.transport

    def run(transport: Pouring, story: Story) -> Any:
        engine.transport = transport

        async def go() -> Any:
            caller = Caller()
            headers = signed(world.credentials(), broker.authority, COMMUNES)
            pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            scope = {
                "method": "GET",
                "raw_path": COMMUNES.encode(),
                "query_string": b"",
                "client": ("127.0.0.1", 1),
                "headers": [(b"host", broker.authority.encode()), *pairs],
            }
            incoming = Incoming(scope, caller.receive, uuid7(), clock.now())
            try:
                return await story(await broker.app._answer(incoming, scope), caller)
            finally:
                engine.end(incoming)

        return broker.call(go)

    yield run
    engine.transport = kept


def clean(broker: Live) -> None:
    """Nothing is held any more."""
    engine = broker.app.engine
    assert (dict(engine.running.places["sandbox"].providers), engine.budget.used) == ({}, 0)


async def whole(answer: Answer, _caller: Caller) -> tuple[int, bytes]:
    assert answer.rest is not None
    return answer.status, answer.body + b"".join([piece async for piece in answer.rest])


def test_what_follows_is_poured_through(broker: Live, tell: Any) -> None:
    transport = Pouring(pieces)

    async def story(answer: Answer, caller: Caller) -> Any:
        assert broker.app.engine.running.places["sandbox"].providers == {3: 1}
        held = broker.app.engine.budget.used
        found = await whole(answer, caller)
        assert broker.app.engine.budget.used == held
        assert broker.app.engine.running.places["sandbox"].providers == {}
        assert [piece async for piece in answer.rest or ()] == []  # type: ignore[union-attr]
        return found

    status, body = tell(transport, story)
    assert (status, body) == (200, b"a" * MIB + b"b" * 3 * MIB)
    assert transport.closed == 1
    assert (transport.asked[0].stream_after, transport.asked[0].most_bytes) == (MIB, 100 * MIB)
    clean(broker)


def test_a_rest_nobody_begins_is_let_go_of(broker: Live, tell: Any) -> None:
    async def stuck() -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(60)
        yield b""

    async def story(answer: Answer, _caller: Caller) -> None:
        assert answer.rest is not None
        await answer.rest.aclose()
        await answer.rest.aclose()

    for source in (pieces, stuck):
        transport = Pouring(source)
        tell(transport, story)
        assert transport.closed == 1
        clean(broker)


def test_an_answer_that_says_it_is_too_large_is_not_begun(broker: Live, world: World, tell: Any) -> None:
    """Ten gigabytes announced are 502 at once: nothing of them reaches the caller."""
    transport = Pouring(pieces, headers=(*JSON, (b"Content-Length", b"10737418240")))

    async def story(answer: Answer, _caller: Caller) -> None:
        document = orjson.loads(answer.body)
        assert (answer.rest, answer.status, document["code"]) == (None, 502, "provider-answer-too-large")

    tell(transport, story)
    assert transport.closed == 1
    clean(broker)


def test_a_caller_who_hangs_up_ends_it(broker: Live, tell: Any) -> None:
    """While the provider is waited for, and while it sends as fast as it can: the provider's connection is closed."""

    async def stuck() -> AsyncGenerator[bytes, None]:
        yield b"b"
        await asyncio.sleep(60)
        yield b"never"

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            await asyncio.sleep(0)
            yield b"b"

    for source in (stuck, endless):
        transport = Pouring(source)

        async def story(answer: Answer, caller: Caller) -> None:
            assert answer.rest is not None
            assert await anext(answer.rest) == b"b"
            asyncio.get_running_loop().call_later(0.1, caller.gone.set)
            with pytest.raises(Refusal) as told:
                async for _piece in answer.rest:
                    pass
            assert told.value.kind.code == "caller-gone"

        tell(transport, story)
        assert transport.closed == 1
        clean(broker)
    assert broker.app.engine.breakers.open_ones() == {}


def test_a_provider_that_breaks_off_counts_as_a_failure(broker: Live, tell: Any) -> None:
    async def breaks() -> AsyncGenerator[bytes, None]:
        yield b"b"
        raise Failed(sent=True)

    async def story(answer: Answer, caller: Caller) -> None:
        with pytest.raises(Refusal) as told:
            await whole(answer, caller)
        assert (told.value.kind.code, told.value.kind.side) == ("provider-unreachable", "provider")

    for _ in range(FAILURES):
        tell(Pouring(breaks), story)
    clean(broker)
    assert list(broker.app.engine.breakers.open_ones()) == [1]


def test_a_stream_has_the_time_of_the_call(broker: Live, world: World, tell: Any) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=400)
    broker.reload()

    async def drips() -> AsyncGenerator[bytes, None]:
        while True:
            await asyncio.sleep(0.05)
            yield b"b"

    async def story(answer: Answer, caller: Caller) -> float:
        begun = asyncio.get_running_loop().time()
        with pytest.raises(Refusal) as told:
            await whole(answer, caller)
        assert told.value.kind.code == "provider-timeout"
        return asyncio.get_running_loop().time() - begun

    transport = Pouring(drips)
    assert tell(transport, story) < 1
    assert transport.closed == 1
    clean(broker)


def test_a_stream_has_the_bytes_of_the_service(broker: Live, world: World, tell: Any) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], max_answer_bytes=3 * MIB)
    broker.reload()

    async def story(answer: Answer, caller: Caller) -> None:
        with pytest.raises(Refusal) as told:
            await whole(answer, caller)
        assert told.value.kind.code == "provider-answer-too-large"
        assert told.value.values["limit"] == 3 * MIB

    tell(Pouring(pieces), story)
    clean(broker)
    assert broker.app.engine.breakers.open_ones() == {}


def test_fields_are_filtered_of_the_whole(broker: Live, world: World, tell: Any) -> None:
    """A grant that names fields never gets a stream: the answer is held, filtered, and bound to 10 MiB."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"code"}))
    broker.reload()
    document = orjson.dumps({"data": [{"code": f"{n:05}", "secret": "gheim" * 20} for n in range(20_000)]})

    async def later() -> AsyncGenerator[bytes, None]:
        for begin in range(MIB, len(document), 65_536):
            yield document[begin : begin + 65_536]

    async def story(answer: Answer, _caller: Caller) -> Answer:
        assert answer.rest is None
        return answer

    transport = Pouring(later, begin=document[:MIB])
    answer = tell(transport, story)
    assert answer.status == 200
    assert b"gheim" not in answer.body
    assert len(orjson.loads(answer.body)["data"]) == 20_000
    assert (transport.asked[0].stream_after, transport.asked[0].most_bytes) == (None, MOST_ANSWER_BYTES)
    clean(broker)

    async def endless() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"b" * MIB

    refused = tell(Pouring(endless), story)
    assert orjson.loads(refused.body)["code"] == "provider-answer-too-large"
    assert str(MOST_ANSWER_BYTES) in orjson.loads(refused.body)["detail"]
    clean(broker)


@pytest.mark.parametrize(("status", "code"), [(500, "provider-error"), (302, "provider-redirected")])
def test_a_large_answer_that_is_not_passed_on_is_let_go_of(broker: Live, tell: Any, status: int, code: str) -> None:
    transport = Pouring(pieces, status=status)

    async def story(answer: Answer, _caller: Caller) -> None:
        assert (answer.rest, orjson.loads(answer.body)["code"]) == (None, code)

    tell(transport, story)
    clean(broker)


def test_a_trial_lasts_until_the_stream_is_over(broker: Live, tell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker.breaker.PAUSE_SECONDS", 0.0)
    breakers = broker.app.engine.breakers

    async def breaks() -> AsyncGenerator[bytes, None]:
        raise Failed(sent=True)
        yield b""

    async def fails(answer: Answer, caller: Caller) -> None:
        with pytest.raises(Refusal):
            await whole(answer, caller)

    for _ in range(FAILURES):
        tell(Pouring(breaks), fails)
    assert list(breakers.open_ones()) == [1]

    async def story(answer: Answer, caller: Caller) -> None:
        assert list(breakers.open_ones()) == [1]
        await whole(answer, caller)
        assert breakers.open_ones() == {}

    tell(Pouring(pieces), story)

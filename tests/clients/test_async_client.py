"""What only a client in an event loop meets: calls given up, more calls than connections, a loop kept free."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from lgsp_client import AsyncClient, RetryPolicy, Settings

from tests.broker.limiting import bind
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World
from tests.clients.conftest import key_of

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., AsyncClient]


@pytest.fixture
def client(broker: Live, world: World) -> Make:
    """Make clients for grant 1, to be used with ``async with``."""

    def made(**changes: Any) -> AsyncClient:
        given = {"grant": "QK-1", "purpose": "administrative-procedures", **changes}
        return AsyncClient(f"http://{broker.authority}", key_of(world), **given)

    return made


def hanging(provider: Provider, *, begun: bytes = b"") -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        await asyncio.sleep(60)

    provider.answers[b"/communes"] = hang


def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 5
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    assert true()


def test_a_call_that_is_given_up_ends_at_once_and_holds_nothing(
    client: Make, broker: Live, provider: Provider
) -> None:
    hanging(provider)

    async def give_up() -> float:
        async with client() as lgsp:
            asked = asyncio.ensure_future(lgsp.get(*SERVICE, "/communes"))
            while not provider.received:
                await asyncio.sleep(0.01)
            begun = time.monotonic()
            asked.cancel()
            with suppress(asyncio.CancelledError):
                await asked
            provider.reset()
            assert (await lgsp.get(*SERVICE, "/communes")).status == 200
            return time.monotonic() - begun

    assert asyncio.run(give_up()) < 2
    until(lambda: not broker.app.engine.running.places["sandbox"].providers)


def test_a_file_that_is_given_up_leaves_nothing_behind(client: Make, provider: Provider, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 9000000\r\n\r\n"
    hanging(provider, begun=head + b"x" * 4_000_000)
    (tmp_path / "communes.bin").write_bytes(b"before")

    async def give_up() -> None:
        async with client() as lgsp:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(lgsp.download(*SERVICE, "/communes", tmp_path / "communes.bin"), 1)

    asyncio.run(give_up())
    assert [path.name for path in tmp_path.iterdir()] == ["communes.bin"]
    assert (tmp_path / "communes.bin").read_bytes() == b"before"


def test_the_loop_goes_on_while_calls_wait(client: Make, broker: Live, world: World) -> None:
    """More calls than connections and than a second allows: refused ones wait without holding anybody up."""
    bind(broker, world, rate_per_second=100)
    late: list[float] = []

    async def tick() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            late.append(time.monotonic() - begun)

    async def go() -> list[int]:
        ticking = asyncio.ensure_future(tick())
        async with client(settings=Settings(retry=RetryPolicy(attempts=10))) as lgsp:
            answers = await asyncio.gather(*[lgsp.get(*SERVICE, "/communes") for _ in range(150)])
        ticking.cancel()
        return [answer.status for answer in answers]

    assert asyncio.run(go()) == [200] * 150
    assert len(late) > 20  # a client that slept in the loop would have left it no turn


def test_a_client_is_made_before_there_is_a_loop_and_closes_twice(client: Make) -> None:
    lgsp = client(tokens=True)

    async def go() -> int:
        async with lgsp:
            status = (await lgsp.get(*SERVICE, "/communes")).status
        await lgsp.close()
        return status

    assert asyncio.run(go()) == 200

"""The wire to a provider by itself: connections kept, answers followed, nothing left over for the next call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from broker.failures import Failed, TimedOut, TooMuch, Unreadable
from broker.forwarding import HttpTransport, Outgoing
from core.addresses import AddressRules

MIB = 1024 * 1024
Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """Answers each request head as *handler* does; counts connections and keeps what came."""

    def __init__(self, handler: Handler) -> None:
        self.handler, self.connections, self.closed = handler, 0, 0
        self.heads: list[bytes] = []
        self.serving: set[asyncio.Task[Any] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.serving.add(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                await self.handler(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            self.closed += 1
            writer.transport.abort()


def says(content: bytes) -> Handler:
    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(content)

    return handler


def ok(body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (extra, len(body), body)


def run(handler: Handler, work: Callable[[Upstream, "Asker"], Awaitable[Any]]) -> Any:
    """Run *work* against an upstream of this test."""

    async def all_of_it() -> Any:
        upstream = Upstream(handler)
        server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0)
        transport = HttpTransport(AddressRules(loopback=True))
        try:
            return await work(upstream, Asker(transport, server.sockets[0].getsockname()[1]))
        finally:
            await transport.close()
            server.close()
            left = [task for task in upstream.serving if task is not None and not task.done()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await asyncio.sleep(0.01)  # what was hung up is gone before the loop is

    return asyncio.run(all_of_it())


class Asker:
    def __init__(self, transport: HttpTransport, port: int) -> None:
        self.transport, self.port, self.held = transport, port, 0

    def hold(self, size: int) -> None:
        self.held += size

    async def __call__(self, method: str = "GET", *, body: bytes = b"", **changes: Any) -> Any:
        values: dict[str, Any] = {"seconds": 2.0, "most_bytes": 10 * MIB, "hold": self.hold, **changes}
        headers = [("Accept", "application/json")]
        base = f"http://127.0.0.1:{self.port}/base"
        return await self.transport.forward(Outgoing(method, base, "/a?b=%20c", headers, body, **values))


def test_one_connection_serves_one_call_after_the_other() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        for _ in range(5):
            answer = await ask()
            assert (answer.status, answer.body, answer.rest) == (200, b"x", None)
        assert upstream.connections == 1
        head = b"GET /base/a?b=%%20c HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json\r\n\r\n" % ask.port
        assert upstream.heads == [head] * 5

    run(says(ok(b"x")), work)


@pytest.mark.parametrize(
    "content", [ok(b"x", b"Connection: close\r\n"), b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"]
)
def test_a_connection_that_is_not_kept_is_not_used_again(content: bytes) -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        for number in range(1, 4):
            assert (await ask()).body == b"x"
            assert upstream.connections == number

    run(says(content), work)


@pytest.mark.parametrize("more", [b"y", ok(b"y"), b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("later", [False, True])
def test_what_comes_after_an_answer_is_never_the_next_one(more: bytes, later: bool) -> None:
    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(ok(b"x") + (b"" if later else more))
        if later:
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(more)

    async def work(upstream: Upstream, ask: Asker) -> None:
        for number in range(1, 4):
            if later:
                assert (await ask()).body == b"x"
                await asyncio.sleep(0.2)
            else:
                with pytest.raises(Unreadable):
                    await ask()
            assert upstream.connections == number

    run(handler, work)


def test_an_answer_without_length_ends_with_its_connection() -> None:
    async def closing(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nall of it")
        await writer.drain()
        writer.close()

    async def work(_upstream: Upstream, ask: Asker) -> None:
        assert (await ask()).body == b"all of it"

    run(closing, work)


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"",
    ],
)
def test_an_answer_broken_off_is_none(content: bytes) -> None:
    async def closing(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()
        writer.close()

    async def work(_upstream: Upstream, ask: Asker) -> None:
        with pytest.raises(Failed) as found:
            await ask()
        assert found.value.sent
        assert found.value.code == "provider-unreachable"

    run(closing, work)


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX\x00Y: a\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/3.7 200 OK\r\nContent-Length: 1\r\n\r\nx",
        b"ICY 200 OK\r\n\r\n",
    ],
)
def test_what_two_programs_could_read_differently_is_not_read(content: bytes) -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        for number in (1, 2):
            with pytest.raises(Unreadable):
                await ask()
            assert upstream.connections == number

    run(says(content), work)


def test_hints_come_before_the_answer_and_are_forgotten() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nSet-Cookie: a=b\r\n\r\n"

    async def work(upstream: Upstream, ask: Asker) -> None:
        for _ in range(2):
            answer = await ask()
            assert (answer.status, answer.body) == (200, b"x")
            assert [name for name, _value in answer.headers] == [b"Content-Length"]
        assert upstream.connections == 1

    run(says(hint * 3 + ok(b"x")), work)


def test_an_answer_to_head_has_no_body_whatever_it_says() -> None:
    async def work(_upstream: Upstream, ask: Asker) -> None:
        answer = await ask("HEAD")
        assert (answer.status, answer.body) == (200, b"")

    run(says(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), work)


def test_a_body_goes_out_with_its_length_even_when_there_is_none() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        await ask("POST")
        assert b"\r\nContent-Length: 0\r\n\r\n" in upstream.heads[0]

    run(says(ok(b"x")), work)


def test_a_wait_called_off_ends_the_connection() -> None:
    async def silent(_head: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)

    async def work(upstream: Upstream, ask: Asker) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await ask()
        with pytest.raises(TimedOut) as found:
            await ask(seconds=0.1)
        assert found.value.sent
        await asyncio.sleep(0.6)
        assert (upstream.connections, upstream.closed) == (2, 2)

    run(silent, work)


def test_nothing_is_sent_for_a_target_that_begins_a_line_of_its_own() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        for target in ("/a b", "/a\r\nX: y", "a", "/đ"):
            outgoing = Outgoing("GET", f"http://127.0.0.1:{ask.port}", target, [], b"", 1, 10, ask.hold)
            with pytest.raises(Unreadable) as found:
                await ask.transport.forward(outgoing)
            assert not found.value.sent
        assert upstream.connections == 0

    run(says(ok(b"x")), work)


def chunked(total: int, piece: int = 64 * 1024, *, stop_at: int | None = None) -> Handler:
    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        for begun in range(0, total, piece):
            if stop_at is not None and begun >= stop_at:
                writer.close()
                return
            writer.write(b"z" * min(piece, total - begun))
            await writer.drain()

    return handler


def test_a_large_answer_is_followed_no_faster_than_it_is_taken() -> None:
    total = 20 * MIB
    sent = [0]

    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        for _ in range(total // 65536):
            writer.write(b"z" * 65536)
            await writer.drain()
            sent[0] += 65536

    async def work(upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB, most_bytes=100 * MIB, seconds=10)
        assert answer.rest is not None
        assert MIB <= len(answer.body) == ask.held < 2 * MIB
        await asyncio.sleep(0.3)
        assert sent[0] < total, "the upstream waits for whoever takes the answer"
        size = len(answer.body)
        async for piece in answer.rest:
            size += len(piece)
        assert size == total
        assert (await ask(stream_after=MIB, most_bytes=100 * MIB, seconds=10)).rest is not None
        assert upstream.connections == 1

    run(handler, work)


@pytest.mark.parametrize("more", range(0, 400, 50))
def test_a_connection_that_had_to_wait_at_the_very_end_hears_the_next_answer(more: int) -> None:
    """Whatever piece fills the measure, the last one among them: what was stopped goes on."""
    total = MIB + more * 1024

    async def work(upstream: Upstream, ask: Asker) -> None:
        for _ in range(2):
            answer = await ask(stream_after=MIB // 2, most_bytes=100 * MIB)
            await asyncio.sleep(0.1)
            size = len(answer.body)
            async for piece in answer.rest:
                size += len(piece)
            assert size == total
        assert upstream.connections == 1

    run(chunked(total), work)


def test_a_small_answer_is_whole_where_it_could_be_followed() -> None:
    async def work(_upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB)
        assert (answer.rest, answer.body) == (None, b"x")

    run(says(ok(b"x")), work)


@pytest.mark.parametrize(
    ("handler", "most", "error"),
    [
        (chunked(3 * MIB, stop_at=2 * MIB), 100 * MIB, Failed),
    ],
)
def test_a_followed_answer_says_when_it_breaks(handler: Handler, most: int, error: type[Failed]) -> None:
    async def work(_upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB, most_bytes=most, seconds=5)
        with pytest.raises(error):
            async for _piece in answer.rest:
                pass

    run(handler, work)


def test_what_is_said_to_be_too_much_is_not_begun() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        with pytest.raises(TooMuch):
            await ask(stream_after=MIB, most_bytes=2 * MIB)
        assert ask.held == 0

    run(chunked(5 * MIB), work)


def test_an_answer_of_unknown_length_is_held_or_refused() -> None:
    async def endless(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):
            writer.write(b"10000\r\n" + b"z" * 0x10000 + b"\r\n")
            await writer.drain()

    async def work(_upstream: Upstream, ask: Asker) -> None:
        with pytest.raises(TooMuch):
            await ask(stream_after=MIB, most_bytes=100 * MIB, whole_bytes=3 * MIB)
        assert ask.held < 4 * MIB

    run(endless, work)


def test_a_followed_answer_never_begun_is_hung_up_too() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB, most_bytes=100 * MIB, seconds=5)
        await answer.rest.aclose()
        for _ in range(100):
            if upstream.closed:
                break
            await asyncio.sleep(0.02)
        assert upstream.closed == 1

    run(chunked(50 * MIB), work)


def test_a_followed_answer_nobody_reads_on_is_hung_up() -> None:
    async def work(upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB, most_bytes=100 * MIB, seconds=5)
        async for _piece in answer.rest:
            break
        await answer.rest.aclose()
        for _ in range(100):
            if upstream.closed:
                break
            await asyncio.sleep(0.02)
        assert upstream.closed == 1

    run(chunked(50 * MIB), work)


def test_a_followed_answer_that_stalls_ends_in_time() -> None:
    async def stalling(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (3 * MIB) + b"z" * (2 * MIB))
        await writer.drain()
        await asyncio.sleep(3)

    async def work(_upstream: Upstream, ask: Asker) -> None:
        answer = await ask(stream_after=MIB, most_bytes=100 * MIB, seconds=0.5)
        with pytest.raises(TimedOut):
            async for _piece in answer.rest:
                pass

    run(stalling, work)

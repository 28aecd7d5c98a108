"""Connections: heads that do not come, too many, unread answers, a server that stops."""

import asyncio
import socket
import threading
import time

import pytest

from broker import patience
from broker import server as server_module
from broker.app import BrokerApp
from tests.broker.conftest import make_app
from tests.broker.live import Live, read_reply
from tests.broker.operation.at_work import COMMUNES, call, eventually, raw_call, read_all
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db


def test_a_head_that_does_not_come_ends_the_connection(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.4)
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
    monkeypatch.setattr(patience, "LINGER_SECONDS", 0.5)
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

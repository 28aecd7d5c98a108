"""A broker behind a real uvicorn in a thread of its own, and a client that sends exactly what it is told."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from broker.app import BrokerApp
from broker.server import StrictProtocol


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["code"]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass
class Live:
    """The running server."""

    app: Any
    port: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "Live":
        """Serve until told to stop."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        self.port = sock.getsockname()[1]
        self.config = uvicorn.Config(
            self.app,
            http=StrictProtocol,
            loop="uvloop",
            lifespan="on",
            log_level="critical",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
        )
        self.server = uvicorn.Server(self.config)
        self._thread = threading.Thread(target=self._run, args=(sock,), daemon=True)
        self._thread.start()
        for _ in range(500):
            if self.server.started:
                return self
            threading.Event().wait(0.01)
        raise AssertionError("the broker did not start")

    def _run(self, sock: socket.socket) -> None:
        with asyncio.Runner(loop_factory=self.config.get_loop_factory()) as runner:
            self.loop = runner.get_loop()
            runner.run(self.server.serve(sockets=[sock]))

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive()

    def call(self, make: Callable[[], Any]) -> Any:
        """Run a coroutine function on the broker's own loop and wait."""
        return asyncio.run_coroutine_threadsafe(make(), self.loop).result(20)

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reload(self) -> None:
        """Have the policy loaded anew."""
        app: BrokerApp = self.app
        self.call(app.engine.policy.reload)

    def open(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=40)

    def send(
        self,
        target: str,
        headers: dict[str, str] | Iterable[tuple[str, str]] = (),
        *,
        method: str = "GET",
        body: bytes = b"",
        host: str | None = None,
        length: bool = True,
    ) -> Reply:
        """Send one request as it is written here and read the answer."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.authority if host is None else host}"]
        lines += [f"{name}: {value}" for name, value in pairs]
        if length and (body or method in ("POST", "PUT", "PATCH")):
            lines.append(f"Content-Length: {len(body)}")
        return self.raw(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)

    def raw(self, content: bytes) -> Reply:
        """Send bytes and read one answer."""
        with self.open() as connection:
            connection.sendall(content)
            return read_reply(connection, head_only=content.startswith(b"HEAD "))


def read_reply(connection: socket.socket, *, head_only: bool = False) -> Reply:
    """Read one answer off a socket."""
    stream = connection.makefile("rb")
    line = stream.readline()
    while line.startswith(b"HTTP/1.1 100"):
        stream.readline()
        line = stream.readline()
    if not line:
        raise ConnectionError("no answer")
    headers = []
    while (row := stream.readline()) not in (b"\r\n", b""):
        name, _, value = row.decode("latin-1").partition(":")
        headers.append((name.lower(), value.strip()))
    length = next((int(value) for name, value in headers if name == "content-length"), 0)
    body = b"" if head_only else stream.read(length)
    return Reply(int(line.split()[1]), headers, body)

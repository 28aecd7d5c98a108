"""A provider of raw bytes: keeps exactly what it received, answers what the test wrote."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Reply = bytes | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
JSON = b'{"data":[{"code":"00001","name":"A","secret":"x"},{"code":"00002","name":"B","secret":"y"}],"total":2}'


def reply(body: bytes = JSON, *, status: str = "200 OK", kind: str = "application/json", extra: str = "") -> bytes:
    """Write a whole HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


@dataclass
class Provider:
    """One listening socket in a thread of its own. ``answers`` by path (without query); "*" is the rest."""

    answers: dict[bytes, Reply] = field(default_factory=dict)
    received: list[bytes] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Provider":
        """Listen on a free port."""
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def stop(self) -> None:
        """End all connections and the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)

    def reset(self) -> None:
        """Forget what was received and answer as usual again."""
        self.answers = {b"*": reply()}
        self.received.clear()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self._writers: set[asyncio.StreamWriter] = set()
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        for writer in self._writers:
            writer.transport.abort()  # what nobody reads any more would stay open
        self.loop.run_until_complete(asyncio.sleep(0.01))
        self.loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = 0
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                body = await reader.readexactly(length)
                self.received.append(head + body)
                path = head.split(b" ")[1].split(b"?")[0]
                found = self.answers.get(path, self.answers.get(b"*", reply()))
                if callable(found):
                    await found(reader, writer)
                else:
                    writer.write(found)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            if not writer.transport.get_write_buffer_size():
                self._writers.discard(writer)

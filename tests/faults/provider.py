"""The provider that answers the load: remembers every request id it was hit with, and how often."""

import asyncio
import random
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

_BODY = b'{"data":[{"code":"02215","name":"Minh Xu\xc3\xa2n"}],"total":1}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(_BODY) + _BODY
_REQUEST_ID = b"x-lgsp-request-id:"
# So that at any moment some calls are at the provider.
SLOWEST_SECONDS = 0.12


@dataclass(slots=True)
class Provider:
    """One listening socket in a thread of its own. ``hits`` counts calls of data by request id."""

    hits: Counter[str] = field(default_factory=Counter)
    nameless: int = 0
    port: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "Provider":
        """Listen on a free port."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(5):
            raise RuntimeError("the provider did not start")
        return self

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.run(self._listen())

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.split(b" ", 2)[1].endswith(b"/health"):
                    self._remember(head)
                    await asyncio.sleep(random.uniform(0, SLOWEST_SECONDS))
                writer.write(_ANSWER)
                await writer.drain()
        writer.close()

    def _remember(self, head: bytes) -> None:
        for line in head.lower().split(b"\r\n"):
            if line.startswith(_REQUEST_ID):
                self.hits[line.partition(b":")[2].strip().decode()] += 1
                return
        self.nameless += 1

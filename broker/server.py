"""uvicorn's httptools protocol, a little stricter: ``uvicorn --http broker.server:StrictProtocol``.

The request target is judged as sent, before anybody takes it apart: origin form only, no ``http://host/…`` that
another program reads as an address, and no ``#``. The size of headers, which httptools does not bound, is bounded.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_TARGET_BYTES = 16 * 1024
MAX_HEADER_BYTES = 64 * 1024


class Unfit(ValueError):
    """The request is not one we read; httptools turns this into 400 and the connection ends."""


class StrictProtocol(HttpToolsProtocol):
    """One connection."""

    _room = MAX_HEADER_BYTES
    _answering: Any = None

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Begin to answer. Of requests sent in a row uvicorn remembers the last alone; this is the one under way."""
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone, whichever of its requests is being answered."""
        self._tell_gone()
        super().connection_lost(exc)

    def _tell_gone(self) -> None:
        cycle = self._answering
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def on_message_begin(self) -> None:
        """Begin a request with the full room for headers."""
        super().on_message_begin()
        self._room = MAX_HEADER_BYTES

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        super().on_url(url)
        if len(self.url) > MAX_TARGET_BYTES:
            raise Unfit("target too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._room -= len(name) + len(value)
        if self._room < 0:
            raise Unfit("headers too large")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Judge the target, then let the request begin."""
        if not self.url.startswith(b"/") or b"#" in self.url:
            raise Unfit("target not in origin form")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; a whole request before it still gets its own answer, which is then the last."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            cycle.keep_alive = False
            return
        super().send_400_response(msg)
        self._tell_gone()

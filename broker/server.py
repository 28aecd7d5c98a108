"""uvicorn's httptools protocol, a little stricter: ``uvicorn --http broker.server:StrictProtocol``.

The request target is judged as sent, before anybody takes it apart: origin form only, no ``http://host/…`` that
another program reads as an address, and no ``#``. The size of headers, which httptools does not bound, is bounded, and
so is the time they may take, the number of connections, and the time a caller may leave an answer unread.

Told to shut down, a connection finishes what it has begun to read, says ``Connection: close`` and ends; an idle one is
kept a moment, because its next request may be on the way.
"""

import asyncio
import resource
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote
from weakref import ref

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from broker.patience import Patient

MAX_TARGET_BYTES = 16 * 1024
MAX_HEADER_BYTES = 64 * 1024
IDLE_SECONDS = 60
LAST_WORD_SECONDS = 0.5
BACKLOG = 2048
# Answers that have no body, whatever they say of its length.
_BODILESS = frozenset({204, 304})
# Two descriptors a call, to the caller and to the provider; some are for the rest of the process.
OTHER_DESCRIPTORS = 256
MOST_DESCRIPTORS = 1 << 20
# For whom there is no connection left; written here because this module is loaded before Django is.
_BODY = b'{"type":"/loi/overloaded/","title":"%s","status":503,"code":"overloaded","side":"platform"}' % (
    "Nền tảng quá tải".encode()
)
OVERLOADED = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Language: vi\r\n"
    b"Cache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
) % (len(_BODY), _BODY)


_ASGI: Any = {"version": "3.0", "spec_version": "2.3"}


def _nothing() -> None:
    """What a request that is over tells nobody."""


class Cycle(RequestResponseCycle):
    """One request and its answer, with the task that makes it."""

    task: asyncio.Task[None]


class Unfit(ValueError):
    """The request is not one we read; httptools turns this into 400 and the connection ends."""


def raise_descriptor_limit() -> int:
    """Let this process open as many files as the machine lets it; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    most_connections.cache_clear()
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@lru_cache(maxsize=1)
def most_connections() -> int:
    """Return how many callers may be connected: what descriptors there are for them and for providers."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_DESCRIPTORS
    return max(16, (soft - OTHER_DESCRIPTORS) // 2)


class StrictProtocol(Patient):
    """One connection."""

    _room = MAX_HEADER_BYTES
    _draining = False
    _answering: Any = None
    # Called when the caller leaves while its call is under way (broker.watching).
    when_gone: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there is room; it has to say something soon."""
        super().connection_made(transport)
        self._itself = ref(self)
        if len(self.connections) > most_connections():
            transport.write(OVERLOADED)
            self._close(transport)
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone, whichever of its requests is being answered."""
        self._tell_gone()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that is not whole with them gets a time to be."""
        super().data_received(data)
        if self._in_head:
            self._expect_head()
        elif self._head_timer is not None:
            self._stop_head_timer()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Begin to answer. Of requests sent in a row uvicorn remembers the last alone; this is the one under way."""
        self._answering = cycle
        # Weakly: the scope belongs to the cycle, which belongs to us.
        cycle.scope["lgsp.connection"] = self._itself
        cycle.task = self.loop.create_task(self._answer(cycle, app))
        self.tasks.add(cycle.task)

    async def _answer(self, cycle: Any, app: Any) -> None:
        """Run the application for one request, as uvicorn's cycle does, which takes a callback more for each."""
        try:
            await app(cycle.scope, cycle.receive, cycle.send)
        except BaseException as error:
            self.logger.error("broker.application_failed", exc_info=error)
            await self._give_up(cycle)
        else:
            if not cycle.response_complete and not cycle.disconnected:
                self.logger.error("broker.application_without_answer")
                await self._give_up(cycle)
        finally:
            cycle.on_response = _nothing
            self.tasks.discard(cycle.task)

    async def _give_up(self, cycle: Any) -> None:
        if cycle.response_started:
            self.transport.close()
        else:
            await cycle.send_500_response()

    def respond(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send a whole answer in one piece, as the two ASGI messages would; return False where those have to.

        They check and write twice what our own answers need once: names are ours and lower case, values were judged.
        """
        cycle = self._answering
        plain = not (self.flow.write_paused or cycle.response_started or cycle.disconnected)
        if not plain or status in _BODILESS or cycle.scope["method"] == "HEAD":
            return False
        pairs = [*cycle.default_headers, *headers]
        lines = b"\r\n".join([b"%b: %b" % pair for pair in pairs])
        if b"\r\nconnection: " in lines or lines.startswith(b"connection: "):
            cycle.keep_alive = False  # nobody here says anything but close
        elif not cycle.keep_alive:
            pairs.append((b"connection", b"close"))
            lines += b"\r\nconnection: close"
        if lines.count(b"\n") >= len(pairs) or lines.count(b"\r") >= len(pairs) or b"\0" in lines:
            return False  # a value begins a line of its own: uvicorn says what is wrong with it
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        self.transport.write(b"%b%b\r\n\r\n%b" % (STATUS_LINE[status], lines, body))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def _tell_gone(self) -> None:
        cycle = self._answering
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if self.when_gone is not None:
                self.when_gone()

    def watch(self, when_gone: Callable[[], None]) -> None:
        """Call *when_gone* when the caller leaves; reading goes on, for a connection not read is not seen to end."""
        self.when_gone = when_gone
        self.flow.resume_reading()

    @property
    def gone(self) -> bool:
        """True when nobody waits for the present answer any more."""
        return bool(self._answering.disconnected)

    def on_message_begin(self) -> None:
        """Begin a request with the full room for headers."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._room = MAX_HEADER_BYTES
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self.url += url
        if len(self.url) > MAX_TARGET_BYTES:
            raise Unfit("target too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._room -= len(name) + len(value)
        if self._room < 0:
            raise Unfit("headers too large")
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Judge the target, then let the request begin, or wait its turn behind the one being answered.

        A target in origin form is taken apart at its first ``?``; asking a parser of whole URLs costs more.
        """
        self._in_head = False
        parser, target = self.parser, self.url
        if not target.startswith(b"/") or b"#" in target:
            raise Unfit("target not in origin form")
        version = parser.get_http_version()
        self.scope = self._scope(target, parser.get_method(), version)
        before = self.cycle
        self.cycle = cycle = Cycle(
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            False,  # no access log: the call log is one
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            version != "1.0" and not self._draining and parser.should_keep_alive(),
            self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _scope(self, target: bytes, method: bytes, version: str) -> Any:
        """Return what ASGI says of the request."""
        raw_path, _mark, query = target.partition(b"?")
        path = raw_path.decode("ascii")
        return {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "method": method.decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": {},
        }

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read; a whole request before it still gets its own answer, which is then the last."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete and not cycle.more_body:
            cycle.keep_alive = False
            return
        super().send_400_response(msg)
        self._tell_gone()

    def shutdown(self) -> None:
        """The server stops: finish what was begun; see the module's text."""
        self._draining = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self._in_head:
            self.loop.call_later(LAST_WORD_SECONDS, self._close_idle)

    def _close_idle(self) -> None:
        idle = self.cycle is None or self.cycle.response_complete
        if idle and not self._in_head and not self.transport.is_closing():
            self._close(self.transport)


def respond(scope: dict[str, Any], status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bool:
    """Send a whole answer in one piece where this server serves; return False where ASGI has to."""
    found = scope.get("lgsp.connection")
    connection: StrictProtocol | None = None if found is None else found()
    return connection is not None and connection.respond(status, headers, body)

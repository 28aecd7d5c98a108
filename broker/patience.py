"""How long a connection of a caller may take: to say what it wants, to say nothing, to read its answer."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
LINGER_SECONDS = 30.0


class Patient(HttpToolsProtocol):
    """uvicorn's protocol with bounds of time; ``_in_head`` is set by who reads."""

    _in_head = False
    _head_timer: asyncio.TimerHandle | None = None
    _unread_timer: asyncio.TimerHandle | None = None
    _idle_since = 0.0

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock."""
        self._stop_head_timer()
        self._stop_unread_timer()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        """Give a head that is on its way its time."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        """End a connection whose head did not come; an answer that is on its way goes first."""
        self._head_timer = None
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        elif not self.transport.is_closing():
            self._close(self.transport)

    def _close(self, transport: asyncio.Transport) -> None:
        """Close; who does not take what is still to be sent does not keep it in our memory."""
        transport.close()
        self.loop.call_later(LINGER_SECONDS, _cut, transport)

    def on_response_complete(self) -> None:
        """End an answer: the next of requests sent in a row begins, or the connection is idle from now on.

        One that closes with it does not wait for ever to be read.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            if self.transport.get_write_buffer_size():
                self.loop.call_later(LINGER_SECONDS, _cut, self.transport)
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self.timeout_keep_alive)

    def _look_again(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _unset_keepalive_if_required(self) -> None:
        """Leave the timer: it looks at the clock when it goes off. Making one for each request costs more."""

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that has been idle so long; one in use is looked at again after its answer."""
        self.timeout_keep_alive_task = None
        if self.transport.is_closing() or self._in_head or not self.cycle.response_complete:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again(left)
        else:
            self._close(self.transport)

    def pause_writing(self) -> None:
        """More is to be sent than the caller takes: it has so long to go on reading."""
        super().pause_writing()
        if self._unread_timer is None:
            self._unread_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller reads on."""
        self._stop_unread_timer()
        super().resume_writing()

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None


def _cut(transport: Any) -> None:
    if not transport.is_closing() or transport.get_write_buffer_size():
        transport.abort()

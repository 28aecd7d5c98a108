"""The client for event loops, asked by tests that wait for each answer: what holds for one holds for the other."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from lgsp_client import AsyncClient

QUESTIONS = frozenset({"call", "close", "download", "get", "ping", "post", "services"})


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Any) -> Any:
        """Run *coroutine* there; return what comes of it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def stop(self) -> None:
        """End it. What a test left running would be told by the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Awaited:
    """An :class:`AsyncClient` whose questions are waited for, from any thread."""

    def __init__(self, loop: Loop, inner: AsyncClient) -> None:
        self._waits, self.inner = loop, inner

    def __repr__(self) -> str:
        return repr(self.inner)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        return self._waiting(found) if name in QUESTIONS else found

    def _waiting(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *parts, **named: self._waits.run(ask(*parts, **named))

    def for_grant(self, grant: str, purpose: str) -> "Awaited":
        return Awaited(self._waits, self.inner.for_grant(grant, purpose))

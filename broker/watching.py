"""Noticing that the caller hung up while its call is under way, so that the provider need not work for nobody."""

import asyncio
from types import TracebackType

from broker.problems import refusal
from broker.ticking import Deadlines
from broker.wire import Receive

# Most calls are over by then; only slower ones cost a second task.
AFTER_SECONDS = 0.05


class CallerWatch:
    """Around the wait for a provider: cancels it when the caller goes, and tells so as the refusal ``caller-gone``."""

    __slots__ = ("_deadlines", "_gone", "_loop", "_receive", "_task", "_watcher")

    def __init__(self, receive: Receive, deadlines: Deadlines) -> None:
        self._receive, self._deadlines = receive, deadlines
        self._loop = asyncio.get_running_loop()
        self._gone = False
        self._task: asyncio.Task[object] | None = None
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._deadlines.add(self._loop, self, self._loop.time() + AFTER_SECONDS, self._begin)
        self._task = asyncio.current_task()

    def _begin(self) -> None:
        self._watcher = self._loop.create_task(self._watch(), name="caller-watch")

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        if self._task is not None:
            self._gone = True
            self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._deadlines.discard(self)
        if self._watcher is not None:
            self._watcher.cancel()
        task, self._task, self._watcher = self._task, None, None
        if self._gone and task is not None:
            task.uncancel()
            raise refusal("caller-gone") from None

"""Noticing that the caller hung up while its call is under way, so that the provider need not work for nobody."""

import asyncio
from types import TracebackType
from typing import Any

from broker.incoming import Incoming
from broker.problems import refusal


class CallerWatch:
    """Around the wait for a provider: cancels it when the caller goes, and tells so as the refusal ``caller-gone``.

    Our own server says so at once (``server.StrictProtocol``); behind another one a task listens for it.
    """

    __slots__ = ("_connection", "_gone", "_incoming", "_task", "_watcher")

    def __init__(self, incoming: Incoming) -> None:
        self._incoming: Incoming | None = incoming
        self._connection: Any = None
        self._gone = False
        self._task: asyncio.Task[object] | None = None
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        assert self._incoming is not None  # noqa: S101
        self._task = self._incoming.task or asyncio.current_task()
        connection = self._incoming.connection and self._incoming.connection()
        if connection is None:
            loop = asyncio.get_running_loop()
            self._watcher = loop.create_task(self._watch(self._incoming), name="caller-watch")
            return
        self._connection = connection
        connection.watch(self._leave)
        if connection.gone:
            self._leave()

    def _leave(self) -> None:
        if self._task is not None:
            self._gone = True
            self._task.cancel()

    async def _watch(self, incoming: Incoming) -> None:
        while (await incoming.receive())["type"] != "http.disconnect":
            continue
        self._leave()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.when_gone = self._connection = None
        if self._watcher is not None:
            self._watcher.cancel()
        task, self._task, self._watcher, self._incoming = self._task, None, None, None
        if self._gone and task is not None:
            task.uncancel()
            raise refusal("caller-gone") from None

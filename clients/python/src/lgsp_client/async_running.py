"""Takes the steps of calls in an event loop; a driver beside ``running``, the way of a call is the same."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from lgsp_client.errors import LgspError
from lgsp_client.sinks import filling
from lgsp_client.steps import Send, Step, Steps, Wait

if TYPE_CHECKING:
    from lgsp_client.async_transport import AsyncTransport
    from lgsp_client.flow import Flow

T = TypeVar("T")


class AsyncRunner:
    """Runs calls; any number of tasks of one event loop use it."""

    def __init__(self, flow: Flow, transport: AsyncTransport) -> None:
        self.flow, self._transport = flow, transport
        # Python 3.9 binds a lock to the loop of its making, and a client is made before there is one.
        self._asking: asyncio.Lock | None = None

    async def close(self) -> None:
        """End the connections that are kept."""
        await self._transport.close()

    async def run(self, steps: Steps[T]) -> T:
        """Take all steps of a call; return what comes of it, or raise what it ends with."""
        try:
            step = next(steps)
            while True:
                try:
                    given = await self._take(step)
                except LgspError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(given)
        except StopIteration as ended:
            found: T = ended.value
            return found

    async def _take(self, step: Step) -> Any:
        if isinstance(step, Send):
            return await self._send(step)
        if isinstance(step, Wait):
            return await asyncio.sleep(step.seconds)
        self._asking = self._asking or asyncio.Lock()
        async with self._asking:
            return await self.run(self.flow.token(step))

    async def _send(self, step: Send) -> tuple[int, Any]:
        async with self._transport.send(step) as response:
            sink = step.take(response.status, response.headers)
            with filling(sink):
                async for piece in response.pieces():
                    if sink.blocks:
                        await asyncio.to_thread(sink.add, piece)
                    else:
                        sink.add(piece)
                return response.status, await asyncio.to_thread(sink.done) if sink.blocks else sink.done()

"""Takes the steps of calls on sockets, for any number of threads."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from lgsp_client.errors import LgspError
from lgsp_client.sinks import filling
from lgsp_client.steps import Send, Step, Steps, Wait

if TYPE_CHECKING:
    from lgsp_client.flow import Flow
    from lgsp_client.transport import Transport

T = TypeVar("T")


class Runner:
    """Runs calls; any number of threads use it."""

    def __init__(self, flow: Flow, transport: Transport) -> None:
        self.flow, self._transport = flow, transport
        self._asking = threading.Lock()

    def close(self) -> None:
        """End the connections that are kept."""
        self._transport.close()

    def run(self, steps: Steps[T]) -> T:
        """Take all steps of a call; return what comes of it, or raise what it ends with."""
        try:
            step = next(steps)
            while True:
                try:
                    given = self._take(step)
                except LgspError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(given)
        except StopIteration as ended:
            found: T = ended.value
            return found

    def _take(self, step: Step) -> Any:
        if isinstance(step, Send):
            return self._send(step)
        if isinstance(step, Wait):
            return time.sleep(step.seconds)
        with self._asking:
            return self.run(self.flow.token(step))

    def _send(self, step: Send) -> tuple[int, Any]:
        with self._transport.send(step) as response:
            sink = step.take(response.status, response.headers)
            with filling(sink):
                for piece in response.pieces():
                    sink.add(piece)
                return response.status, sink.done()

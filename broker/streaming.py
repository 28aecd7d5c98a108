"""An answer too large to be held whole: what is here is sent, then piece by piece what follows (decisions, 9).

The log has the status before the first byte, and how it ended before the last: without that closing row, and after a
caller or a provider that left in the middle, the connection is closed without a proper end, as every client notices.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from broker.answers import Answer, finished
from broker.engine import Engine
from broker.forwarding import Failed
from broker.incoming import Incoming
from broker.problems import KINDS, Refusal
from broker.watching import CallerWatch

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Ending:
    """How a streamed answer ended: bytes of content handed over, problem code, side."""

    sent: int = 0
    reason: str = ""
    side: str = ""

    def broke(self, code: str) -> None:
        """Name why it ended early."""
        self.reason, self.side = code, KINDS[code].side.value


async def send_streamed(answer: Answer, incoming: Incoming, engine: Engine, send: Send) -> Ending:
    """Send *answer* with what follows it; the caller reads as fast as it likes within the time of the call."""
    ending = Ending()
    try:
        with CallerWatch(incoming):
            await send({"type": "http.response.start", "status": answer.status, "headers": finished(answer, incoming)})
            await _send_pieces(answer, incoming, engine, send, ending)
    except (Refusal, Failed) as error:
        ending.broke(error.logged if isinstance(error, Refusal) else error.code)
    except asyncio.CancelledError:
        if not engine.load.ended(incoming):
            raise
        ending.broke("deadline-exceeded")
    finally:
        if answer.rest is not None:
            await answer.rest.aclose()
    engine.load.over(incoming)
    closed = await engine.close(incoming, answer, ending.sent, ending.reason, ending.side)
    if closed and not ending.reason:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    return ending


async def _send_pieces(answer: Answer, incoming: Incoming, engine: Engine, send: Send, ending: Ending) -> None:
    assert answer.rest is not None  # noqa: S101
    piece = answer.body
    answer.body = b""
    while True:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        ending.sent += len(piece)
        engine.give_back(incoming, len(piece))
        following = await anext(answer.rest, None)
        if following is None:
            return
        piece = following

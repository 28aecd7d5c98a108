"""What a call asks of the world, one step at a time: to send, to wait, to have a token.

The way of a call is a generator of steps (``flow``), so it is written once: one driver takes the steps on sockets and
threads (``running``), another in an event loop (``async_running``). A step that fails is told to the generator.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, Union

if TYPE_CHECKING:
    from lgsp_client.retrying import Deadline
    from lgsp_client.sinks import Take


@dataclass(frozen=True)
class Send:
    """Send a request, take its answer in. Gives the status and what ``take`` made of the answer."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    deadline: Deadline
    take: Take[Any]


@dataclass(frozen=True)
class Token:
    """Have a token of a grant; of all calls of a client one asks at a time. Gives its text."""

    grant: str
    purpose: str
    deadline: Deadline


@dataclass(frozen=True)
class Wait:
    """Let time pass. Gives nothing."""

    seconds: float


Step = Union[Send, Token, Wait]
T = TypeVar("T")
Steps = Generator[Step, Any, T]

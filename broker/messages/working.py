"""Large messages are read and made in a process of their own: the event loop and its lock stay with the calls.

One such process for each worker, started with the first large message. What takes too long or too much memory costs
that process its life and the message is refused; the next message gets a new one.
"""

import asyncio
import json
import os
import pickle
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from broker.messages.child import HEAD
from broker.messages.work import Declined, Work
from broker.problems import refusal
from core.formats import BadMessage

INLINE_BYTES = 64 * 1024
# XML costs several times as much a byte to read.
INLINE_XML_BYTES = 32 * 1024
SECONDS = 15.0
MOST_WAITING = 32
_ROOT = Path(__file__).resolve().parents[2]
_PIECE = 1 << 16


class _Dead(Exception):
    """The process ended, or was ended."""


class Workshop:
    """Does the work on messages, on small ones at once."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="broker-messages")
        self._child: subprocess.Popen[bytes] | None = None
        self._waiting = 0

    async def transform(self, work: Work, body: bytes) -> tuple[bytes, Any]:
        """Return what *work* makes of *body*, and what it tells.

        Raises :class:`BadMessage`, :class:`Declined`, and ``overloaded`` when too many wait.
        """
        if len(body) <= (INLINE_XML_BYTES if work.source == "xml" else INLINE_BYTES):
            return work.done(body)
        if self._waiting >= MOST_WAITING:
            raise refusal("overloaded").with_header("Retry-After", 2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._elsewhere, work, body)
        finally:
            self._waiting -= 1

    async def stop(self) -> None:
        """End the process."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._end)
        self._threads.shutdown(wait=False)

    def _elsewhere(self, work: Work, body: bytes) -> tuple[bytes, Any]:
        told = pickle.dumps(work)
        try:
            child = self._child or self._begin()
            head, made = _exchange(child, HEAD.pack(len(told), len(body)) + told + body, self.seconds)
        except (_Dead, OSError):
            self._end()
            raise _too_costly() from None
        answer = json.loads(head)
        if "refused" in answer:
            code, detail, english, pointer, line = answer["refused"]
            raise BadMessage(code, detail, english, pointer=pointer, line=line)
        if "declined" in answer:
            code, values, members, found = answer["declined"]
            raise Declined(code, values, members=members, found=found)
        if "spent" in answer:
            self._end()  # what it took may not come back whole
            raise _too_costly()
        return made, answer["told"]

    def _begin(self) -> "subprocess.Popen[bytes]":
        self._child = subprocess.Popen(
            [sys.executable, "-m", "broker.messages.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            bufsize=0,
        )
        assert self._child.stdin is not None  # noqa: S101
        os.set_blocking(self._child.stdin.fileno(), False)
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        child.kill()
        child.wait()


def _exchange(child: "subprocess.Popen[bytes]", order: bytes, seconds: float) -> tuple[bytes, bytes]:
    """Send *order*, return head and body of what comes back; both at once would be more than a pipe holds."""
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018
    until = time.monotonic() + seconds
    into, out = child.stdin.fileno(), child.stdout.fileno()
    left = memoryview(order)
    while left:
        _wait(until, into, select.POLLOUT)
        left = left[os.write(into, left[:_PIECE]) :]
    told, size = HEAD.unpack(_read(out, HEAD.size, until))
    return _read(out, told, until), _read(out, size, until)


def _read(out: int, size: int, until: float) -> bytes:
    parts = []
    while size:
        _wait(until, out, select.POLLIN)
        piece = os.read(out, min(size, 1 << 20))
        if not piece:
            raise _Dead
        parts.append(piece)
        size -= len(piece)
    return b"".join(parts)


def _wait(until: float, pipe: int, event: int) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0, int((until - time.monotonic()) * 1000))):
        raise _Dead


def _too_costly() -> BadMessage:
    detail = "Chuyển đổi nội dung này cần quá nhiều thời gian hoặc bộ nhớ."
    return BadMessage("too-costly", detail, "Converting this content takes too much time or memory.")

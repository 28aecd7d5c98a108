"""Where messages are judged: in children beside the event loop, so that no pattern and no size can stop it.

Python's ``re`` holds the interpreter while it looks, so a thread would not help. A message whose judgement takes too
long costs its child the life and its caller a refusal; its structure is then judged in a lane of its own, where it
keeps nobody else waiting. Children start with the first message that needs them and end with the broker.
"""

import asyncio
import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from catalog.projection import ProfileRow
from core.inspection.lane import read_frame, write_frame

log = structlog.get_logger(__name__)
# For one message, reading included, and for each megabyte of it; JSON takes about half a second a megabyte.
SECONDS = 2.0
_MB = 1024 * 1024
# What is larger waits in the slow lane, where it keeps no small one waiting.
LARGE = 256 * 1024
# A child has to start, and a schema to be compiled, before its first message.
FIRST_SECONDS = 10.0
MOST_WAITING = 200
_ROOT = Path(__file__).resolve().parents[2]
Finding = dict[str, Any]
CUT_OFF: list[Finding] = [{"pointer": "", "code": "too-long"}]


class Busy(Exception):
    """So many messages wait to be judged that another would wait too long."""


@dataclass(slots=True)
class Lane:
    """One child, spoken to by one thread."""

    seconds: float = SECONDS
    waiting: int = 0
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "broker-messages"))
    _child: "subprocess.Popen[bytes] | None" = None
    _line: socket.socket | None = None
    _known: set[str] = field(default_factory=set)

    async def judge(self, profile: ProfileRow, body: bytes, charset: str = "") -> list[Finding] | None:
        """Return what is wrong with *body*, said to be in *charset* ("" nothing was said); None when the time for it
        is over. Raises :class:`Busy`."""
        if self.waiting >= MOST_WAITING:
            raise Busy
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._judge, profile, body, charset)
        finally:
            self.waiting -= 1

    def _judge(self, profile: ProfileRow, body: bytes, charset: str) -> list[Finding] | None:
        key = f"{profile.profile_id}:{hash(profile.text)}"
        try:
            line = self._open()
            job = {"key": key, "form": profile.form, "charset": charset}
            answer = self._ask(line, job, profile, body, new=key not in self._known)
            if "unknown" in answer:
                answer = self._ask(line, job, profile, body, new=True)
        except (OSError, ValueError) as error:
            log.warning("broker.message_not_judged", profile=profile.code, version=profile.version, error=str(error))
            self.end()
            return None
        self._known.add(key)
        return list(answer["findings"])

    def _ask(
        self, line: socket.socket, job: dict[str, Any], profile: ProfileRow, body: bytes, *, new: bool
    ) -> dict[str, Any]:
        seconds = self.seconds + len(body) / _MB
        line.settimeout(seconds + (FIRST_SECONDS if new else 0))
        told = {**job, "seconds": seconds, **({"text": profile.text} if new else {})}
        write_frame(line, json.dumps(told).encode())
        write_frame(line, body)
        answer = read_frame(line)
        if not answer:
            raise OSError("the child is gone")
        found: dict[str, Any] = json.loads(answer)
        return found

    def _open(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            with theirs:
                self._child = subprocess.Popen(
                    [sys.executable, "-m", "core.inspection.lane"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd=_ROOT,
                )
        return self._line

    def end(self) -> None:
        """End the child, whatever it does."""
        line, child = self._line, self._child
        self._line = self._child = None
        self._known.clear()
        if line is not None:
            line.close()
        if child is not None:
            child.kill()
            child.wait()

    def close(self) -> None:
        """Let the thread finish what it does, then end the child."""
        self._thread.submit(self.end)
        self._thread.shutdown()


@dataclass(slots=True)
class Lanes:
    """The lane of everybody, and that of large messages and of structures that took too long once."""

    usual: Lane = field(default_factory=Lane)
    slow: Lane = field(default_factory=Lane)
    _slow: set[int] = field(default_factory=set)

    async def findings(self, profile: ProfileRow, body: bytes, charset: str = "") -> list[Finding]:
        """Return what is wrong with *body*; a message that takes too long is cut off. Raises :class:`Busy`."""
        lane = self.slow if profile.profile_id in self._slow or len(body) > LARGE else self.usual
        found = await lane.judge(profile, body, charset)
        if found is None:
            self._slow.add(profile.profile_id)
            return CUT_OFF
        return found

    async def close(self) -> None:
        """End the children."""
        for lane in (self.usual, self.slow):
            await asyncio.to_thread(lane.close)

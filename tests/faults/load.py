"""Signed calls at a steady rate through both doors; each answer is remembered with when it was asked for."""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import orjson

from broker.signing import sign
from tests.faults.world import TARGET, Caller

# Longer than the platform may take for any call.
PATIENCE_SECONDS = 40.0
BROKEN = 0
# The data, or a quota that was used up: the platform did its work.
SERVED = frozenset({"200", "quota-exceeded"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One signed request, which may be sent again word for word."""

    door: str
    caller: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """One call and what came of it; times are seconds of the monotonic clock, status 0 a broken connection."""

    asked: Asked
    sent: float
    done: float
    status: int
    code: str = ""
    call: str = ""

    @property
    def word(self) -> str:
        """Return how it was answered: status, code of the problem, or broken."""
        return self.code or str(self.status or "broken")

    @property
    def served(self) -> bool:
        """True when the platform did its work."""
        return self.word in SERVED


def request(door: str, caller: Caller, number: int) -> Asked:
    """Sign a call made now; a connection of its own, so that no library sends it twice unasked."""
    headers = sign(caller.credentials, method="GET", authority=door, target=TARGET, created=int(time.time()))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Asked(door, number, f"GET {TARGET} HTTP/1.1\r\nHost: {door}\r\nConnection: close\r\n{lines}\r\n".encode())


async def send(asked: Asked) -> Told:
    """Send one call and wait for its answer."""
    sent, writer = time.monotonic(), None
    host, _colon, port = asked.door.partition(":")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(asked.content)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(_field(head, "content-length") or 0)
            body = await reader.readexactly(length)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
        return Told(asked, sent, time.monotonic(), BROKEN)
    finally:
        if writer is not None:
            writer.close()
    code = orjson.loads(body)["code"] if "problem+json" in head else ""
    return Told(asked, sent, time.monotonic(), int(head[9:12]), code, _field(head, "x-request-id"))


def _field(head: str, name: str) -> str:
    return head.partition(f"\r\n{name}: ")[2].partition("\r\n")[0]


@dataclass(slots=True)
class Load:
    """Calls from a thread of its own: three of four by the first caller, in turn through each door."""

    doors: Sequence[str]
    callers: Sequence[Caller]
    rate: float
    told: list[Told] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "Load":
        """Begin."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> list[Told]:
        """Send no more, wait for all answers and return them."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_SECONDS + 10)
        return self.told

    def steady(self, since: float, seconds: float) -> bool:
        """Say whether every call sent in the last *seconds* that was answered was served, at each door, all after
        *since*."""
        begin = time.monotonic() - seconds
        if begin < since:
            return False
        lately = [one for one in list(self.told) if one.sent >= begin]
        return all(one.served for one in lately) and {one.asked.door for one in lately} == set(self.doors)

    async def _run(self) -> None:
        tasks: set[asyncio.Task[None]] = set()
        begun = time.monotonic()
        for number in count():
            await asyncio.sleep(max(0.0, begun + number / self.rate - time.monotonic()))
            if self._stop.is_set():
                break
            who = 1 if number % 8 in (3, 6) else 0
            asked = request(self.doors[number % len(self.doors)], self.callers[who], who)
            task = asyncio.create_task(self._one(asked))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _one(self, asked: Asked) -> None:
        self.told.append(await send(asked))


def again(asked: Sequence[Asked]) -> list[Told]:
    """Send requests once more, word for word, all at once."""

    async def all_of_them() -> list[Told]:
        return await asyncio.gather(*(send(one) for one in asked))

    return asyncio.run(all_of_them())

"""Client processes that let fly at the same moment; nothing of the product but how a call is signed."""

import asyncio
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from broker.signing import Credentials, sign

_SPAWN = multiprocessing.get_context("spawn")


async def read(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Read one answer; return its status and, of a problem, its code. One in chunks is read to its last chunk."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if "transfer-encoding: chunked" in head:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
        return int(head[9:12]), ""
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
    body = await reader.readexactly(length)
    return int(head[9:12]), json.loads(body)["code"] if "problem+json" in head else ""


def request(port: int, credentials: Credentials, target: str) -> bytes:
    """Sign and write a GET."""
    authority = f"127.0.0.1:{port}"
    headers = sign(credentials, method="GET", authority=authority, target=target, created=int(time.time()))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {target} HTTP/1.1\r\nHost: {authority}\r\n{lines}\r\n".encode()


async def _one(port: int, credentials: Credentials, target: str, kept: dict[int, Any], place: int) -> str:
    if place not in kept:
        kept[place] = await asyncio.open_connection("127.0.0.1", port)
    reader, writer = kept[place]
    try:
        writer.write(request(port, credentials, target))
        status, code = await asyncio.wait_for(read(reader), 40)
    except (OSError, asyncio.IncompleteReadError):
        del kept[place]
        return "broken"
    return code or str(status)


def _client(pipe: Connection, ports: Sequence[int], credentials: Credentials, target: str) -> None:
    kept: dict[int, Any] = {}

    async def volley(calls: int) -> Counter[str]:
        return Counter(
            await asyncio.gather(
                *(_one(ports[place % len(ports)], credentials, target, kept, place) for place in range(calls))
            )
        )

    with asyncio.Runner() as runner:
        while (calls := pipe.recv()) is not None:
            pipe.send(runner.run(volley(calls)))


class Clients:
    """Client processes; each signs with credentials of its own."""

    def __init__(self, ports: Sequence[int], credentials: Sequence[Credentials], target: str) -> None:
        self.pipes: list[Connection] = []
        self.processes = []
        for own in credentials:
            ours, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(target=_client, args=(theirs, ports, own, target), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)

    def fire(self, calls: int) -> Counter[str]:
        """Have *calls* calls sent at once, spread over the clients; return how they were answered: status or code."""
        each, more = divmod(calls, len(self.pipes))
        for number, pipe in enumerate(self.pipes):
            pipe.send(each + (number < more))
        return sum((pipe.recv() for pipe in self.pipes), Counter())

    def end(self) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)
            if process.is_alive():
                process.kill()


@contextmanager
def clients(ports: Sequence[int], credentials: Sequence[Credentials], target: str) -> Iterator[Clients]:
    """Give the clients; they end with the block."""
    found = Clients(ports, credentials, target)
    try:
        yield found
    finally:
        found.end()


@dataclass
class Found:
    """What a steady caller saw: seconds of each call, and how often each status came."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        """Return the seconds in which 99 of 100 calls were answered."""
        return sorted(self.times)[int(len(self.times) * 0.99)]


async def _keep_calling(pipe: Connection, port: int, credentials: Credentials, target: str, rate: int) -> Found:
    found, free, tasks = Found(), list[Any](), set[asyncio.Task[None]]()

    async def one(content: bytes) -> None:
        kept = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        begun = time.perf_counter()
        kept[1].write(content)
        status, _code = await read(kept[0])
        found.times.append(time.perf_counter() - begun)
        found.statuses[status] += 1
        free.append(kept)

    begun, number = time.monotonic(), 0
    while not pipe.poll():
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        task = asyncio.create_task(one(request(port, credentials, target)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        number += 1
    await asyncio.gather(*tasks)
    return found


def _steady(pipe: Connection, port: int, credentials: Credentials, target: str, rate: int) -> None:
    pipe.send("ready")
    found = asyncio.run(_keep_calling(pipe, port, credentials, target, rate))
    pipe.send((found.times, found.statuses))


@contextmanager
def steady(port: int, credentials: Credentials, target: str, rate: int) -> Iterator[Found]:
    """Have *rate* calls a second made by a process of its own during the block; what it saw is there after it."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_steady, args=(theirs, port, credentials, target, rate), daemon=True)
    process.start()
    theirs.close()
    found = Found()
    try:
        ours.recv()
        yield found
        ours.send("stop")
        found.times, found.statuses = ours.recv()
    finally:
        process.join(5)
        if process.is_alive():
            process.kill()

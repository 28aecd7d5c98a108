"""Broker-like processes over one database: each holds a ledger and does what it is told."""

import asyncio
import multiprocessing
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from random import choice
from time import perf_counter
from typing import Any

import psycopg

from audit.admission import Call, Ledger, LogUnavailable, Outcome, Verdict, standing
from core import clock
from core.ids import uuid7

KEYS = "bench:QmVuY2gta2V5LXRoYXQtaXMtMzItYnl0ZXMtbG9uZyE="
# One server imports all of this once and forks each process, none of which shares a connection.
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload([__name__])


def call_through(gate: int, version: int = 1, *, nonce: bytes = b"", created: Any = None, total: int = 0) -> Call:
    """Return a well-formed call through *gate* judged by *version*; fresh unless a nonce is given."""
    now = clock.now()
    return Call(
        uuid7(),
        now,
        standing(
            environment="live",
            method="GET",
            service="administrative-units",
            version="v1",
            operation="communes",
            key_id=5,
            access_key="ak_live_0123456789abcdef",
            system_id=3,
            system_code="HT-03",
            agency_id=7,
            agency_code="H60.07",
            provider_id=9,
            provider_code="H60.03",
            grant_code="QK-2026-001",
            purpose="administrative-procedures",
            gate_id=gate,
            gate_version=version,
            address="10.60.0.7",
            total_gate_id=total,
        ),
        body_digest=secrets.token_bytes(32),
        query_digest=secrets.token_bytes(32),
        created=created or now.replace(microsecond=0),
        nonce=nonce or secrets.token_bytes(16),
    )


DONE = Outcome(200, response_bytes=900, total_ms=12, upstream_id=1, upstream_status=200, upstream_ms=9)


async def submit(ledger: Ledger, calls: Sequence[Call], record: bool) -> Counter[str]:
    """Submit *calls* at once; return the verdicts counted, "down" for the log being unavailable."""

    async def one(call: Call) -> str:
        try:
            verdict = await ledger.admit(call)
            if record:
                await ledger.record(call, DONE)
        except LogUnavailable:
            return "down"
        return verdict.value

    return Counter(await asyncio.gather(*(one(call) for call in calls)))


async def steady(
    ledger: Ledger, address: str, gates: Sequence[int], seconds: float, callers: int, answered: str
) -> dict[str, Any]:
    """Let *callers* call one after the other for *seconds*, reloading when stale; write answered ids to a file."""
    versions = dict.fromkeys(gates, 1)
    reading = asyncio.Lock()
    seen: Counter[str] = Counter()
    times: list[float] = []
    out = os.open(answered, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if answered else -1

    async def reload() -> None:
        async with reading, await psycopg.AsyncConnection.connect(address, autocommit=True) as link:
            rows = await (await link.execute("select gate_id, version from audit_gate")).fetchall()
            versions.update((gate, version) for gate, version in rows if gate in versions)

    async def one(gate: int) -> None:
        begun = perf_counter()
        call = call_through(gate, versions[gate])
        verdict = await ledger.admit(call)
        while verdict is Verdict.STALE:
            seen["S"] += 1
            await reload()
            call = replace(call, standing=call_through(gate, versions[gate]).standing)
            verdict = await ledger.admit(call, owned=True)
        await ledger.record(call, DONE)
        seen[verdict.value] += 1
        times.append(perf_counter() - begun)
        if out >= 0:
            os.write(out, f"{call.call_id} {verdict.value}\n".encode())

    async def caller() -> None:
        while perf_counter() < until:
            try:
                await one(choice(gates))
            except (LogUnavailable, psycopg.Error):
                seen["down"] += 1
                await asyncio.sleep(0.01)

    until = perf_counter() + seconds
    await asyncio.gather(*(caller() for _ in range(callers)))
    return {"seen": seen, "times": sorted(times)}


def _worker(pipe: Connection, address: str, name: str) -> None:
    asyncio.run(_serve(pipe, address, name))


async def _serve(pipe: Connection, address: str, name: str) -> None:
    ledger = Ledger(address, KEYS, worker=name)
    await ledger.start()
    pipe.send("ready")
    loop = asyncio.get_running_loop()
    while (job := await loop.run_in_executor(None, pipe.recv)) is not None:
        work, arguments = job
        pipe.send(await work(ledger, *arguments))
    await ledger.stop()
    pipe.send("stopped")


class Workers:
    """Processes of their own; :meth:`do` gives each its job at the same time and returns what they answer."""

    def __init__(self, address: str, count: int) -> None:
        self.pipes, self.processes = [], []
        for number in range(count):
            ours, theirs = _FORKING.Pipe()
            process = _FORKING.Process(target=_worker, args=(theirs, address, f"worker-{number}"), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)
        for pipe in self.pipes:
            pipe.recv()

    def tell(self, work: Any, jobs: Sequence[tuple[Any, ...]]) -> None:
        """Start one job in each process."""
        for pipe, job in zip(self.pipes, jobs, strict=True):
            pipe.send((work, job))

    def hear(self) -> list[Any]:
        """Return each process's answer; None for one that was killed."""
        return [self._receive(pipe) for pipe in self.pipes]

    def do(self, work: Any, jobs: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Do both."""
        self.tell(work, jobs)
        return self.hear()

    def stop(self) -> None:
        """Let them drain and end."""
        for pipe in self.pipes:
            try:
                pipe.send(None)
            except (BrokenPipeError, OSError):
                continue
        self.hear()
        for process in self.processes:
            process.join(20)

    @staticmethod
    def _receive(pipe: Connection) -> Any:
        try:
            return pipe.recv()
        except (EOFError, OSError):
            return None


@contextmanager
def workers(address: str, count: int) -> Iterator[Workers]:
    """Give *count* processes, stopped at the end."""
    found = Workers(address, count)
    try:
        yield found
    finally:
        found.stop()

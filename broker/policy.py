"""Keeping the snapshot true: load, listen, and know when it can no longer be trusted.

Deeds announce what they change with NOTIFY; the listening connection is proof of contact. While it answers, no
announcement can have been missed, so the snapshot is as good as new; after 30 seconds without, nobody is admitted.
Each heartbeat also asks the database for its time, which is one witness of our clock (``broker.clocks``), and how far
the log is sealed (``broker.sealed``).
The admission statement decides by gate versions all the same: a stale snapshot refuses late, it never admits.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg
import structlog

from audit.admission import seal_age
from broker.clocks import Clocks
from broker.ending import ended
from broker.problems import refusal
from broker.sealed import Sealed
from broker.snapshot import Rows, Snapshot
from core import clock

log = structlog.get_logger(__name__)
CHANNEL = "lgsp_policy"
TRUSTED_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0
# While calls are refused only because the log is not sealed, which may be over any moment.
URGENT_SECONDS = 1.0
POLL_SECONDS = 60.0
PATIENCE_SECONDS = 10.0
# A new process takes no connection before its first snapshot: whoever waits for it is served, not turned away.
FIRST_SECONDS = 5.0


class Policy:
    """The present snapshot and the task that keeps it present."""

    def __init__(
        self,
        load: Callable[[], Rows],
        address: str,
        *,
        swapped: Callable[[], None] = lambda: None,
        clocks: Clocks | None = None,
        sealed: Sealed | None = None,
    ) -> None:
        self._load, self._address, self._swapped = load, address, swapped
        self.clocks = clocks or Clocks()
        self.sealed = sealed or Sealed()
        self._snapshot: Snapshot | None = None
        self._contact = float("-inf")
        self._loaded = float("-inf")
        self._running: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        self._tried = asyncio.Event()

    def current(self) -> Snapshot:
        """Return the snapshot. Raises the refusal ``policy-unavailable`` when there is none to be trusted."""
        if self._snapshot is None or time.monotonic() - self._contact > TRUSTED_SECONDS:
            raise refusal("policy-unavailable").with_header("Retry-After", 5)
        return self._snapshot

    @property
    def present(self) -> Snapshot | None:
        """The snapshot, to be trusted or not."""
        return self._snapshot

    @property
    def age(self) -> float:
        """Seconds since the snapshot was last known to be true; infinite before there is one."""
        return time.monotonic() - self._contact

    async def start(self) -> None:
        """Begin to keep the snapshot and wait for the first; without a database it goes on trying."""
        self._running = asyncio.create_task(self._keep(), name="broker-policy")
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                await self._tried.wait()

    async def stop(self) -> None:
        """End the task."""
        if self._running is not None:
            await ended(self._running)

    async def reload(self) -> Snapshot:
        """Return a snapshot whose loading began after this call did. Raises the refusal as :meth:`current` does."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._read(since=time.monotonic())
        except Exception as error:
            log.warning("broker.policy_not_loaded", error=str(error)[:500])
            raise refusal("policy-unavailable").with_header("Retry-After", 5) from None
        return self.current()

    async def _read(self, *, since: float) -> None:
        """Load, unless somebody's load that began after *since* is there by now: one serves all who wait."""
        async with self._reading:
            if self._loaded >= since:
                return
            begun = time.monotonic()
            rows = await asyncio.to_thread(self._load)
            self._snapshot = Snapshot.of(rows)
            self._loaded = begun
            self._contact = max(self._contact, begun)
            self._swapped()

    async def _keep(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("broker.policy_out_of_reach", error=str(error)[:500])
            except Exception:
                log.exception("broker.policy_not_loaded")
            self._tried.set()
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._address, autocommit=True, connect_timeout=5, application_name="lgsp-broker-policy"
        )
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            await self._hear(connection)
            await self._read(since=time.monotonic())
            self._tried.set()
            while True:
                told = False
                pause = URGENT_SECONDS if self.sealed.refusing else HEARTBEAT_SECONDS
                async for _notice in connection.notifies(timeout=pause, stop_after=1):
                    told = True
                begun = time.monotonic()
                await self._hear(connection)
                if told or begun - self._loaded > POLL_SECONDS:
                    await self._read(since=begun)
                self._contact = max(self._contact, begun)

    async def _hear(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        """Prove contact, compare clocks at the middle of the question and its answer, and hear how far is sealed."""
        begun, asked = time.monotonic(), clock.now()
        cursor = await asyncio.wait_for(connection.execute("select clock_timestamp()"), PATIENCE_SECONDS)
        row = await cursor.fetchone()
        took = time.monotonic() - begun
        if row is not None and isinstance(row[0], datetime):
            half = timedelta(seconds=took / 2)
            self.clocks.compare(ours=asked + half, theirs=row[0], monotonic=begun + took / 2, doubt=took / 2)
        self.sealed.hear(await asyncio.wait_for(seal_age(connection), PATIENCE_SECONDS))

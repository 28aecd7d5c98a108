"""One writer's connection to the database, and the epoch it writes on it."""

import asyncio
import select
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, pq

from audit.ledger.epochs import Chain, LogKey, close_epoch, open_epoch
from audit.ledger.running import Statement
from core import clock

log = structlog.get_logger(__name__)
# The server ends a wait for a lock and a runaway statement; the last bound is for a server that says nothing at all.
SESSION = (
    "-c lock_timeout=250 -c statement_timeout=5000 -c idle_in_transaction_session_timeout=5000"
    " -c synchronous_commit=on -c TimeZone=UTC -c DateStyle=ISO -c client_encoding=UTF8"
)
SILENCE_SECONDS = 10.0
FAULTS = (psycopg.Error, OSError, TimeoutError)


def _readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLERR | select.POLLHUP)
    return bool(poll.poll(0))


@dataclass(slots=True)
class Link:
    """A connection with an open epoch, or neither."""

    address: str
    kind: str
    key: LogKey
    worker: str
    text: str
    connection: AsyncConnection[Any] | None = None
    statement: Statement | None = None
    chain: Chain | None = None
    _last: Chain | None = None

    async def open(self) -> bool:
        """Connect and open an epoch that names the confirmed end of the one before; return whether it was possible."""
        try:
            self.connection = await AsyncConnection.connect(
                self.address,
                autocommit=True,
                connect_timeout=5,
                options=SESSION,
                application_name=f"lgsp-log-{self.kind}",
            )
            statement = Statement(self.connection)
            await asyncio.wait_for(statement.prepare(self.text), SILENCE_SECONDS)
            opening = open_epoch(
                self.connection, kind=self.kind, key=self.key, worker=self.worker, at=clock.now(), last=self._last
            )
            self.chain = await asyncio.wait_for(opening, SILENCE_SECONDS)
        except FAULTS as error:
            log.warning("audit.log_unreachable", kind=self.kind, error=str(error)[:500])
            await self.leave()
            return False
        self._last, self.statement = None, statement
        return True

    async def close(self) -> None:
        """Close the epoch, every row of which is confirmed, and the connection."""
        self._release()
        if self.connection is not None and self.chain is not None:
            closing = close_epoch(
                self.connection, kind=self.kind, key=self.key, worker=self.worker, at=clock.now(), last=self.chain
            )
            try:
                await asyncio.wait_for(closing, SILENCE_SECONDS)
            except FAULTS as error:
                log.warning("audit.epoch_left_open", kind=self.kind, epoch=self.chain.epoch, error=str(error)[:500])
        await self.leave()

    async def leave(self) -> None:
        """Give the connection up; the epoch ends at its last confirmed row."""
        if self.chain is not None:
            self._last, self.chain = self.chain, None
        self._release()
        connection, self.connection, self.statement = self.connection, None, None
        if connection is not None:
            await connection.close()

    def _release(self) -> None:
        if self.statement is not None:
            self.statement.release()

    async def alive(self) -> bool:
        """Return whether the idle connection still answers; something to read on it means it was probably cut."""
        connection = self.connection
        if connection is None:
            return False
        try:
            if connection.closed or _readable(connection.fileno()):
                self._release()
                await asyncio.wait_for(connection.execute("select 1"), SILENCE_SECONDS)
        except FAULTS:
            await self.leave()
            return False
        return True

    @property
    def refused(self) -> bool:
        """True after an error when the server itself said no and lives on: the statement was certainly rolled back."""
        connection = self.connection
        return (
            connection is not None
            and not connection.closed
            and connection.info.transaction_status is pq.TransactionStatus.IDLE
        )

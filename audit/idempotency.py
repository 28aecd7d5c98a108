"""Which deeds were asked for under which ``Idempotency-Key``: who came first, decided by the database (decisions, 11).

psycopg only, no Django; the broker reaches it through ``audit.admission``. A key is kept as a keyed digest. Whether
the first call still runs is read from the call log: it runs until its outcome is written, and no call is given longer
than :data:`RUNS_AT_MOST`, so one whose process died counts as used: nobody knows whether the provider got it.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from audit.ledger.calls import LogUnavailable

RUNS_AT_MOST = timedelta(seconds=90)
_SECONDS = 5
_TRIES = 3
_SESSION = "-c lock_timeout=1000 -c statement_timeout=4000 -c idle_in_transaction_session_timeout=5000"
_TAKE = """
with mine as (
  insert into audit_idempotency as i (digest, call_id, claimed_at)
  values (%(digest)s, %(call)s, statement_timestamp())
  on conflict (digest) do update set call_id = excluded.call_id, claimed_at = excluded.claimed_at
    where i.claimed_at < excluded.claimed_at - %(window)s
  returning call_id)
select call_id, false from mine
union all
select i.call_id, i.claimed_at > statement_timestamp() - %(longest)s
       and not exists (select from audit_outcome o where o.call_id = i.call_id)
  from audit_idempotency i where i.digest = %(digest)s and not exists (select from mine)
"""
_FREE = "delete from audit_idempotency where digest = %s and call_id = %s"


@dataclass(frozen=True, slots=True)
class First:
    """The call that came first under a key, and whether it still runs."""

    call_id: UUID
    running: bool


class Claims:
    """Takes and frees keys over one connection, made when the first call needs it; a key is kept for *window*."""

    def __init__(self, address: str, window: timedelta = timedelta(hours=24)) -> None:
        self._address, self.window = address, window
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection[Any] | None = None

    async def take(self, digest: bytes, call_id: UUID) -> First | None:
        """Take the key for *call_id*: None when it is ours, else who came first. Raises :class:`LogUnavailable`."""
        values = {"digest": digest, "call": call_id, "window": self.window, "longest": RUNS_AT_MOST}
        for _ in range(_TRIES):
            # A row another transaction committed during the statement is seen by the next one only.
            rows = await self._run(_TAKE, values)
            if rows:
                found = First(*rows[0])
                return None if found.call_id == call_id else found
        raise LogUnavailable("who holds the key cannot be read")

    async def free(self, digest: bytes, call_id: UUID) -> None:
        """Free the key *call_id* took. Raises :class:`LogUnavailable`."""
        await self._run(_FREE, (digest, call_id))

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _run(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        """Run a statement that may be run twice, once more on a new connection when the old one was cut."""
        async with self._turn:
            kept = self._connection is not None
            try:
                return await self._try(statement, values)
            except (psycopg.Error, OSError, TimeoutError) as error:
                await self.close()
                if not kept or not isinstance(error, psycopg.OperationalError):
                    raise LogUnavailable("idempotency keys cannot be decided") from error
            try:
                return await self._try(statement, values)
            except (psycopg.Error, OSError, TimeoutError) as error:
                await self.close()
                raise LogUnavailable("idempotency keys cannot be decided") from error

    async def _try(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        async with asyncio.timeout(_SECONDS):
            if self._connection is None:
                self._connection = await AsyncConnection.connect(
                    self._address, autocommit=True, options=_SESSION, application_name="lgsp-idempotency"
                )
            cursor = await self._connection.execute(statement, values)
            return list(await cursor.fetchall()) if cursor.description else []

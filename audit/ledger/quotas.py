"""What is left of today's calls through a gate; for those who ask, never for deciding."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import AsyncConnection

from audit.ledger.calls import LogUnavailable

_READ = """
select gate_id, lim, case when day < (now() at time zone 'Asia/Ho_Chi_Minh')::date then 0 else used end
  from audit_gate where gate_id = any(%s)
"""
_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls a gate lets through in a day in Vietnam, and how many it has today."""

    limit: int
    used: int

    @property
    def left(self) -> int:
        """Calls left today."""
        return max(0, self.limit - self.used)


class QuotaReader:
    """Reads gates over one short connection at a time, however many ask."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._turn = asyncio.Lock()

    async def read(self, gate_ids: Iterable[int]) -> dict[int, Quota]:
        """Return the quota of each gate that exists. Raises :class:`LogUnavailable`."""
        wanted = sorted(set(gate_ids))
        if not wanted:
            return {}
        try:
            async with self._turn, asyncio.timeout(_SECONDS), await self._connect() as connection:
                cursor = await connection.execute(_READ, [wanted])
                return {gate: Quota(limit, used) for gate, limit, used in await cursor.fetchall()}
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise LogUnavailable("gates cannot be read") from error

    async def _connect(self) -> AsyncConnection[Any]:
        return await AsyncConnection.connect(self._address, autocommit=True, application_name="lgsp-quotas")

"""How old the oldest row may be that is not sealed yet: what a broker asks now and then, never for a call (P4)."""

from typing import Any

from psycopg import AsyncConnection

# A log nobody seals is as old as its first opening; one that was restored waits until somebody accepts the restore.
_AGE = """
select case when exists (select from audit_recovery where kind = 'restore' and accepted_at is null) then 'infinity'
       else extract(epoch from clock_timestamp() - coalesce((select sealed_at from audit_sealing),
                                                       (select at from audit_epoch order by seq limit 1))) end
"""


async def seal_age(connection: AsyncConnection[Any]) -> float:
    """Return the seconds since everything written was sealed and outside the database; 0 for a log of no row,
    infinity for a restored one that nobody accepted yet."""
    row = await (await connection.execute(_AGE)).fetchone()
    return max(0.0, float(row[0])) if row and row[0] is not None else 0.0

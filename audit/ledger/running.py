"""Running the one statement a writer has, below psycopg's cursors: a batch adapts nothing and needs no cursor.

A cursor costs a batch as much again as the statement's own round trip does in this process. Prepared once for a
connection; parameters are texts, results are bytes as PostgreSQL writes them.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, errors, generators, pq

_NAME = b"lgsp_batch"
_DONE = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


async def prepare(connection: AsyncConnection[Any], statement: str) -> None:
    """Prepare *statement* (placeholders ``%s``) on *connection*. Raises psycopg.Error."""
    parts = statement.split("%s")
    text = "".join(f"{part}${place}" for place, part in enumerate(parts[:-1], 1)) + parts[-1]
    async with connection.lock:
        connection.pgconn.send_prepare(_NAME, text.encode())
        await _result(connection)


async def run(connection: AsyncConnection[Any], parameters: Sequence[str]) -> list[tuple[bytes | None, ...]]:
    """Run the prepared statement and return its rows. Raises psycopg.Error."""
    async with connection.lock:
        connection.pgconn.send_query_prepared(_NAME, [text.encode() for text in parameters])
        found = await _result(connection)
    value = found.get_value
    columns = range(found.nfields)
    return [tuple([value(row, column) for column in columns]) for row in range(found.ntuples)]


async def _result(connection: AsyncConnection[Any]) -> Any:
    [found] = await connection.wait(generators.execute(connection.pgconn))
    if found.status not in _DONE:
        raise errors.error_from_result(found, encoding="utf-8")
    return found

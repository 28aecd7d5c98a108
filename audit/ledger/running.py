"""Running the one statement a writer has, below psycopg's cursors: a batch adapts nothing and needs no cursor.

A cursor costs a batch as much again as the statement's own round trip does in this process, and so does psycopg's
wait, which registers the socket anew each time. Prepared once for a connection; the parameter is a text, results are
bytes as PostgreSQL writes them.
"""

import asyncio
from typing import Any

import psycopg
from psycopg import AsyncConnection, errors, generators, pq

_NAME = b"lgsp_batch"
_DONE = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class Statement:
    """The statement of one connection. Nobody else uses the connection between :meth:`run` and :meth:`release`."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection
        self._pgconn = connection.pgconn
        self._waiter: asyncio.Future[Any] | None = None
        self._found: Any = None
        # The descriptor the loop watches for us, -1: none.
        self._watched = -1

    async def prepare(self, statement: str) -> None:
        """Prepare *statement* (placeholder ``$1``). Raises psycopg.Error."""
        async with self.connection.lock:
            self._pgconn.send_prepare(_NAME, statement.encode())
            [found] = await self.connection.wait(generators.execute(self._pgconn))
        _check(found)

    async def run(self, parameter: str) -> Any:
        """Run the statement and return libpq's result. Raises psycopg.Error."""
        connection = self._pgconn
        connection.send_query_prepared(_NAME, [parameter.encode()])
        if connection.flush():
            # More than the socket takes at once: psycopg knows how to wait for both directions.
            self.release()
            [found] = await self.connection.wait(generators.execute(connection))
            return _check(found)
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        if self._watched < 0:
            self._watched = connection.socket
            loop.add_reader(self._watched, self._readable)
        try:
            return _check(await self._waiter)
        finally:
            self._waiter = self._found = None

    def _readable(self) -> None:
        """Read to the end of what the server has to say: only then is the statement committed.

        The loop is told to look away when nobody waits, or it would tell us for ever.
        """
        waiter = self._waiter
        if waiter is None or waiter.done():
            self.release()
            return
        connection = self._pgconn
        try:
            connection.consume_input()
            while not connection.is_busy():
                result = connection.get_result()
                if result is None:
                    waiter.set_result(self._found)
                    return
                self._found = result
        except psycopg.Error as error:
            # libpq has closed the socket, whose number may be another's by now.
            self.release()
            waiter.set_exception(error)

    def release(self) -> None:
        """Let the loop look away, so that the connection can be used otherwise, or closed."""
        if self._watched >= 0:
            asyncio.get_running_loop().remove_reader(self._watched)
            self._watched = -1


def _check(found: Any) -> Any:
    if found is None:
        raise psycopg.OperationalError("the server gave no answer")
    if found.status not in _DONE:
        raise errors.error_from_result(found, encoding="utf-8")
    return found

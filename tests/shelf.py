"""What the database holds after a step, copied out the first time in a process and copied back in from then on.

Bringing a dossier to a late state by the real deeds takes hundreds of statements, and hundreds of tests begin there.
A step is taken from the shelf only where nothing else was written since the test began: else it is taken for real.
Ids are those of the first time; sequences never go back, so what a test adds gets ids of its own.
"""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from core import clock

# Whatever begins with another word may write.
_READS = ("select", "savepoint", "release savepoint", "rollback to savepoint", "set constraints", "show")
# What migrating fills is everybody's.
_TABLES = """
select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
  and relname <> all (array['django_migrations', 'django_content_type', 'auth_permission'])
"""
_NOW = clock.now


@dataclass(frozen=True)
class _Kept:
    rows: dict[str, bytes]
    result: bytes


@dataclass
class Shelf:
    """The steps of one process, and where the running test stands."""

    kept: dict[tuple[Hashable, ...], _Kept] = field(default_factory=dict)
    path: tuple[Hashable, ...] = ()
    mark: int = 0
    written: int = 0

    def watch(self) -> None:
        """Count from now on the statements that may write."""
        connection.execute_wrappers.append(self._count)

    def begin(self) -> None:
        """A test begins: its database is empty."""
        self.path, self.mark = (), self.written

    def take(self, key: Hashable | None, make: Callable[[], Any]) -> Any:
        """Return what *make* returns, with the database as it leaves it; *key* names what is made."""
        when = _when()
        if key is None or when is None or not connection.in_atomic_block or self.written != self.mark:
            return make()
        before, path = self.path, (*self.path, (when, key))
        if path not in self.kept:
            result = make()
            self.kept[path] = _Kept(_copied_out(), pickle.dumps(result))
        else:
            result = pickle.loads(self.kept[path].result)
            _copy_in(self.kept[path].rows, instead=self.kept[before].rows if before in self.kept else {})
        self.path, self.mark = path, self.written
        return result

    def _count(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not str(sql).lstrip().lower().startswith(_READS):
            self.written += 1
        return execute(sql, params, many, context)


def named(kind: str, *given: Any) -> Hashable | None:
    """Return the key of a thing of a *kind* made of what is *given*; None where that is more than plain values."""
    return (kind, repr(given)) if _plain(given) else None


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_plain, value))
    return value is None or isinstance(value, (str, int, date))


def _when() -> date | None:
    """Return the day, or the moment at which a test has stopped the clock; None where it runs otherwise."""
    if clock.now is _NOW:
        return clock.today()
    moment = clock.now()
    return moment if moment == clock.now() else None


def _copied_out() -> dict[str, bytes]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        asked = (f"select '{table}' where exists (select from {table})" for (table,) in cursor.fetchall())
        cursor.execute(" union all ".join(asked))
        for (table,) in sorted(cursor.fetchall()):
            with cursor.copy(f"copy {table} to stdout (format binary)") as copy:
                found[table] = b"".join(copy)
    return found


def _copy_in(rows: dict[str, bytes], *, instead: dict[str, bytes]) -> None:
    """Put *rows* in the place of those *instead*; they fitted together once, so keys and triggers look away."""
    changed = [table for table in {**instead, **rows} if rows.get(table) != instead.get(table)]
    with connection.cursor() as cursor:
        cleared = [f"delete from {table};" for table in changed if table in instead]
        cursor.execute("set local session_replication_role = replica;" + "".join(cleared))
        for table in changed:
            if table in rows:
                with cursor.copy(f"copy {table} from stdin (format binary)") as copy:
                    copy.write(rows[table])
        cursor.execute("set local session_replication_role = origin")


SHELF = Shelf()

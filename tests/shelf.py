"""What the database holds after a step, copied out the first time in a process and copied back in from then on.

Bringing a dossier to a late state by the real deeds takes hundreds of statements, and hundreds of tests begin there.
A step is taken from the shelf only where nothing else was written since the test began: else it is taken for real.
That people sign in is nothing a step builds on: it may happen before one that is copied in.
Ids are those of the first time; sequences never go back, so what a test adds gets ids of its own.
"""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from threading import current_thread, main_thread
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from core import clock

# Whatever begins with another word may write.
_READS = ("select", "(select", "savepoint", "release savepoint", "rollback to savepoint", "set constraints", "show")
# What signing in writes, beside the moment in the person's row.
_SIGNED_IN = ("mfa_authenticator", "django_session", "axes_accesslog")
_PERSONS = "accounts_user"
_SIGNING_IN = (
    'update "accounts_user" set "last_login" =',
    *(f'{deed} "{table}"' for deed in ("insert into", "update", "delete from") for table in _SIGNED_IN),
)
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
    signed_in: bool = False
    persons: int = 0

    def watch(self) -> None:
        """Count from now on the statements that may write, on the connections of other threads, too."""
        connection.execute_wrappers.append(self._count)
        connection_created.connect(self._watch_too)

    def begin(self) -> None:
        """A test begins: its database is empty."""
        self.path, self.mark, self.signed_in = (), self.written, False

    def take(self, key: Hashable | None, make: Callable[[], Any]) -> Any:
        """Return what *make* returns, with the database as it leaves it; *key* names what is made.

        A test that commits takes what is there and leaves nothing: more happens at its commits.
        """
        when = _when()
        if key is None or when is None or not self._stands():
            return make()
        before, path = self.path, (*self.path, (when, key))
        if path in self.kept:
            result = pickle.loads(self.kept[path].result)
            _copy_in(self.kept[path].rows, instead=self.kept[before].rows if before in self.kept else {})
        else:
            persons, result = self.persons, make()
            rows = self._left_behind(before, persons=persons != self.persons)
            if rows:
                self.kept[path] = _Kept(rows, pickle.dumps(result))
        self.path, self.mark = path, self.written
        return result

    def _left_behind(self, before: tuple[Hashable, ...], *, persons: bool) -> dict[str, bytes]:
        """Return all rows but what signing in wrote; nothing where that cannot be told apart."""
        if not connection.in_atomic_block or (self.signed_in and (persons or before not in self.kept)):
            return {}
        rows = _copied_out()
        if self.signed_in:
            rows = {table: kept for table, kept in rows.items() if table not in _SIGNED_IN}
            rows[_PERSONS] = self.kept[before].rows[_PERSONS]
        return rows

    def _stands(self) -> bool:
        """Return whether the database is where the path says; one that commits may have found rows of its module."""
        if self.written != self.mark or current_thread() is not main_thread():
            return False
        return connection.in_atomic_block or bool(self.path) or not _filled()

    def _watch_too(self, *, connection: BaseDatabaseWrapper, **_named: Any) -> None:
        if self._count not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._count)

    def _count(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        begins = str(sql)[:60].lstrip().lower()
        if begins.startswith(_SIGNING_IN):
            self.signed_in = True
        elif not begins.startswith(_READS):
            self.written += 1
            self.persons += f'"{_PERSONS}"' in begins
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


def _filled() -> list[str]:
    """Return the tables that hold anything."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        asked = (f"select '{table}' where exists (select from {table})" for (table,) in cursor.fetchall())
        cursor.execute(" union all ".join(asked))
        return sorted(table for (table,) in cursor.fetchall())


def _copied_out() -> dict[str, bytes]:
    found = {}
    with connection.cursor() as cursor:
        for table in _filled():
            with cursor.copy(f"copy {table} to stdout (format binary)") as copy:
                found[table] = b"".join(copy)
    return found


def _copy_in(rows: dict[str, bytes], *, instead: dict[str, bytes]) -> None:
    """Put *rows* in the place of those *instead*; they fitted together once, so keys and triggers look away."""
    changed = [table for table in {**instead, **rows} if rows.get(table) != instead.get(table)]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cleared = [f"delete from {table};" for table in changed if table in instead]
        cursor.execute("set local session_replication_role = replica;" + "".join(cleared))
        for table in changed:
            if table in rows:
                with cursor.copy(f"copy {table} from stdin (format binary)") as copy:
                    copy.write(rows[table])
        cursor.execute("set local session_replication_role = origin")


SHELF = Shelf()

"""What the database holds after a step, copied out the first time in a run and copied back in from then on.

Bringing a dossier to a late state by the real deeds takes hundreds of statements, and hundreds of tests begin there.
A step is taken from the shelf only where nothing else was written since the test began: else it is taken for real.
That people sign in is nothing a step builds on: it may happen before one that is copied in.
Ids are those of the first time; sequences never go back, so what a test adds gets ids of its own.

The processes of a run share the shelf through a folder. A state is known by a name that is drawn when it is made, and
what is made from it is kept under that name: two processes that made the same step each go on from their own.
"""

import fcntl
import hashlib
import os
import pickle
import secrets
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from core import clock
from tests.database import filled, put_in

# Whatever begins with another word may write.
_READS = ("select", "(select", "savepoint", "release savepoint", "rollback to savepoint", "set constraints", "show")
# What signing in writes, beside the moment in the person's row.
_SIGNED_IN = ("mfa_authenticator", "django_session", "axes_accesslog")
_PERSONS = "accounts_user"
_SIGNING_IN = (
    'update "accounts_user" set "last_login" =',
    *(f'{deed} "{table}"' for deed in ("insert into", "update", "delete from") for table in _SIGNED_IN),
)
# Where the ids of tables come from.
_SEQUENCES = """
select format('select setval(%%L, greatest((select max(%%I) from %%s), (select last_value from %%s)))',
              d.objid::regclass, a.attname, d.refobjid::regclass, d.objid::regclass)
from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where d.deptype in ('a', 'i') and d.refobjid::regclass::text = any (%s)
"""
# So long is a binary copy of an empty table: its head, an extension of no length, its end.
_NO_ROWS = 11 + 4 + 4 + 2
_NOW = clock.now


@dataclass(frozen=True)
class _Kept:
    name: str
    rows: dict[str, bytes]
    result: bytes


@dataclass
class Shelf:
    """The steps this process knows, the *folder* of all, and where the running test stands: in the state *at*."""

    kept: dict[tuple[Hashable, ...], _Kept] = field(default_factory=dict)
    rows: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"": {}})
    folder: Path | None = None
    at: str = ""
    mark: int = 0
    written: int = 0
    signed_in: bool = False
    persons: int = 0
    _making: bool = False

    def watch(self, folder: Path | None) -> None:
        """Count from now on the statements that may write, on the connections of other threads, too."""
        self.folder = folder
        connection.execute_wrappers.append(self._count)
        connection_created.connect(self._watch_too)

    def begin(self) -> None:
        """A test begins: its database is empty."""
        self.at, self.mark, self.signed_in = "", self.written, False

    def take(self, key: Hashable | None, make: Callable[[], Any]) -> Any:
        """Return what *make* returns, with the database as it leaves it; *key* names what is made.

        A test that commits takes what is there and leaves nothing: more happens at its commits.
        """
        when = _when()
        if key is None or when is None or not self._stands():
            return make()
        place = (self.at, when, key)
        if place in self.kept:
            return self._copied(self.kept[place]) if self._fits(self.kept[place]) else make()
        with self._making_alone(place) as file:
            if self._found(place, file) and self._fits(self.kept[place]):
                return self._copied(self.kept[place])
            return self._made(place, make, file)

    def _made(self, place: tuple[Hashable, ...], make: Callable[[], Any], file: Path | None) -> Any:
        before, persons, signed_in = self.at, self.persons, self.signed_in
        result = make()
        self.at = secrets.token_hex(8)
        if place not in self.kept and before in self.rows and connection.in_atomic_block:
            rows = self._left_behind(before, signed_in=signed_in, persons=persons != self.persons)
            if rows:
                self.kept[place] = made = _Kept(self.at, rows, pickle.dumps(result))
                self.rows[self.at] = rows
                self.signed_in = signed_in
                _put(made, file)
        self.mark = self.written
        return result

    def _fits(self, kept: _Kept) -> bool:
        """Return whether copying in takes nothing away from those who signed in before."""
        here = self.rows.get(self.at, {})
        return not self.signed_in or all(kept.rows.get(table) == here.get(table) for table in _SIGNED_IN)

    def _copied(self, kept: _Kept) -> Any:
        result = pickle.loads(kept.result)
        _copy_in(kept.rows, instead=self.rows.get(self.at, {}))
        if kept.name not in self.rows:
            self.rows[kept.name] = kept.rows
            _give_no_more(kept.rows)
        self.at, self.mark = kept.name, self.written
        return result

    def _found(self, place: tuple[Hashable, ...], file: Path | None) -> bool:
        """Return whether another process left the step in *file*."""
        if file is None or not file.is_file():
            return False
        self.kept[place] = pickle.loads(file.read_bytes())
        return True

    @contextmanager
    def _making_alone(self, place: tuple[Hashable, ...]) -> Iterator[Path | None]:
        """Give the file of a step; while one process makes it, others wait, but for those that make one themselves.

        A test that commits makes its own: it leaves nothing that others could wait for.
        """
        if self.folder is None:
            yield None
            return
        file = self.folder / hashlib.sha256(repr(place).encode()).hexdigest()
        if self._making or not connection.in_atomic_block:
            yield file
            return
        with file.with_suffix(".making").open("w") as made:
            fcntl.flock(made, fcntl.LOCK_EX)
            self._making = True
            try:
                yield file
            finally:
                self._making = False

    def _left_behind(self, before: str, *, signed_in: bool, persons: bool) -> dict[str, bytes]:
        """Return all rows, with those that signing in wrote as they were *before*; nothing where that is unknown."""
        held = self.rows.get(before)
        if signed_in and (persons or not held):
            return {}
        rows = _copied_out({*(held or ()), *put_in()})
        if signed_in and held:
            rows = {table: kept for table, kept in rows.items() if table not in _SIGNED_IN}
            rows |= {table: kept for table, kept in held.items() if table in (*_SIGNED_IN, _PERSONS)}
        return rows

    def _stands(self) -> bool:
        """Return whether the database is where the path says; one that commits may have found rows of its module."""
        if self.written != self.mark or current_thread() is not main_thread():
            return False
        return connection.in_atomic_block or bool(self.at) or not filled()

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


def _put(made: _Kept, file: Path | None) -> None:
    """Leave a step for the other processes, whole; of two that made it the first stays."""
    if file is None:
        return
    partial = file.with_suffix(f".{made.name}")
    partial.write_bytes(pickle.dumps(made))
    try:
        os.link(partial, file)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


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


def _copied_out(tables: set[str]) -> dict[str, bytes]:
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            with cursor.copy(f"copy {table} to stdout (format binary)") as copy:
                rows = b"".join(copy)
            if len(rows) > _NO_ROWS:
                found[table] = rows
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


def _give_no_more(rows: dict[str, bytes]) -> None:
    """Let this process give no id to a new row that another process gave to one of *rows*."""
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES, [list(rows)])
        cursor.execute(" union all ".join(statement for (statement,) in cursor.fetchall()) or "select where false")


SHELF = Shelf()

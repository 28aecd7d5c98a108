"""Squashed migrations leave the database that those they replace leave, from wherever these are taken over."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from lgsp.survival.describing import OURS
from tests.migrating import by_steps

# Installations that stopped in the middle of what is squashed now.
DESK = {
    "accounts": "0006_letters_unsent",
    "catalog": "0003_message_profiles",
    "connections": "0009_papers_of_a_dossier",
}
REGISTER = {"incidents": "0004_register", "reports": "0005_campaigns", "lgsp": "0003_register"}
# The name of a partition says when it was made: it counts from the first one.
MOMENT = re.compile(r"(?<=_)(\d{10}|\d{6})(?=_|\b)")
_OURS = "relnamespace = 'public'::regnamespace"
# In what order a table has its columns is nobody's affair; rows of a type are made by place.
SHAPE = {
    "relations": f"""
        select relname, relkind, relpersistence, reloptions, relacl, relispartition, relreplident, relrowsecurity,
          relhasrules
        from pg_class where {_OURS}""",
    "columns": f"""
        select relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage,
          attcollation::regcollation, attacl, pg_get_expr(adbin, adrelid), case relkind when 'c' then attnum end
        from pg_attribute join pg_class c on c.oid = attrelid
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where {_OURS} and attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'c')""",
    "indexes": f"""
        select pg_get_indexdef(indexrelid), indisvalid from pg_index join pg_class on oid = indexrelid
        where {_OURS}""",
    "constraints": """
        select conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace""",
    "triggers": """
        select tgenabled, tgfoid::regproc, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal""",
    "functions": """
        select pg_get_functiondef(oid), proacl from pg_proc
        where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
          and oid not in (select objid from pg_depend where deptype = 'e')""",
    "types": """
        select typname, typtype from pg_type
        where typnamespace = 'public'::regnamespace and typtype in ('d', 'e', 'c')""",
    "sequences": f"""
        select relname, format_type(seqtypid, null), seqstart, seqincrement, seqmax, seqcycle,
          refobjid::regclass, refobjsubid > 0
        from pg_sequence join pg_class c on c.oid = seqrelid
        join pg_depend on objid = seqrelid and deptype in ('a', 'i')
        where {_OURS}""",
    "partitions": """
        select inhparent::regclass, inhrelid::regclass, pg_get_expr(relpartbound, inhrelid) = 'DEFAULT'
        from pg_inherits join pg_class on oid = inhrelid""",
    "extensions": "select extname, extversion from pg_extension",
    "content types": "select app_label, model from django_content_type",
    "permissions": """
        select app_label, model, codename, name from auth_permission
        join django_content_type t on t.id = content_type_id""",
}
_HOLDING = f"""
select relname from pg_class where {_OURS} and relkind = 'r'
  and relname <> all (array['django_content_type', 'auth_permission', 'django_migrations'])
"""


@contextmanager
def an_empty_database(name: str) -> Iterator[None]:
    """Work with a database that nothing was migrated in, each process with its own."""
    name, kept = f"{name}_{os.getpid()}", connection.settings_dict["NAME"]

    def turn(to: str) -> None:
        connection.close()
        connection.close_pool()
        connection.settings_dict["NAME"] = to

    with connection._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {name} with (force)")
        cursor.execute(f"create database {name}")
    turn(name)
    try:
        yield
    finally:
        turn(kept)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"drop database if exists {name} with (force)")


def migrate_as_before(upto: dict[str, str] | None) -> None:
    """Run what is replaced, in the place of what replaces it: to its end, or *upto* some migrations."""
    executor = by_steps()
    executor.migrate(executor.loader.graph.leaf_nodes() if upto is None else list(upto.items()))


def applied() -> list[tuple[str, str]]:
    """Return the migrations the database has, once for each time one was recorded."""
    with connection.cursor() as cursor:
        cursor.execute("select app, name from django_migrations order by 1, 2")
        return cursor.fetchall()


def to_do() -> list[str]:
    """Return what is left to migrate."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _back in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def left() -> dict[str, list[str]]:
    """Return what migrating left: every thing of the schema, and rows without their number and moment."""
    with connection.cursor() as cursor:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for kind, query in SHAPE.items():
            cursor.execute(query)
            found[kind] = cursor.fetchall()
        cursor.execute(_HOLDING)
        for (table,) in cursor.fetchall():
            cursor.execute(f'select to_jsonb(t) from "{table}" t')
            rows = cursor.fetchall()
            if rows:
                found[f"rows of {table}"] = rows
    moments = sorted({part for (name, *_) in found["relations"] for part in MOMENT.findall(str(name))})
    named = {moment: f"{len(moment)}:{place}" for place, moment in enumerate(moments)}
    return {
        kind: sorted(MOMENT.sub(lambda at: named.get(at[0], at[0]), repr(row)) for row in rows)
        for kind, rows in found.items()
    }


@pytest.fixture(scope="module")
def squashed(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, list[str]]]:
    """Migrate an empty database as a product does now."""
    with django_db_blocker.unblock(), an_empty_database("lgsp_squashed"):
        call_command("migrate", verbosity=0)
        assert to_do() == []
        # It counts as one that took every step: a product of before starts on it.
        loader = MigrationLoader(connection)
        assert {key for migration in loader.replacements.values() for key in migration.replaces} <= set(applied())
        yield left()


@pytest.mark.heavy
@pytest.mark.parametrize("upto", [None, DESK, REGISTER], ids=["whole", "desk", "register"])
def test_it_is_the_database_that_every_step_leads_to(
    upto: dict[str, str] | None, squashed: dict[str, list[str]], django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), an_empty_database("lgsp_by_steps"):
        migrate_as_before(upto)
        assert bool(to_do()) == bool(upto)
        before = set(applied())
        assert not any("_squashed_" in name for app, name in before if app in OURS)
        # The tables of content types and permissions are filled after migrating.
        call_command("migrate", verbosity=0)
        assert to_do() == []
        assert len(applied()) == len(set(applied()))
        assert before <= set(applied())
        by_steps = left()
    assert by_steps.keys() == squashed.keys()
    for kind, things in squashed.items():
        assert by_steps[kind] == things, kind


@pytest.mark.django_db
def test_wherever_an_installation_stands_it_goes_on_by_the_steps_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self: {})
    chain, squashes = by_steps(), MigrationLoader(connection).replacements
    steps = [migration for migration, _back in chain.migration_plan(chain.loader.graph.leaf_nodes())]
    replaced = {key: name for name, squash in squashes.items() for key in squash.replaces}
    for count in range(len(steps) + 1):
        done = {(step.app_label, step.name): step for step in steps[:count]}
        begun = {key[0] for key in done}
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _self, done=done: dict(done))
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        # An app that has taken a step takes the others; one that has taken none is made at once.
        wanted = {(step.app_label, step.name) for step in steps[count:]}
        wanted = {key if key[0] in begun else replaced.get(key, key) for key in wanted}
        assert {(migration.app_label, migration.name) for migration, _back in plan} == wanted
        assert not any(back for _migration, back in plan)

"""The test database: migrated once for all processes, and emptied row by row after a test that committed."""

from typing import Any

from django.db import connection

MIGRATED = "lgsp_migrated"
_LOCK = 7_402_519  # any number: processes of one run wait for each other at it

# Truncating a hundred tables makes as many new files with all their indexes, to throw away a few dozen rows.
# Evidence refuses to be deleted (decisions, 34) to everyone but a replica. What migrating itself puts in stays.
_EMPTY = """
do $$
declare name text; filled boolean;
begin
  set local session_replication_role = replica;
  for name in select oid::regclass from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
              and relname <> all (array['django_migrations', 'django_content_type', 'auth_permission'])
  loop
    execute format('select exists (select from %s)', name) into filled;
    if filled then execute format('delete from %s', name); end if;
  end loop;
end $$
"""


def copy_what_was_migrated_once() -> None:
    """Let the first process migrate a database; every test database is a copy of it."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_LOCK])
        cursor.execute("select 1 from pg_database where datname = %s", [MIGRATED])
        if cursor.fetchone() is None:
            held, name, test = (
                connection.settings_dict,
                connection.settings_dict["NAME"],
                connection.settings_dict["TEST"],
            )
            held["TEST"] = {**test, "NAME": MIGRATED}
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            held["NAME"], held["TEST"] = name, test
    connection.settings_dict["TEST"]["TEMPLATE"] = MIGRATED


def empty(_case: Any) -> None:
    """Delete whatever a test committed."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)

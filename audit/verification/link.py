"""The connection below Django's: COPY, and rows in binary form, which cost a third of Django's reading of them."""

from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo


def link() -> psycopg.Connection[Any]:
    """Return the connection of this thread, in whatever transaction it is."""
    connection.ensure_connection()
    found: Any = connection.connection
    below: psycopg.Connection[Any] = getattr(found, "_connection", found)
    return below


def address() -> str:
    """Return the database's address, for a connection of one's own."""
    named = connection.get_connection_params()
    kept = {name: named[name] for name in ("dbname", "user", "password", "host", "port") if named.get(name)}
    return make_conninfo(**kept)

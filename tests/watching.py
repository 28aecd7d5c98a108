"""What a denial test compares: the rows of many tables, read in one question to the database."""

from collections.abc import Iterable
from typing import Any

from django.db import connection


def rows_of(models: Iterable[Any]) -> dict[str, list[str]]:
    """Return every row of *models*, with all its columns as text, in the order of their keys."""
    tables = {model.__name__: model._meta for model in models}
    asked = (
        f"select '{name}', array(select line::text from {meta.db_table} line order by line.{meta.pk.column})"
        for name, meta in tables.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(asked))
        return dict(cursor.fetchall())

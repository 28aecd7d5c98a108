"""Changes of governed rows: in words, with the deeds that account for them; and which tables are not watched."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.module_loading import import_string

from audit.choices import TABLE_KINDS
from audit.models import Fact, RowChange
from audit.selectors.differences import Difference, told

# The three triggers audit_watch makes, in force; arguments end with a zero byte each.
_TRIGGERS = """
select c.relname, array_agg(distinct encode(t.tgargs, 'escape')) filter (where p.proname = 'audit_watch_row'), count(*)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
 where t.tgname in ('watched_rows', 'watched_changes', 'watched_whole') and t.tgenabled in ('O', 'A')
   and p.proname in ('audit_watch_row', 'audit_refuse_truncate') and c.relnamespace = current_schema()::regnamespace
 group by 1
"""


def governed() -> Mapping[str, Any]:
    """Return the governed tables and how each is watched."""
    found: Mapping[str, Any] = import_string(settings.GOVERNED_TABLES)
    return found


def unwatched() -> list[str]:
    """Return the governed tables whose triggers are missing, disabled, or not as the list says."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS)
        found = {table: (arguments, number) for table, arguments, number in cursor.fetchall()}
    return [table for table, how in governed().items() if not _as_listed(how, *found.get(table, ((), 0)))]


def _as_listed(how: Any, arguments: Sequence[str] | None, number: int) -> bool:
    wanted = [how.label, ",".join(how.hidden), ",".join(how.quiet)]
    return number == 3 and [text.split("\\000")[1:4] for text in arguments or ()] == [wanted]


@cache
def _models() -> Mapping[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def model_of(table: str) -> type[models.Model] | None:
    """Return the model whose rows lie in *table*, None when there is none any more."""
    return _models().get(table)


def kind_of(table: str) -> str:
    """Return what rows of *table* are called."""
    if table in TABLE_KINDS:
        return str(TABLE_KINDS[table])
    model = model_of(table)
    return str(model._meta.verbose_name) if model else table


def in_words(changes: Sequence[RowChange]) -> list[list[Difference]]:
    """Return what each change replaced; related rows are named with one query for each kind of row."""
    return told([(model_of(change.table), change.changes) for change in changes])


def names_of(changes: Sequence[RowChange]) -> dict[tuple[str, str], str]:
    """Return the names of the rows that still exist, with one query for each table."""
    wanted: dict[str, set[str]] = {}
    for change in changes:
        wanted.setdefault(change.table, set()).add(change.key)
    found: dict[tuple[str, str], str] = {}
    for table, keys in wanted.items():
        model = model_of(table)
        if model is not None:
            found |= {
                (table, str(row.pk)): str(row) for row in model._base_manager.select_related().filter(pk__in=keys)
            }
    return found


def deeds_of(changes: Sequence[RowChange]) -> dict[int, Fact]:
    """Return the deeds that account for *changes*, by id."""
    return Fact.objects.in_bulk({change.fact_id for change in changes if change.fact_id})


def outside_of(subject: models.Model, newest: int) -> list[RowChange]:
    """Return the newest changes of *subject* that no deed accounts for."""
    rows = RowChange.objects.outside().filter(table=subject._meta.db_table, key=str(subject.pk))
    return list(rows.order_by("-id")[:newest])

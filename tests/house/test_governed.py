"""Every table is governed, evidence or neither; what the list says is what the database does."""

import re
from typing import Any

import pytest
from auditlog.registry import auditlog
from django.apps import apps
from django.db import connection

from audit.record import SECRETS
from audit.selectors.changes import unwatched
from audit.verification.guards import standing
from lgsp.governed import EVIDENCE, FREE, GOVERNED
from lgsp.guards import FUNCTIONS, GUARDS

pytestmark = pytest.mark.django_db
_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  from pg_class c join pg_attribute a on a.attrelid = c.oid
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
   and a.attnum > 0 and not a.attisdropped
"""
_SECRET = re.compile(r"password|secret|digest|sealed|private|lookup_code|challenge|_token$")
# A name that sounds like a secret -> why it is none.
NO_SECRET = {
    ("catalog_dataerrorreport", "form_token"): "keeps a form from being sent twice; worth nothing afterwards",
    ("incidents_violationevidence", "digest"): "the digest of a manifest, told with the bundle",
    ("incidents_incident", "form_token"): "as catalog_dataerrorreport",
    ("catalog_dataservice", "not_state_secret"): "a declaration, yes or no",
    ("incidents_helpentry", "form_token"): "as catalog_dataerrorreport",
    ("incidents_weeklycheck", "form_token"): "as catalog_dataerrorreport",
    ("reports_budgetadjustment", "form_token"): "as catalog_dataerrorreport",
    ("reports_spending", "form_token"): "as catalog_dataerrorreport",
    ("reports_feedback", "form_token"): "as catalog_dataerrorreport",
    ("connections_connectionrequest", "state_secret"): "a declaration, yes or no",
}
# Kept out of the field history for its size, not for what it says; long values are marked by their digest.
LARGE = {
    ("catalog_apidescription", "content"),
    ("connections_printout", "content"),
    ("incidents_registerpaper", "content"),
    ("reports_campaign", "result"),
    ("reports_reportrun", "figures"),
    ("reports_yearlyreview", "content"),
}
# Kept out of the field history for telling nobody anything; a hand that writes past the deeds may still mean them.
OPEN = {
    ("accounts_user", "session_epoch"),
    ("accounts_user", "is_superuser"),
    ("catalog_informationsystem", "code_base"),
    ("catalog_informationsystem", "code_number"),
    ("connections_connectionrequest", "due_at"),
    ("connections_connectionrequest", "judged"),
    ("connections_connectionrequest", "operator_agreed"),
}
_TRIGGERS = """
select c.relname, bool_or(t.tgtype & 8 > 0), bool_or(t.tgtype & 16 > 0), bool_or(t.tgtype & 32 > 0)
  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
 where t.tgtype & 2 > 0 and t.tgenabled in ('O', 'A') and t.tgqual is null
   and p.prosrc like '%raise exception%' group by 1
"""


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def test_every_table_is_in_one_of_the_three_lists() -> None:
    tables = {table for table, _column, _kind in rows(_COLUMNS)}
    listed = [*GOVERNED, *EVIDENCE, *FREE]
    assert sorted(tables - set(listed)) == [], "add it to lgsp/governed.py"
    assert sorted(set(listed) - tables) == [], "no such table"
    assert len(listed) == len(set(listed))


def test_every_governed_table_is_watched_as_the_list_says() -> None:
    assert unwatched() == [], "a migration of lgsp calls install again"


@pytest.mark.parametrize("trigger", ["watched_rows", "watched_changes", "watched_whole"])
def test_a_table_that_is_no_longer_watched_is_noticed(trigger: str) -> None:
    rows_of = connection.cursor()
    rows_of.execute(f"alter table catalog_purpose disable trigger {trigger}")
    assert unwatched() == ["catalog_purpose"]
    rows_of.execute(f"drop trigger {trigger} on catalog_purpose")
    assert unwatched() == ["catalog_purpose"]


def test_models_with_field_history_are_governed_and_labels_name_their_models() -> None:
    tracked = {model._meta.db_table for model in auditlog.get_models()}
    assert sorted(tracked - GOVERNED.keys()) == []
    labels = {model._meta.db_table: model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert {table: how.label for table, how in GOVERNED.items()} == {table: labels[table] for table in GOVERNED}


def test_no_secret_column_is_shown() -> None:
    columns = [(table, column, kind) for table, column, kind in rows(_COLUMNS) if table in GOVERNED]
    secret = {(table, column) for table, column, kind in columns if _SECRET.search(column) or kind == "bytea"}
    hidden = {(table, column) for table, how in GOVERNED.items() for column in how.hidden}
    assert secret - hidden - NO_SECRET.keys() - LARGE == set()
    known = {(table, column) for table, column, _kind in columns}
    assert hidden - known == set()
    assert NO_SECRET.keys() - secret == set()


def test_what_the_field_history_leaves_out_is_hidden_quiet_or_no_secret() -> None:
    for model in auditlog.get_models():
        table, left_out = model._meta.db_table, auditlog.get_model_fields(model)["exclude_fields"]
        columns = {(table, field.column) for field in model._meta.concrete_fields if field.name in left_out}
        how = GOVERNED[table]
        assert columns <= {(table, name) for name in (*how.hidden, *how.quiet)} | LARGE | OPEN


def test_secrets_are_left_out_of_the_field_history_too() -> None:
    for model in auditlog.get_models():
        left_out = auditlog.get_model_fields(model)["exclude_fields"]
        for column in GOVERNED[model._meta.db_table].hidden:
            secret = _SECRET.search(column) and model._meta.get_field(column).name not in left_out
            assert not secret, (model, column)


def test_no_fact_names_a_secret() -> None:
    hidden = {column for how in GOVERNED.values() for column in how.hidden if _SECRET.search(column)}
    assert hidden == SECRETS


def test_the_guards_of_the_database_are_those_the_code_lists() -> None:
    guards, functions = standing()
    assert dict(guards) == GUARDS, "lgsp/guards.py names every guard a migration makes"
    assert functions == FUNCTIONS


def test_evidence_refuses_to_be_emptied() -> None:
    whole = {table for table, _gone, _changed, emptied in rows(_TRIGGERS) if emptied}
    # Spans of nonces long past are dropped whole.
    assert sorted(EVIDENCE.keys() - whole) == ["audit_nonce"]


def test_evidence_refuses_every_change() -> None:
    guarded = {table for table, gone, changed, _whole in rows(_TRIGGERS) if gone and changed}
    assert sorted(EVIDENCE.keys() - guarded) == []

"""Every governed table through every door around the services: a mark of the database, or a refusal."""

import itertools
from typing import Any

import pytest
from django.contrib import admin
from django.db import ProgrammingError, connection, models, transaction
from django.test import Client
from django.urls import get_resolver
from rest_framework import mixins

from accounts.models import User
from audit.models import RowChange
from audit.record import record_fact
from audit.selectors.changes import in_words, model_of, unwatched
from audit.selectors.history import moments_of
from catalog.models import Purpose
from core.actor import system_actor
from core.admin import BaseAdmin
from lgsp.governed import GOVERNED
from tests.house.checkers.project import PACKAGES

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.5")]
JOB = system_actor("kiểm thử")
LIST = "/quan-tri/audit/rowchange/"
_COLUMNS = """
select attname, format_type(atttypid, null), attidentity <> '' or atthasdef, attnotnull, typcategory::text
  from pg_attribute join pg_type on pg_type.oid = atttypid
 where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
"""
_ANY = {
    "S": "'x'",
    "N": "1",
    "B": "false",
    "D": "'2026-01-01'",
    "T": "'1 day'",
    "I": "'127.0.0.1'",
    "A": "'{}'",
    "R": "'empty'",
}
_BY_TYPE = {"time without time zone": "'08:00'", "jsonb": "'{}'", "uuid": "gen_random_uuid()", "bytea": "'\\x00'"}


def sql(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def committed() -> list[RowChange]:
    """Do what a commit does to deferred triggers; return the marks since the last time, oldest first."""
    before = RowChange.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
    return list(RowChange.objects.filter(id__gt=before).order_by("id"))


def _value(kind: str, category: str) -> str:
    return _BY_TYPE.get(kind) or _ANY.get(category, "'x'")


def purpose(code: str, title: str) -> Purpose:
    return Purpose.objects.create(code=code, title=title, source="kiểm thử")


def plant(table: str) -> Any:
    """Write a row by raw SQL past foreign keys and checks of the form; return its key."""
    wanted = [row for row in sql(_COLUMNS, table) if row[3] and not row[2]]
    names = ", ".join(f'"{name}"' for name, *_rest in wanted)
    values = ", ".join(_value(kind, category) for _name, kind, _d, _n, category in wanted)
    return sql(f"insert into {table} ({names}) values ({values}) returning *")[0][0]


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> str:
    """A table without the constraints that a made-up row would break; what they do is tested elsewhere."""
    table = request.param
    for name, kind in sql("select conname, contype::text from pg_constraint where conrelid = %s::regclass", table):
        if kind in "cfu":
            sql(f'alter table {table} drop constraint if exists "{name}" cascade')
    for (name,) in sql("select tgname from pg_trigger where tgrelid = %s::regclass and not tgisinternal", table):
        if not name.startswith("watched_"):
            sql(f'alter table {table} disable trigger "{name}"')
    return str(table)


def _changeable(model: type[models.Model], how: Any) -> tuple[str, Any, Any]:
    """Return a field, and two values of it."""
    for field in model._meta.concrete_fields:
        if field.primary_key or field.column in (*how.hidden, *how.quiet):
            continue
        if isinstance(field, models.BooleanField):
            return field.name, True, False
        if isinstance(field, models.CharField | models.TextField) and not field.choices:
            return field.name, "một", "hai"
        if isinstance(field, models.ForeignKey | models.IntegerField):
            return field.attname, 11, 12
        if isinstance(field, models.DateTimeField):
            return field.name, "2026-02-01T00:00Z", "2026-02-02T00:00Z"
    raise AssertionError(model)


@pytest.mark.parametrize("bare", sorted(GOVERNED), indirect=True)
def test_every_door_leaves_a_mark_or_is_refused(bare: str) -> None:
    how, model = GOVERNED[bare], model_of(bare)
    assert model is not None
    key = str(plant(bare))
    (made,) = committed()
    assert (made.table, made.key, made.operation, made.fact_id) == (bare, key, "I", None)
    assert made.role == sql("select session_user")[0][0]
    rows = model._base_manager.filter(pk=key)
    name, one, two = _changeable(model, how)
    column = next(field.column for field in model._meta.concrete_fields if name in (field.name, field.attname))

    rows.update(**{name: one})
    sql(f'update {bare} set "{column}" = %s where "{model._meta.pk.column}" = %s', two, key)
    found = rows.get()
    setattr(found, name, one)
    models.Model.save(found, update_fields=[name])  # past what the model itself would refuse
    setattr(found, name, two)
    model._base_manager.bulk_update([found], [name])
    marks = committed()
    assert [(mark.operation, list(mark.changes)) for mark in marks] == [("U", [column])] * 4
    assert all(earlier.changes[column][1] == later.changes[column][0] for earlier, later in itertools.pairwise(marks))

    rows._raw_delete("default")
    model._base_manager.bulk_create([found])
    sql(f'delete from {bare} where "{model._meta.pk.column}" = %s', key)
    assert [mark.operation for mark in committed()] == ["D", "I", "D"]
    with pytest.raises(ProgrammingError, match="TRUNCATE refused"), transaction.atomic():
        sql(f"truncate {bare} cascade")


@pytest.mark.parametrize("bare", [table for table, how in GOVERNED.items() if how.hidden], indirect=True)
def test_no_secret_is_kept_before_or_after(bare: str) -> None:
    kinds = {name: (kind, category) for name, kind, _d, _n, category in sql(_COLUMNS, bare)}
    key = str(plant(bare))
    model = model_of(bare)
    assert model is not None
    pk = model._meta.pk.column
    for column in GOVERNED[bare].hidden:
        for secret in ("canary1", "canary2"):
            value = f'{{"s": "{secret}"}}' if kinds[column][0] == "jsonb" else secret
            sql(f'update {bare} set "{column}" = %s where "{pk}" = %s', value, key)
    sql(f'delete from {bare} where "{pk}" = %s', key)
    marks = committed()
    assert {column for mark in marks for column in mark.changes} >= set(GOVERNED[bare].hidden)
    assert "canary" not in str([mark.changes for mark in marks])
    assert "{'hidden': True}" in str([mark.changes for mark in marks])
    assert "(không hiện)" in str(in_words(marks))


def test_every_page_of_the_staff_rooms_changes_rows_through_deeds_only() -> None:
    governed = [page for model, page in admin.site._registry.items() if model._meta.db_table in GOVERNED]
    assert governed
    for page in governed:
        assert isinstance(page, BaseAdmin), page
        assert type(page).save_model is BaseAdmin.save_model, page
        assert type(page).delete_model is admin.ModelAdmin.delete_model, page
        assert type(page).has_delete_permission is BaseAdmin.has_delete_permission, page


def test_the_api_changes_rows_through_deeds_only() -> None:
    assert get_resolver().url_patterns  # all views are there
    writing = (mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin)
    ready_made = [view for kind in writing for view in _below(kind) if view.__module__.split(".")[0] in PACKAGES]
    assert ready_made == [], "a view that saves by itself"


def _below(kind: type) -> set[type]:
    direct: list[type] = kind.__subclasses__()
    return {*direct, *(found for one in direct for found in _below(one))}


def test_a_deed_accounts_for_every_row_of_its_transaction() -> None:
    one, two = (purpose(f"p-{number}", f"Mục đích {number}") for number in (1, 2))
    committed()
    Purpose.objects.filter(pk__in=[one.pk, two.pk]).update(title="Khác")
    record_fact(actor=JOB, deed="x.other", subject=one)
    record_fact(actor=JOB, deed="x.y", subject=two, reason="đổi tên", clause="QC2.1")
    facts = {mark.key: mark.fact_id for mark in committed()}
    deeds = dict(sql("select id, deed from audit_fact"))
    assert {key: deeds[fact] for key, fact in facts.items()} == {str(one.pk): "x.other", str(two.pk): "x.y"}


def test_a_change_that_is_undone_or_none_leaves_no_mark() -> None:
    found = purpose("p-1", "Mục đích")
    committed()
    Purpose.objects.filter(pk=found.pk).update(title="Mục đích")
    undone = transaction.savepoint()
    Purpose.objects.filter(pk=found.pk).update(title="Khác")
    purpose("p-2", "Mới")
    transaction.savepoint_rollback(undone)
    assert committed() == []


def test_a_long_value_is_kept_as_its_digest() -> None:
    found = purpose("p-1", "Mục đích")
    committed()
    sql("alter table catalog_purpose alter column title type text")
    Purpose.objects.filter(pk=found.pk).update(title="dài " * 1000)
    (mark,) = committed()
    assert mark.changes["title"][1].keys() == {"sha256", "length"}
    assert "SHA-256" in str(in_words([mark]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("isolated", [True, False], ids=["own-transaction", "autocommit"])
def test_at_a_real_commit_an_older_fact_does_not_account_for_it(isolated: bool) -> None:
    with transaction.atomic():
        found = purpose("p-1", "Mục đích")
        record_fact(actor=JOB, deed="x.y", subject=found)
    with transaction.atomic() if isolated else transaction.mark_for_rollback_on_error("default"):
        sql("select set_config('lgsp.actor', 'Quản trị viên: sửa theo biên bản 12', %s)", isolated)
        sql("update catalog_purpose set title = 'Khác'")
    inside, outside = RowChange.objects.filter(table="catalog_purpose").order_by("id")
    assert (inside.fact_id is None, outside.fact_id is None) == (False, True)
    assert outside.changes == {"title": ["Mục đích", "Khác"]}
    if isolated:
        assert outside.claimed == "Quản trị viên: sửa theo biên bản 12"


@pytest.mark.parametrize("statement", ["update audit_row_change set role = 'x'", "delete from audit_row_change"])
def test_marks_are_evidence(statement: str) -> None:
    purpose("p-1", "Mục đích")
    assert committed()
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
        sql(statement)


@pytest.fixture
def reader(agency: Any, person: Any, signed_in: Any) -> Client:
    client: Client = signed_in(person("tt@skhcn.example", agency("H60.93", is_operator=True), "inspector"))
    return client


def test_what_was_written_around_the_services_stands_out(reader: Client, agency: Any) -> None:
    body = agency("H60.94", name="Sở Cũ")
    record_fact(actor=JOB, deed="agency.changed", subject=body)
    committed()
    body.refresh_from_db()
    sql("alter table audit_fact alter column began set default null")  # what follows is another transaction
    sql("set session_replication_role = replica")
    sql("update audit_fact set began = null")
    sql("set session_replication_role = default")
    sql("update accounts_agency set name = 'Sở Lạ' where id = %s", body.pk)
    committed()
    outside = reader.get(LIST, {"quy-trinh": "ngoai", "loai": "accounts_agency"}).content.decode()
    for text in ("Ghi ngoài quy trình", "Sở Cũ", "Sở Lạ", "Tên cơ quan"):
        assert text in outside
    inside = reader.get(LIST, {"quy-trinh": "trong", "loai": "accounts_agency"}).content.decode()
    assert "Sở Lạ</del>" not in inside
    assert "Theo quy trình" in inside
    mark = RowChange.objects.outside().filter(table="accounts_agency").latest("id")
    page = reader.get(f"{LIST}{mark.pk}/change/").content.decode()
    assert "Không có việc nào được ghi trong cùng giao dịch" in page
    told = moments_of(body, JOB, maintains=True)
    assert [moment.outside for moment in told if moment.outside] == [True]
    history = reader.get(f"/quan-tri/accounts/agency/{body.pk}/history/").content.decode()
    assert "Ghi ngoài quy trình" in history


def test_a_table_that_is_not_watched_is_told_above_the_list(reader: Client) -> None:
    assert "không được cơ sở dữ liệu theo dõi" not in reader.get(LIST).content.decode()
    sql("alter table catalog_purpose disable trigger watched_changes")
    assert unwatched() == ["catalog_purpose"]
    assert "catalog_purpose" in reader.get(LIST).content.decode()


def test_queries_do_not_grow_with_the_rows(
    reader: Client, agency: Any, person: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        person(f"nguoi-{number}@so-a.example", agency(f"H60.{60 + number}"), "agency_officer")
    committed()
    assert User.objects.count() > 20
    with django_assert_max_num_queries(24):
        assert reader.get(LIST).status_code == 200

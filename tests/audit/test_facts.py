"""Facts stand with their deed and cannot be changed by anyone, through any door."""

from collections.abc import Callable
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts.models import Agency
from audit.models import Fact
from audit.record import SECRETS, changed, record_fact
from core.actor import system_actor
from core.regulation import UnknownClause

JOB = system_actor("kiểm thử")


@pytest.mark.clause("QC8.5")
def test_a_fact_names_actor_subject_reason_and_both_sides(agency: Callable[..., Agency]) -> None:
    body = agency("H60.90", name="Sở Thử nghiệm")
    before, after = changed({"name": "Cũ", "kind": "department"}, {"name": "Mới", "kind": "department"})
    fact = record_fact(
        actor=JOB, deed="agency.changed", subject=body, before=before, after=after, reason="đổi tên", clause="QC2.1"
    )
    fact.refresh_from_db()
    assert (fact.actor_name, fact.subject_name, fact.reason) == ("kiểm thử", "Sở Thử nghiệm", "đổi tên")
    assert (fact.before, fact.after) == ({"name": "Cũ"}, {"name": "Mới"})


@pytest.mark.django_db
def test_dates_and_rows_are_kept_as_plain_values(agency: Callable[..., Agency]) -> None:
    body = agency()
    fact = record_fact(actor=JOB, deed="x.y", subject=body, after={"day": date(2026, 8, 31), "parent": body})
    assert fact.after == {"day": "2026-08-31", "parent": {"id": body.pk, "name": body.name}}


def test_an_unknown_clause_is_refused(agency: Callable[..., Agency]) -> None:
    with pytest.raises(UnknownClause):
        record_fact(actor=JOB, deed="x.y", subject=agency(), clause="QC99.1")
    assert not Fact.objects.filter(deed="x.y").exists()


@pytest.mark.clause("QC11.5")
@pytest.mark.parametrize("statement", ["update {0} set {1} = 'x'", "delete from {0}", "truncate {0} cascade"])
@pytest.mark.parametrize(("table", "column"), [("audit_fact", "reason"), ("auditlog_logentry", "object_repr")])
def test_the_database_refuses_to_change_evidence(
    agency: Callable[..., Agency], statement: str, table: str, column: str
) -> None:
    record_fact(actor=JOB, deed="x.y", subject=agency())
    assert LogEntry.objects.exists()
    assert Fact.objects.exists()
    refused = pytest.raises((ProgrammingError, InternalError), match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(statement.format(table, column))
    assert Fact.objects.filter(deed="x.y", reason="").exists()


@pytest.mark.parametrize("name", sorted(SECRETS))
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_secret_in_a_fact_is_refused(agency: Callable[..., Agency], side: str, name: str) -> None:
    with pytest.raises(RuntimeError, match="secret"):
        record_fact(actor=JOB, deed="x.y", subject=agency(), **{side: {name: "x"}})
    assert not Fact.objects.filter(deed="x.y").exists()


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_refused(transactional_db: None) -> None:
    body = Agency(code="H60.91", name="X", kind="department", source="kiểm thử")
    body.save()
    with pytest.raises(RuntimeError, match="transaction"):
        record_fact(actor=JOB, deed="x.y", subject=body)
    assert Fact.objects.count() == 0

"""The roles of the database do what they must and nothing else (decisions, 18 and 19; QC8.4)."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.conninfo import make_conninfo

from audit.admission import Ledger, Verdict
from audit.models import Fact
from audit.sealing.outside import Outside
from audit.sealing.sealer import Sealer
from audit.services import archiving
from audit.services.partitions import drop_old_nonces, make_ahead
from audit.verification.run import Asked, verify
from broker.assembly import load_rows
from connections.models import Grant
from connections.services.grant_changes import revoke_grant
from connections.services.keys import make_key
from lgsp.management.commands.database_roles import schema
from lgsp.roles import COLUMNS, ROLES, rights
from lgsp.sealed import SEALED
from lgsp.starting import judge
from tests.audit.archive.test_archive import archive, judged, place
from tests.audit.log_rows import DONE, KEYS, add_gate, address, make_call, sql, written
from tests.audit.sealing.world import KNOWN, RING, SEAL_KEYS
from tests.connections.conftest import Chain, chain
from tests.survival.conftest import forget_trial_calls

__all__ = ["chain", "place"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5", "QC12.3")]
PASSWORD = "Vai-tro-thu-2026"


class Named(dict[str, str]):
    """Names of the roles in this test's database."""

    def address(self, role: str) -> str:
        return make_conninfo(address(), user=self[role], password=PASSWORD)

    def refused(self, role: str, statement: str) -> None:
        link = psycopg.connect(self.address(role), autocommit=True)
        with link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def named(db: None) -> Iterator[Named]:
    """Roles of their own for this database, with their rights."""
    tail = str(connection.settings_dict["NAME"]).replace("-", "_")
    names = Named({role: f"{role}_{tail}" for role in ROLES})
    for name in names.values():
        sql(f"create role {name} login password '{PASSWORD}'")
    try:
        call_command("database_roles", **names)
        yield names
    finally:
        for name in names.values():
            sql(f"drop owned by {name}")
            sql(f"drop role {name}")


def test_each_role_has_exactly_the_rights_that_are_written_down(named: Named) -> None:
    call_command("database_roles", **named)  # twice is once
    found = schema()
    for role, name in named.items():
        given: dict[str, set[str]] = {}
        for table, right in sql(
            "select table_name, lower(privilege_type) from information_schema.role_table_grants where grantee = %s",
            name,
        ):
            given.setdefault(table, set()).add(right)
        assert given == {table: set(rights(role, table)) for table in found.tables if rights(role, table)}, role
        columns = sql(
            "select attrelid::regclass::text, attname from pg_attribute, aclexplode(attacl)"
            " where grantee = %s::regrole and privilege_type = 'UPDATE'",
            name,
        )
        due = {(table, column) for (who, table), listed in COLUMNS.items() if who == role for column in listed}
        assert set(columns) == due, role


FORBIDDEN = {
    "broker": (
        "update audit_intent set service = ''",
        "delete from audit_intent",
        "truncate audit_outcome",
        "update audit_gate set lim = 9",
        "delete from audit_gate",
        "insert into audit_leaf values (1)",
        "insert into audit_fact default values",
        "update connections_grant set daily_quota = 9",
        "select 1 from accounts_user",
        "select 1 from django_session",
        "drop table audit_intent",
        "create table audit_more (n int)",
        "select audit_drop_nonces('audit_nonce_2020010100')",
    ),
    "web": (
        "insert into audit_intent default values",
        "insert into audit_outcome default values",
        "insert into audit_epoch default values",
        "insert into audit_checkpoint default values",
        "update audit_fact set reason = ''",
        "delete from audit_fact",
        "delete from auditlog_logentry",
        "update audit_gate set used = 0",
        "update audit_recovery set sound = true",
        "update audit_sealing set sealed_at = now()",
        "alter table audit_fact disable trigger all",
        "set session_replication_role = replica",
        "insert into audit_tombstone default values",
        "select audit_detach_month('202401')",
        "select audit_drop_month('202401')",
    ),
    "sealer": (
        "update audit_outcome set status = 1",
        "delete from audit_leaf",
        "update audit_checkpoint set size = 0",
        "insert into audit_intent default values",
        "insert into audit_fact default values",
        "select 1 from connections_credential",
        "update audit_gate set used = 0",
    ),
    "archive": (
        "delete from audit_fact",
        "delete from audit_tombstone",
        "insert into audit_leaf values (1)",
        "insert into audit_intent default values",
        "select 1 from accounts_user",
        "drop table audit_intent_rest",
        "select audit_drop_month('202401')",
    ),
}


def test_no_role_reaches_beyond_its_rights(named: Named) -> None:
    for role, refused in FORBIDDEN.items():
        for statement in refused:
            named.refused(role, statement)


async def _one_call(place: str, gate: int) -> None:
    ledger = Ledger(place, KEYS)
    await ledger.start()
    call = make_call(gate)
    assert await ledger.admit(call) == Verdict.ADMITTED
    await ledger.record(call, DONE)
    await ledger.stop()


def test_broker_and_sealer_work_under_their_roles(named: Named, chain: Chain, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.LOG_KEYS = tmp_path, KEYS
    chain.live()
    forget_trial_calls()
    make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    asyncio.run(_one_call(named.address("broker"), add_gate()))
    with connection.cursor() as cursor:
        cursor.execute(f"set role {named['broker']}")
        try:
            with CaptureQueriesContext(connection) as asked:
                rows = load_rows_here()
            judge(may_migrate=False)
        finally:
            cursor.execute("reset role")
    read = set(re.findall(r'"((?:accounts|catalog|connections)_\w+)"', " ".join(one["sql"] for one in asked)))
    given = {table for table in schema().tables if rights("broker", table)}
    assert read == {table for table in given if not table.startswith(("audit_", "django_"))}
    assert rows.grants
    assert rows.keys
    written(2, unanswered=True)
    sealer = Sealer(named.address("sealer"), SEAL_KEYS, Outside(tmp_path), revoking=("key.made",), records=SEALED)
    sealer.outside.take()
    assert sealer.connect()
    with sealer.connection:
        sealer.resume()
        assert sealer.tick()
    sealer.outside.release()
    assert (tmp_path / "revocations.txt").exists()
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]


def load_rows_here() -> Any:
    """Read the policy as the broker does, on this connection."""
    from broker import assembly

    class Kept:
        @staticmethod
        def close_all() -> None:
            """Keep the connection: its role is what this is about."""

    kept, assembly.connections = assembly.connections, Kept  # type: ignore[assignment]
    try:
        return load_rows()
    finally:
        assembly.connections = kept


def test_the_portal_does_its_deeds_under_its_role(named: Named, chain: Chain, client: Any, signed_in: Any) -> None:
    chain.live()
    forget_trial_calls()
    written(2)
    grant = Grant.objects.open().filter(environment="live").get()
    before = Fact.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(f"set role {named['web']}")
        try:
            made = make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
            revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Thử", legal_basis="QC11.3")
            assert client.get("/").status_code == 200
            make_ahead()
            drop_old_nonces()
            verify(RING, Asked(), KNOWN)
        finally:
            cursor.execute("reset role")
    assert made.credential.pk
    assert Fact.objects.count() > before


def test_the_archive_works_under_its_role(named: Named, place: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set role {named['archive']}")
        try:
            with patch.object(archiving, "address", lambda: named.address("archive")):
                assert [one.month for one in archive(place)] == ["202401"]
        finally:
            cursor.execute("reset role")
    assert judged(place).clean


def test_a_role_that_is_not_there_or_could_do_more_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="Chưa có vai trò khong_co"):
        call_command("database_roles", web="khong_co", broker="khong_co", sealer="khong_co", archive="khong_co")
    owner = sql("select current_user")[0][0]
    with pytest.raises(CommandError, match="quyền quản trị hoặc là chủ sở hữu"):
        call_command("database_roles", web=owner, broker=owner, sealer=owner, archive=owner)

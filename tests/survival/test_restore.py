"""A backup becomes an instance again: verified, what was lost told, what was revoked since revoked (QC12.5)."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accounts.models import Membership
from accounts.services.memberships import end_membership
from audit.models import Recovery
from connections.models import Connection
from connections.services.grant_changes import revoke_grant
from connections.services.holds import place_hold
from connections.services.keys import revoke_key
from core.actor import system_actor
from lgsp.launch.instance import Instance
from lgsp.launch.places import DataFolder
from lgsp.launch.restore import Asked, bring_back
from lgsp.survival.manifest import Manifest
from tests.audit.log_rows import sql
from tests.survival.conftest import Installation

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("QC12.5"),
    # Half a minute of whole instances; what a restore judges is tested in test_acceptance.py and test_backup.py.
    pytest.mark.heavy,
    pytest.mark.xdist_group("restore"),
]
GIVEN = {"PATH": os.environ["PATH"]}


@contextmanager
def running(folder: Path) -> Iterator[Any]:
    """Give a cursor of the restored database."""
    with (
        closing(DataFolder(folder)) as data,
        Instance(data, given=GIVEN) as instance,
        psycopg.connect(instance.environment()["DATABASE_URL"], autocommit=True) as connection,
    ):
        yield connection.cursor()


def one(cursor: Any, query: str) -> Any:
    return cursor.execute(query).fetchone()[0]


def test_what_was_revoked_since_does_not_come_back_and_the_loss_is_told(installation: Installation) -> None:
    made = installation.backup()
    manifest = Manifest.read(made)
    assert manifest.log["number"] == 1
    _take_access_away(installation)
    installation.seal(2)
    lost = sql("select max(size) from audit_checkpoint")[0][0] - manifest.log["size"]
    assert lost > 20

    target = installation.folder / "restored"
    done = bring_back(Asked(made, target, installation.keys(), installation.outside, by="Trực ban", given=GIVEN))
    assert done.returncode == 0, done.stderr
    assert "điểm niêm phong 1:" in done.stdout
    assert f"mất {lost} dòng" in done.stdout
    assert "Thu hồi lại: 4" in done.stdout
    with running(target) as cursor:
        key, grant = installation.key, installation.grant
        query = "select revoked_at is not null and revoke_reason like '%%thực hiện lại sau khôi phục%%'"
        assert one(cursor, f"{query} from connections_credential where access_key = '{key.access_key}'")
        assert one(cursor, f"{query} from connections_grant where code = '{grant.code}'")
        assert one(cursor, "select count(*) from connections_hold where lifted_at is null") == 1
        assert one(cursor, "select count(*) from accounts_membership where ended_at is not null") == 1
        assert (
            one(cursor, "select count(*) from audit_fact where deed = 'recovery.restored' and clause = 'QC12.5'") == 1
        )
        row = cursor.execute("select sound, accepted_at, lost_rows, revoked, number from audit_recovery").fetchone()
        assert row == (True, None, lost, 4, 1)
    assert (target / "files" / "ab" / "abcd").read_bytes() == b"attached"
    assert not Recovery.objects.exists()


def _take_access_away(installation: Installation) -> None:
    chain = installation.chain
    operator = chain.actors["operator"]
    revoke_key(actor=chain.actors["technician"], credential=installation.key, reason="Lộ khóa")
    revoke_grant(actor=operator, grant=installation.grant, reason="Sai mục đích", legal_basis="QC11.3")
    place_hold(actor=operator, connection=Connection.objects.get(), side="operator", reason="Kiểm tra")
    leaving = Membership.objects.get(role="intake_officer")
    end_membership(actor=system_actor("Kiểm thử"), membership=leaving, reason="Nghỉ việc")

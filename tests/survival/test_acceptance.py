"""A restored database does nothing until a person accepts it; then the log lives on under another origin."""

import asyncio
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from audit.admission import seal_age
from audit.models import Fact, Recovery
from audit.sealing.beginning import Refused
from audit.sealing.notes import BadNote
from audit.sealing.revocations import NAME, read
from audit.services.recovery import Outcome, accept_restore, record_drill, record_restore
from core import clock
from core.actor import ANONYMOUS, system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from lgsp.starting import MayNotStart, judge
from tests.audit.log_rows import KEYS, address, written
from tests.audit.sealing.world import KNOWN, seal, sealing
from tests.connections.refusing import refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC12.5")]
KEEPER = system_actor("Trực ban")


def outcome(**fields: Any) -> Outcome:
    known: dict[str, Any] = {"backup": "lgsp-1", "backup_at": clock.now(), "sound": True, "seconds": 12.5}
    return Outcome(**{**known, **fields})


def age() -> float:
    async def ask() -> float:
        async with await psycopg.AsyncConnection.connect(address(), autocommit=True) as link:
            return await seal_age(link)

    return asyncio.run(ask())


def test_nothing_is_sealed_and_no_call_is_taken_before_somebody_accepts(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR, settings.LOG_KEYS = tmp_path, KEYS
    written(2)
    seal(tmp_path)
    last = clock.now()
    record_restore(actor=KEEPER, outcome=outcome(number=1, outside_number=1, outside_at=last - timedelta(minutes=7)))
    assert math.isinf(age())
    with pytest.raises(Refused, match="lgsp-1 chưa được chấp nhận"):
        seal(tmp_path)
    with pytest.raises(MayNotStart, match="chưa được chấp nhận"):
        judge(may_migrate=True)

    call_command("accept_restore", by="Nguyễn Văn A, Giám đốc", reason="Ổ đĩa hỏng, biên bản 12/BB")
    assert not math.isinf(age())
    judge(may_migrate=False)
    # Nothing was lost, and yet the original may live on somewhere: this is another life.
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert sealer.last is not None
        point = sealer.last.checkpoint
        assert (point.number, point.origin) == (2, "lgsp.example/log/2")
        assert point.after
    seal(tmp_path)
    with sealing(tmp_path) as sealer:
        assert sealer.last is not None
        assert sealer.last.checkpoint.origin == "lgsp.example/log/2"
    assert Fact.objects.get(deed="recovery.accepted").reason == "Ổ đĩa hỏng, biên bản 12/BB"
    assert Fact.objects.get(deed="recovery.accepted").actor_name == "Nguyễn Văn A, Giám đốc"


def test_what_may_not_be_accepted(settings: Any) -> None:
    def accept(reason: str = "Vì sao", actor: Any = KEEPER) -> Recovery:
        return accept_restore(actor=actor, reason=reason)

    refused(StateRefused, accept)
    record_drill(actor=KEEPER, outcome=outcome())
    refused(StateRefused, accept)
    record_restore(actor=KEEPER, outcome=outcome(sound=False))
    assert "không đạt" in str(refused(StateRefused, accept))
    record_restore(actor=KEEPER, outcome=outcome(outside_at=clock.now() - timedelta(minutes=5)))
    assert "chấp nhận từ" in str(refused(StateRefused, accept))
    record_restore(actor=KEEPER, outcome=outcome())
    refused(PermissionRefused, lambda: accept(actor=ANONYMOUS))
    refused(InvalidInput, lambda: accept(reason=" "))
    accept()
    refused(StateRefused, accept)
    with pytest.raises(CommandError, match="đang chờ chấp nhận"):
        call_command("accept_restore", by="A", reason="B")


def test_a_restore_is_never_rewritten(db: None) -> None:
    made = record_restore(actor=KEEPER, outcome=outcome())
    accept_restore(actor=KEEPER, reason="Vì sao")
    for statement in (
        "update audit_recovery set lost_rows = 9",
        "update audit_recovery set accepted_by = 'B'",
        "delete from audit_recovery",
        "truncate audit_recovery",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Recovery.objects.get(pk=made.pk).lost_rows == 0


def test_the_book_of_revocations_shows_what_was_taken_out_or_changed(tmp_path: Path) -> None:
    def revoke(name: str) -> None:
        with transaction.atomic():
            Fact.objects.create(at=clock.now(), deed="key.revoked", actor_kind="system", actor_name="A",
                                subject_type="x", subject_id="1", subject_name=name)  # fmt: skip

    for name in ("ak_1", "ak_2", "ak_3"):
        revoke(name)
        for _turn in range(2):
            with sealing(tmp_path, revoking=("key.revoked",)) as sealer:
                sealer.tick()
                sealer.tick()
    book = tmp_path / NAME
    assert [one.subject_name for one in read(tmp_path, KNOWN)] == ["ak_1", "ak_2", "ak_3"]
    assert book.stat().st_mode & 0o137 == 0
    whole = book.read_text(encoding="utf-8")
    notes = [f"lgsp-revocation{part}" for part in whole.split("lgsp-revocation")[1:]]
    for bad in (notes[0] + notes[2], notes[1] + notes[0] + notes[2], whole.replace("ak_2", "ak_9"), notes[1]):
        book.write_text(bad, encoding="utf-8")
        with pytest.raises(BadNote):
            list(read(tmp_path, KNOWN))
        with pytest.raises(Refused, match="Sổ thu hồi"), sealing(tmp_path, revoking=("key.revoked",)):
            pass
    # The beginning of a note that a crash cut off is written anew.
    book.write_text(whole[:-40], encoding="utf-8")
    with sealing(tmp_path, revoking=("key.revoked",)) as sealer:
        sealer.tick()
    assert book.read_text(encoding="utf-8") == whole


def test_staff_read_restores_and_drills_in_one_list(
    agency: Any, person: Any, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    detail = {"hours": {"30/11 08 giờ": 38}, "faults": [], "done": ["hold.placed Phần mềm một cửa"],
              "by_hand": ["grant.narrowed QK-1"], "unknown": []}  # fmt: skip
    record_drill(actor=KEEPER, outcome=outcome(backup="lgsp-20261130T010000Z", seconds=90))
    made = record_restore(actor=KEEPER, outcome=outcome(lost_rows=38, revoked=1, detail=detail))
    body = agency("H60.02", name="Sở Khoa học và Công nghệ", is_operator=True)
    client = signed_in(person("giam-sat@lgsp.example", body, "security_officer"))
    with django_assert_max_num_queries(25):
        shown = client.get(reverse("admin:audit_recovery_changelist")).content.decode()
    for text in ("Diễn tập", "lgsp-20261130T010000Z", "1 phút 30 giây", "12 giây", "Đang chờ", "Trực ban"):
        assert text in shown
    page = client.get(reverse("admin:audit_recovery_change", args=[made.pk])).content.decode()
    for text in ("30/11 08 giờ: 38", "Tạm dừng kết nối: Phần mềm một cửa", "Thu hẹp quyền khai thác: QK-1"):
        assert text in page
    outsider = signed_in(person("nguoi-khac@lgsp.example", agency("H60.07"), "technician"))
    assert outsider.get(reverse("admin:audit_recovery_changelist")).status_code in (302, 403, 404)

"""Restores and drills are written down; a restore is accepted by a person before anything goes on (QC12.5)."""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.choices import RecoveryKind
from audit.models import Recovery
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

CLAUSE = "QC12.5"
# Signatures live 5 minutes and may be dated 1 ahead; the nonces of what was lost are lost with it.
REPLAY_WINDOW = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of bringing a backup back; fields as in :class:`audit.models.Recovery`."""

    backup: str
    backup_at: datetime
    sound: bool
    seconds: float
    number: int = 0
    size: int = 0
    outside_number: int = 0
    outside_at: datetime | None = None
    lost_rows: int = 0
    revoked: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


def record_drill(*, actor: Actor, outcome: Outcome) -> Recovery:
    """Write down, in the database that was backed up, a drill that restored the backup elsewhere."""
    return _record(actor, RecoveryKind.DRILL, "recovery.drilled", outcome)


def record_restore(*, actor: Actor, outcome: Outcome) -> Recovery:
    """Mark this database as restored: nothing is sealed on it and no call is taken until a person accepts it."""
    return _record(actor, RecoveryKind.RESTORE, "recovery.restored", outcome)


@transaction.atomic
def _record(actor: Actor, kind: RecoveryKind, deed: str, outcome: Outcome) -> Recovery:
    made = Recovery.objects.create(kind=kind, at=clock.now(), done_by=actor.name[:200], **asdict(outcome))
    after = {name: getattr(made, name) for name in ("backup", "sound", "lost_rows", "revoked")}
    after["seconds"] = round(made.seconds)
    record_fact(actor=actor, deed=deed, subject=made, after=after, clause=CLAUSE)
    return made


@transaction.atomic
def accept_restore(*, actor: Actor, reason: str) -> Recovery:
    """Let the restored database go on as another life of the log.

    Raises PermissionRefused, InvalidInput without a reason, StateRefused when nothing waits, when the verification
    failed, or while signed calls of before may still be sent again.
    """
    if not actor.may("facts.view"):
        raise PermissionRefused(_("Chấp nhận khôi phục thuộc người được xem toàn bộ việc đã ghi."))
    stored = Recovery.objects.select_for_update().filter(kind=RecoveryKind.RESTORE).first()
    if stored is None or stored.accepted_at is not None:
        raise StateRefused(_("Không có lần khôi phục nào đang chờ chấp nhận."))
    if not stored.sound:
        raise StateRefused(_("Bản khôi phục không đạt kiểm tra toàn vẹn; khôi phục từ bản sao lưu khác."))
    if not (why := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do chấp nhận: ai quyết định, vì sao")]})
    if stored.outside_at and (until := stored.outside_at + REPLAY_WINDOW) > clock.now():
        text = _("Cuộc gọi đã ký trước khi mất dữ liệu còn gửi lại được; chấp nhận từ %s.")
        raise StateRefused(text % f"{until.astimezone(clock.VIETNAM):%H:%M:%S}")
    stored.accepted_at, stored.accepted_by, stored.accept_reason = clock.now(), actor.name[:200], why
    stored.save(update_fields=["accepted_at", "accepted_by", "accept_reason"])
    record_fact(actor=actor, deed="recovery.accepted", subject=stored, reason=why, clause=CLAUSE)
    return stored

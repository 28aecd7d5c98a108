"""Deeds on training sessions: prepare, open, move, cancel, mark who came (Q50-15.6, QC12.4)."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, judge, require_fresh, tidied
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from incidents.services.codes import next_code
from reports.models import TrainingSession
from reports.models.training import MANAGE
from reports.services.training_telling import tell_cancelled, tell_moved
from reports.services.training_waiting import fill_free_seats
from reports.training_choices import Result, SeatState, SessionState

CLAUSE = "Q50-15.6"
FIELDS = (
    *("title", "audience", "starts_at", "ends_at", "register_until", "place", "online_link", "content", "capacity"),
)
#: What those registered hear of when it changes.
MOVING = ("starts_at", "ends_at", "place", "online_link")
_DEEDS = {"open": "training.opened", "finish": "training.done", "cancel": "training.cancelled"}


@transaction.atomic
def save_session(
    *,
    actor: Actor,
    session: TrainingSession | None = None,
    materials: Iterable[Any] = (),
    reason_of_change: str = "",
    revision: int | None = None,
    **fields: Any,
) -> TrainingSession:
    """Prepare a session, or change one that was not held; those registered are told of a new time or place.

    Raises PermissionRefused, StateRefused for one that is over, cancelled or changed meanwhile, InvalidInput for
    dates reversed or of the past, fewer seats than are taken, a change of an open session without a reason.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Tổ chức tập huấn thuộc Cán bộ vận hành, Cán bộ báo cáo của Sở."))
    stored = _begun(session, revision)
    known = stored.pk is not None
    values = tidied(TrainingSession, fields, FIELDS)
    before, after = changed({name: getattr(stored, name) for name in values} if known else {}, values)
    wanted, had = _named(materials), _named(stored.materials.all()) if known else {}
    if known and not after and wanted == had:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored, _errors(stored, after, tidy(reason_of_change)))
    if wanted != had:
        before["materials"], after["materials"] = sorted(had.values()), sorted(wanted.values())
    moved = stored.state == SessionState.OPEN and any(name in after for name in MOVING)
    stored.revision += 1 if known else 0
    stored.moves += 1 if moved else 0
    stored.change_reason = tidy(reason_of_change)[:300] if known else ""
    stored.save()
    stored.materials.set(wanted)
    deed, reason = "training.moved" if moved else "training.saved", stored.change_reason
    record_fact(actor=actor, deed=deed, subject=stored, before=before, after=after, reason=reason, clause=CLAUSE)
    fill_free_seats(actor, stored)
    if moved:
        tell_moved(stored)
    return stored


def _named(materials: Iterable[Any]) -> dict[int, str]:
    """Return the names of *materials* by id."""
    return {document.pk: str(document) for document in materials}


def _begun(session: TrainingSession | None, revision: int | None) -> TrainingSession:
    """Return the session to change, locked and as the person saw it, or a new one."""
    if session is None or session.pk is None:
        return TrainingSession(code=next_code(TrainingSession, "TH"))
    stored = lock_session(session)
    require_fresh(stored, revision)
    if stored.state not in (SessionState.DRAFT, SessionState.OPEN):
        raise StateRefused(_("Buổi tập huấn đã kết thúc hoặc đã hủy nên không sửa được."))
    return stored


def _errors(session: TrainingSession, after: dict[str, Any], reason: str) -> Errors:
    errors: Errors = {}
    if session.starts_at and session.ends_at and session.ends_at <= session.starts_at:
        errors["ends_at"] = [_("Giờ kết thúc phải sau giờ bắt đầu")]
    if session.register_until and session.starts_at and session.register_until > session.starts_at:
        errors["register_until"] = [_("Hạn đăng ký phải trước hoặc bằng giờ bắt đầu")]
    if "starts_at" in after and session.starts_at and session.starts_at <= clock.now():
        errors["starts_at"] = [_("Giờ bắt đầu đã qua; chọn giờ sắp tới")]
    if session.pk and session.capacity:
        taken = session.seats.filter(state=SeatState.REGISTERED).count()
        if session.capacity < taken:
            errors["capacity"] = [_("Đã có %(n)s người có chỗ; số chỗ không được ít hơn") % {"n": taken}]
    if session.state == SessionState.OPEN and after and not reason:
        errors["reason_of_change"] = [_("Buổi đã mở đăng ký; nhập lý do đổi")]
    return errors


@transaction.atomic
def move_session(*, actor: Actor, session: TrainingSession, step: str, reason: str = "") -> TrainingSession:
    """Open, finish or cancel; those registered hear of a cancellation.

    Raises StateRefused, PermissionRefused, InvalidInput, GuardRefused.
    """
    stored = lock_session(session)
    before = stored.state
    taken = carry(stored, step, actor, reason=reason)
    stored.revision += 1
    if step == "open":
        stored.opened_at = clock.now()
    if step == "cancel":
        stored.change_reason = tidy(reason)[:300]
    stored.save()
    record_fact(
        actor=actor,
        deed=_DEEDS[step],
        subject=stored,
        before={"state": before},
        after={"state": stored.state},
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
    if step == "cancel":
        tell_cancelled(stored)
    return stored


@transaction.atomic
def mark_attendance(
    *,
    actor: Actor,
    session: TrainingSession,
    attended: Iterable[int],
    passed: Iterable[int],
    revision: int | None = None,
) -> TrainingSession:
    """Mark who of those with a seat came and who passed, by the ids of registrations; all others were absent.

    Raises PermissionRefused, StateRefused before it begins, once cancelled or changed meanwhile, InvalidInput for who
    passed without coming.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Điểm danh thuộc Cán bộ vận hành, Cán bộ báo cáo của Sở."))
    stored = lock_session(session)
    require_fresh(stored, revision)
    if stored.state not in (SessionState.OPEN, SessionState.DONE) or stored.starts_at > clock.now():
        raise StateRefused(_("Điểm danh khi buổi tập huấn đã bắt đầu và chưa bị hủy."))
    came, good = set(attended), set(passed)
    if good - came:
        raise InvalidInput({"passed": [_("Có người được ghi «Đạt» mà không có mặt; đánh dấu có mặt trước")]})
    seats = list(stored.seats.select_for_update().filter(state=SeatState.REGISTERED))
    for seat in seats:
        seat.attended = seat.pk in came
        seat.result = Result.PASSED if seat.pk in good else Result.FAILED if seat.attended and good else ""
        seat.save(update_fields=["attended", "result"])
    stored.revision += 1
    stored.save(update_fields=["revision"])
    after = {"present": sum(bool(seat.attended) for seat in seats), "passed": len(good & {seat.pk for seat in seats})}
    record_fact(actor=actor, deed="training.attended", subject=stored, after=after, clause=CLAUSE)
    return stored


def lock_session(session: TrainingSession) -> TrainingSession:
    """Return the session locked: whatever changes its seats stands in one line here."""
    return TrainingSession.objects.select_for_update().get(pk=session.pk)

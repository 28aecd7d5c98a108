"""Deeds of agencies on training: register people, withdraw them (QC12.4); names are erased in time."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record_fact
from catalog.selectors.terms import policy_of
from catalog.services.judging import Errors, judge
from core import clock
from core.actor import Actor, system_actor
from core.problems import PermissionRefused, StateRefused
from core.text import fold, tidy
from reports.models import TrainingSeat, TrainingSession
from reports.models.training import REGISTER
from reports.selectors.training import people_of
from reports.services.training import CLAUSE, lock_session
from reports.services.training_waiting import fill_free_seats, free_seats
from reports.training_choices import SeatState, SessionState

RETENTION = "training.names"
_JOB = system_actor("Xóa tên người học hết thời hạn giữ")


@transaction.atomic
def register_person(
    *, actor: Actor, session: TrainingSession, position: str, name: str = "", person: User | None = None
) -> TrainingSeat:
    """Register somebody of the actor's agency, one of its users or by name; where no seat is left they wait.

    Raises PermissionRefused, StateRefused once it began, is over or cancelled, InvalidInput for who is registered.
    """
    if not actor.may(REGISTER) or actor.agency_id is None or actor.user_id is None:
        raise PermissionRefused(_("Đăng ký tập huấn do người dùng của cơ quan thực hiện."))
    stored = lock_session(session)
    _require_time(stored)
    errors: Errors = {}
    if person is not None and not people_of(actor).filter(pk=person.pk).exists():
        errors["person"] = [_("Chọn người trong danh sách của cơ quan")]
    name = person.full_name if person is not None and not errors else tidy(name)
    made = TrainingSeat(
        session=stored,
        agency_id=actor.agency_id,
        person=person if not errors else None,
        name=name,
        position=tidy(position),
        registered_by_id=actor.user_id,
        registered_at=clock.now(),
        name_key=fold(f"{name}|{tidy(position)}")[:260],
    )
    known = stored.seats.standing().filter(agency_id=actor.agency_id)
    if name and known.filter(name_key=made.name_key).exists():
        errors["name"] = [_("Người này đã được đăng ký")]
    made.state = SeatState.REGISTERED if free_seats(stored) > 0 else SeatState.WAITING
    judge(made, errors, besides=("name_key", "state"))
    made.save()
    after = {"state": made.state, "seat": made.pk}
    record_fact(actor=actor, deed="training.registered", subject=stored, after=after, clause="QC12.4")
    return made


@transaction.atomic
def withdraw_person(*, actor: Actor, seat: TrainingSeat) -> TrainingSeat:
    """Withdraw a registration of the actor's agency before it begins; who waits the longest gets the seat.

    Raises PermissionRefused, StateRefused once it began or for one withdrawn already.
    """
    if not actor.may(REGISTER) or actor.agency_id != seat.agency_id:
        raise PermissionRefused(_("Chỉ cơ quan đã đăng ký rút được đăng ký của mình."))
    session = lock_session(seat.session)
    if session.state != SessionState.OPEN or session.starts_at <= clock.now():
        raise StateRefused(_("Buổi tập huấn đã bắt đầu, kết thúc hoặc bị hủy nên không rút đăng ký được nữa."))
    stored = TrainingSeat.objects.select_for_update().get(pk=seat.pk)
    if stored.state == SeatState.WITHDRAWN:
        raise StateRefused(_("Đăng ký này đã rút."))
    stored.state = SeatState.WITHDRAWN
    stored.save(update_fields=["state"])
    record_fact(actor=actor, deed="training.withdrawn", subject=session, after={"seat": stored.pk}, clause="QC12.4")
    fill_free_seats(actor, session)
    return stored


def _require_time(session: TrainingSession) -> None:
    if session.state != SessionState.OPEN:
        raise StateRefused(
            _("Buổi tập huấn đang ở tình trạng «%(state)s» nên không nhận đăng ký.")
            % {"state": session.get_state_display()}
        )
    if clock.now() >= session.closes_at:
        text = _("Đã hết hạn đăng ký lúc %(when)s. Liên hệ Sở Khoa học và Công nghệ nếu cơ quan vẫn cần tham dự.")
        when = session.closes_at.astimezone(clock.VIETNAM)
        raise StateRefused(text % {"when": f"{when:%H:%M ngày %d/%m/%Y}"})


def erase_old_names() -> int:
    """Erase names of people of sessions longer ago than the policy keeps them; return how many sessions. Safe twice.

    Attendance and agency stay, for the counts. Without a policy nothing is erased.
    """
    policy = policy_of(RETENTION)
    if policy is None:
        return 0
    limit = clock.now() - timedelta(days=policy.amount)
    old = TrainingSession.objects.filter(erased_at__isnull=True, ends_at__lt=limit).exclude(state=SessionState.DRAFT)
    return sum(_erase(pk) for pk in list(old.values_list("pk", flat=True)[:100]))


@transaction.atomic
def _erase(pk: int) -> int:
    stored = TrainingSession.objects.select_for_update(skip_locked=True).filter(pk=pk, erased_at__isnull=True).first()
    if stored is None:
        return 0
    seats = list(stored.seats.select_for_update())
    for seat in seats:
        seat.name, seat.position, seat.person, seat.name_key = "–", "–", None, f"erased|{seat.pk}"
        seat.save()
    stored.erased_at = clock.now()
    stored.save(update_fields=["erased_at"])
    record_fact(actor=_JOB, deed="training.names_erased", subject=stored, after={"erased": len(seats)}, clause=CLAUSE)
    return 1

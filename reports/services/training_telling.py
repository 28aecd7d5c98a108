"""Telling of training: reminders, moves, cancellations, each once; the mark and the notices are one transaction."""

from collections import defaultdict
from collections.abc import Iterable

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Agency, User
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.selectors.terms import ahead_of
from core import clock
from core.actor import system_actor
from reports.models import TrainingSeat, TrainingSession, TrainingTelling
from reports.training_choices import SeatState, Told

CLAUSE, REMINDER = "Q50-15.6", "training.reminder"
_JOB = system_actor("Nhắc buổi tập huấn")
log = structlog.get_logger(__name__)


def remind_due() -> int:
    """Remind of every session that begins within the term and of which nobody was reminded; return how many.

    Safe to run twice and at once. A session that moved is reminded of anew.
    """
    told = TrainingTelling.objects.filter(session=OuterRef("pk"), moves=OuterRef("moves"), what=Told.REMINDER)
    near = TrainingSession.objects.ahead().filter(~Exists(told), starts_at__lte=clock.now() + ahead_of(REMINDER))
    done = 0
    for pk in list(near.order_by("starts_at", "pk").values_list("pk", flat=True)):
        try:
            done += _remind(pk)
        except Exception:
            log.exception("training.not_told", session_id=pk)
    return done


@transaction.atomic
def _remind(pk: int) -> int:
    session = TrainingSession.objects.ahead().select_for_update(skip_locked=True).filter(pk=pk).first()
    if session is None or not _mark(session, Told.REMINDER):
        return 0
    seats = _seats(session).filter(state=SeatState.REGISTERED)
    agencies = _post(session, seats, "training.reminder", _("Sắp đến buổi tập huấn %(title)s"), Topic.DEADLINES)
    after = {"what": Told.REMINDER, "agencies": agencies}
    record_fact(actor=_JOB, deed="training.told", subject=session, after=after, clause=CLAUSE)
    return 1


def tell_moved(session: TrainingSession) -> None:
    """Tell those registered and those who wait of the new time or place; in the deed."""
    if _mark(session, Told.MOVED):
        _post(session, _seats(session), "training.moved", _("Đổi thời gian, địa điểm tập huấn %(title)s"), Topic.WORK)


def tell_cancelled(session: TrainingSession) -> None:
    """Tell those registered and those who wait that it will not be held; in the deed."""
    if _mark(session, Told.CANCELLED):
        _post(session, _seats(session), "training.cancelled", _("Hủy buổi tập huấn %(title)s"), Topic.WORK)


def tell_seat(session: TrainingSession, seat: TrainingSeat, subject: str) -> None:
    """Tell who registered *seat*, and the person, that it is theirs now; in the deed."""
    _post(session, [seat], "training.seat", subject, Topic.WORK)


def _mark(session: TrainingSession, what: Told) -> bool:
    """Note that *what* is told of the session as it stands; False where it was told. The session is locked."""
    known = TrainingTelling.objects.filter(session=session, moves=session.moves, what=what)
    if known.exists():
        return False
    TrainingTelling.objects.create(session=session, moves=session.moves, what=what, at=clock.now())
    return True


def _seats(session: TrainingSession) -> QuerySet[TrainingSeat]:
    found = TrainingSeat.objects.standing().filter(session=session)
    return found.select_related("agency", "registered_by", "person").order_by("pk")


def _post(session: TrainingSession, seats: Iterable[TrainingSeat], event: str, subject: str, topic: Topic) -> int:
    """Tell people by agency: who registered and who is registered; return how many agencies."""
    people: defaultdict[int, dict[int, User]] = defaultdict(dict)
    agencies: dict[int, Agency] = {}
    for seat in seats:
        agencies[seat.agency_id] = seat.agency
        for person in (seat.registered_by, seat.person):
            if person is not None:
                people[seat.agency_id][person.pk] = person
    message = Message(
        event=event,
        topic=topic,
        subject=subject % {"title": session.title},
        body=_body(session),
        link=reverse("training_session", args=[session.code]),
    )
    for pk, agency in agencies.items():
        post_notices(message=message, agency=agency, people=people[pk].values())
    return len(agencies)


def _body(session: TrainingSession) -> str:
    begins, ends = session.starts_at.astimezone(clock.VIETNAM), session.ends_at.astimezone(clock.VIETNAM)
    where = session.place or _("trực tuyến, liên kết ghi trên trang của buổi")
    text = _("Buổi tập huấn %(code)s: từ %(begins)s đến %(ends)s; địa điểm: %(where)s.")
    said = {
        "code": session.code,
        "begins": f"{begins:%H:%M ngày %d/%m/%Y}",
        "ends": f"{ends:%H:%M ngày %d/%m/%Y}",
        "where": where,
    }
    reason = _(" Lý do: %(reason)s.") % {"reason": session.change_reason} if session.change_reason else ""
    return text % said + reason

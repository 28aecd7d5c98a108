"""Seats that become free go to who waits the longest."""

from django.utils.translation import gettext as _

from audit.record import record_fact
from core.actor import Actor
from reports.models import TrainingSeat, TrainingSession
from reports.services.training_telling import tell_seat
from reports.training_choices import SeatState, SessionState

CLAUSE = "Q50-15.6"


def free_seats(session: TrainingSession) -> int:
    """Return how many seats are free; inside the transaction that locked the session."""
    return session.capacity - session.seats.filter(state=SeatState.REGISTERED).count()


def fill_free_seats(actor: Actor, session: TrainingSession) -> list[TrainingSeat]:
    """Give free seats of an open session to those who wait, the first first, and tell them; in the deed's transaction.

    The session is locked by the caller.
    """
    free = free_seats(session) if session.state == SessionState.OPEN else 0
    if free < 1:
        return []
    waiting = session.seats.select_for_update(of=("self",)).select_related("agency", "registered_by", "person")
    found = list(waiting.filter(state=SeatState.WAITING)[:free])
    for seat in found:
        seat.state = SeatState.REGISTERED
        seat.save(update_fields=["state"])
        record_fact(actor=actor, deed="training.promoted", subject=session, after={"seat": seat.pk}, clause=CLAUSE)
        tell_seat(session, seat, _("Đã có chỗ trong buổi tập huấn %(title)s"))
    return found

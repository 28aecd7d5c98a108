"""Training in words of pages."""

from django.utils.translation import gettext as _

from core import clock
from reports.models import TrainingSeat, TrainingSession
from reports.training_choices import SeatState


def when(session: TrainingSession) -> str:
    """Return from when to when, the day once where it is one day."""
    begins, ends = session.starts_at.astimezone(clock.VIETNAM), session.ends_at.astimezone(clock.VIETNAM)
    if begins.date() == ends.date():
        return _("%(from)s – %(to)s ngày %(day)s") % {
            "from": f"{begins:%H:%M}",
            "to": f"{ends:%H:%M}",
            "day": f"{begins:%d/%m/%Y}",
        }
    return f"{begins:%H:%M ngày %d/%m/%Y} – {ends:%H:%M ngày %d/%m/%Y}"


def standing_of(seat: TrainingSeat) -> str:
    """Return how a registration stands: waiting, seated, came, with which result."""
    if seat.state == SeatState.WAITING:
        return _("Chờ chỗ")
    if seat.attended is None:
        return _("Đã có chỗ")
    if not seat.attended:
        return _("Vắng mặt")
    return _("Có mặt, %(result)s") % {"result": seat.get_result_display().lower()} if seat.result else _("Có mặt")

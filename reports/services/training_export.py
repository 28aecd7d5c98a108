"""Lists of training to take away: who is registered, who gets a certificate (Q50-15.6)."""

from django.utils.translation import gettext as _

from core import clock
from core.sheets import Written, write_xlsx
from reports.models import TrainingSeat, TrainingSession
from reports.training_choices import Result, SeatState


def participants(session: TrainingSession) -> tuple[str, bytes]:
    """Return file name and content of the list of registrations, withdrawn ones left out."""
    heads = (_("Họ và tên"), _("Chức vụ, vị trí"), _("Cơ quan"), _("Tình trạng"), _("Có mặt"), _("Kết quả"))
    found = TrainingSeat.objects.standing().filter(session=session).select_related("agency")
    rows: list[list[Written]] = [
        [
            seat.name,
            seat.position,
            seat.agency.name,
            seat.get_state_display(),
            {None: "", True: _("Có"), False: _("Không")}[seat.attended],
            seat.get_result_display(),
        ]
        for seat in found.order_by("agency__sort_key", "id")
    ]
    return f"danh-sach-{session.code}-{clock.today():%Y-%m-%d}.xlsx", write_xlsx(heads, rows, title="Danh sách")


def certificates(session: TrainingSession) -> tuple[str, bytes]:
    """Return name and content of the list for certificates: who passed; where nobody was evaluated, who came."""
    came = TrainingSeat.objects.filter(session=session, state=SeatState.REGISTERED, attended=True)
    passed = came.filter(result=Result.PASSED)
    found = passed if came.exclude(result="").exists() else came
    heads = (_("STT"), _("Họ và tên"), _("Chức vụ, vị trí"), _("Cơ quan"), _("Buổi tập huấn"), _("Ngày"))
    day = f"{session.starts_at.astimezone(clock.VIETNAM):%d/%m/%Y}"
    rows: list[list[Written]] = [
        [place, seat.name, seat.position, seat.agency.name, session.title, day]
        for place, seat in enumerate(found.select_related("agency").order_by("agency__sort_key", "id"), 1)
    ]
    return f"chung-nhan-{session.code}-{clock.today():%Y-%m-%d}.xlsx", write_xlsx(heads, rows, title="Chứng nhận")

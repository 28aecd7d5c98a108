"""Papers on demand: the apology for a late answer with a new day, and the control slip (ux.md P9)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from connections.choices import PrintoutKind, State
from connections.models import ConnectionRequest, Printout
from connections.selectors.handovers import late_clock
from connections.services.moves import lock
from connections.services.printouts import issue_printout
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.workdays import remaining

#: Who hands dossiers on at SKHCN.
HANDLERS = ("request.intake", "request.evaluate", "request.propose")
APOLOGISERS = ("request.intake", "request.propose")


@transaction.atomic
def apologise(*, actor: Actor, request: ConnectionRequest, reason: str, new_day: date | None) -> Printout:
    """Tell the agency that its answer is late, why, and on which day it comes; the deadline itself stays.

    Raises PermissionRefused, GuardRefused while nothing is late, InvalidInput for the reason and a day not ahead.
    """
    stored = lock(request)
    if not any(map(actor.may, APOLOGISERS)):
        raise PermissionRefused(_("Xin lỗi và hẹn lại thuộc Cán bộ tiếp nhận hoặc Trưởng phòng."))
    late = late_clock(stored)
    if late is None or late.due_at is None:
        raise GuardRefused(_("Hồ sơ không có bước nào quá hạn ở phía Sở."))
    reason, errors = tidy(reason), {}
    if not reason or len(reason) > 2000:
        errors["reason"] = [_("Nhập lý do chậm, tối đa 2.000 ký tự")]
    if new_day is None or new_day <= clock.today():
        errors["new_day"] = [_("Chọn ngày hẹn lại sau hôm nay (%(day)s)") % {"day": f"{clock.today():%d/%m/%Y}"}]
    if errors:
        raise InvalidInput(errors)
    made = issue_printout(
        actor=actor,
        request=stored,
        kind=PrintoutKind.APOLOGY,
        step=str(late.get_step_display()),
        due_at=late.due_at,
        late_days=-remaining(clock.now(), late.due_at, work_calendar()),
        reason=reason,
        new_day=new_day,
    )
    announce(actor, stored, "apologise", day=f"{new_day:%d/%m/%Y}")
    return made


@transaction.atomic
def write_control_slip(*, actor: Actor, request: ConnectionRequest) -> Printout:
    """Write down through whose hands a dossier went so far; for SKHCN's own people. Raises PermissionRefused."""
    stored = lock(request)
    if not any(map(actor.may, HANDLERS)):
        raise PermissionRefused(_("Lập phiếu kiểm soát thuộc cán bộ giải quyết hồ sơ của Sở."))
    if stored.state == State.DRAFT:
        raise StateRefused(_("Hồ sơ chưa gửi, chưa có quá trình giải quyết."))
    return issue_printout(actor=actor, request=stored, kind=PrintoutKind.CONTROL, internal=True)

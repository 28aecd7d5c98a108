"""Writing a dossier: parts in any order, by any filing officer of the agency (QC10.1)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from catalog.models import InformationSystem
from connections.choices import Kind, State
from connections.models import ConnectionRequest
from connections.services.draft_parts import PARTS, read_part, store_lines
from connections.services.moves import index, last_fact, lock, said_time, touch
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

DRAFT = "request.draft"
EDITABLE = frozenset({State.DRAFT, State.COMPLETION_REQUESTED})


@transaction.atomic
def begin_request(*, actor: Actor, system: InformationSystem | None = None, kind: str = Kind.NEW) -> ConnectionRequest:
    """Begin a draft of the actor's own agency.

    Raises PermissionRefused, GuardRefused when the agency may not file, InvalidInput when the system is not its own.
    """
    agency = Agency.objects.filter(pk=actor.agency_id or 0).first()
    if agency is None or actor.user_id is None or not actor.may(DRAFT):
        raise PermissionRefused(_("Lập hồ sơ thuộc vai trò Cán bộ cơ quan."))
    if not agency.may_file or (agency.valid_to is not None and agency.valid_to < clock.today()):
        raise GuardRefused(_("%(agency)s chưa thuộc diện lập hồ sơ kết nối.") % {"agency": agency})
    if system is not None and system.owner_id != agency.pk:
        raise InvalidInput({"system": [_("Chọn hệ thống do cơ quan mình chủ quản")]})
    now = clock.now()
    made = ConnectionRequest(
        kind=kind, agency=agency, system=system, created_by_id=actor.user_id, created_at=now, changed_at=now
    )
    index(made)
    made.save()
    record_fact(actor=actor, deed="request.begun", subject=made, after={"kind": kind}, clause="QC10.1")
    return made


@transaction.atomic
def save_part(
    *, actor: Actor, request: ConnectionRequest, part: str, version: int | None = None, **fields: Any
) -> ConnectionRequest:
    """Save one part of a dossier; what is given may be incomplete, what is wrong is refused whole.

    *part* is a key of ``ConnectionRequest.parts()``. Raises InvalidInput, StateRefused (sent meanwhile, or changed by
    a colleague since *version*), PermissionRefused, and GuardRefused for a state secret, of which nothing is kept.
    """
    stored = lock(request, version=version)
    require_editable(actor, stored)
    if part not in PARTS:
        raise InvalidInput({"": [_("Hồ sơ không có phần này")]})
    values, lines = read_part(stored, part, fields)
    if values.get("state_secret"):
        raise GuardRefused(
            _("Không gửi dữ liệu bí mật nhà nước qua cổng này. Liên hệ Sở Khoa học và Công nghệ bằng văn bản mật.")
        )
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    old, new = changed(before, values)
    if lines is not None:
        old_lines, new_lines = store_lines(stored, lines)
        if old_lines != new_lines:
            old["lines"], new["lines"] = old_lines, new_lines
    if not new:
        return stored
    index(stored)
    touch(stored)
    record_fact(actor=actor, deed="request.part_saved", subject=stored, before=old, after=new, reason=part)
    return stored


@transaction.atomic
def discard_draft(*, actor: Actor, request: ConnectionRequest, reason: str = "") -> ConnectionRequest:
    """Put away a draft nobody wants any more; it stays readable as withdrawn."""
    stored = lock(request)
    require_editable(actor, stored)
    if stored.state != State.DRAFT:
        raise StateRefused(_("Hồ sơ đã gửi; rút hồ sơ là việc của đại diện cơ quan."))
    stored.withdraw()
    stored.ended_at, stored.end_reason = clock.now(), tidy(reason) or _("Xóa bản nháp")
    touch(stored)
    record_fact(actor=actor, deed="request.discarded", subject=stored, reason=stored.end_reason, clause="QC10.1")
    return stored


def require_editable(actor: Actor, request: ConnectionRequest) -> None:
    """Judge whether *actor* may write in a locked dossier. Raises PermissionRefused or StateRefused."""
    if not actor.may(DRAFT) or actor.agency_id != request.agency_id:
        raise PermissionRefused(_("Sửa hồ sơ thuộc cán bộ của %(agency)s.") % {"agency": request.agency})
    if request.state not in EDITABLE:
        raise closed_for_writing(request)


def closed_for_writing(request: ConnectionRequest) -> StateRefused:
    """Return the refusal to write in a dossier that moved on: who moved it where, and when (ux.md §4.3)."""
    label = State(request.state).label
    fact = last_fact(request, after__has_key="state")
    if fact is None:
        text = _("Hồ sơ đang ở tình trạng «%(state)s», không sửa được. Nội dung bạn nhập vẫn được giữ bên dưới.")
        return StateRefused(text % {"state": label})
    text = _("%(name)s vừa chuyển hồ sơ sang «%(state)s» lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
    return StateRefused(text % {"name": fact.actor_name, "state": label, "time": said_time(fact.at)})

"""Writing a dossier: parts in any order, by any filing officer of the agency (QC10.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from catalog.models import InformationSystem
from connections.choices import Kind, State
from connections.models import ConnectionRequest
from connections.selectors.parts import seen_part
from connections.services.draft_parts import PARTS, read_part, store_lines
from connections.services.moves import index, last_fact, lock, said_time, touch
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

DRAFT = "request.draft"
EDITABLE = frozenset({State.DRAFT, State.COMPLETION_REQUESTED})


class PartChanged(StateRefused):
    """Somebody wrote in the same part since the form was opened; what was typed is still with the person."""


@transaction.atomic
def begin_request(*, actor: Actor, system: InformationSystem | None = None, kind: str = Kind.NEW) -> ConnectionRequest:
    """Begin an empty draft of the actor's own agency.

    Raises PermissionRefused, GuardRefused when the agency may not file, InvalidInput when the system is not its own.
    """
    agency = judge_filing(actor)
    if system is not None and system.owner_id != agency.pk:
        raise InvalidInput({"system": [_("Chọn hệ thống do cơ quan mình chủ quản")]})
    now = clock.now()
    made = ConnectionRequest(
        kind=kind, agency=agency, system=system, created_by_id=actor.user_id or 0, created_at=now, changed_at=now
    )
    index(made)
    made.save()
    record_fact(actor=actor, deed="request.begun", subject=made, after={"kind": kind}, clause="QC10.1")
    return made


def judge_filing(actor: Actor, *, lock: bool = False) -> Agency:
    """Return the agency *actor* may file for, locked against a second filing at this moment when asked.

    Raises PermissionRefused, and GuardRefused when the agency may not file.
    """
    agencies = Agency.objects.select_for_update(no_key=True) if lock else Agency.objects.all()
    agency = agencies.filter(pk=actor.agency_id or 0).first()
    if agency is None or actor.user_id is None or not actor.may(DRAFT):
        raise PermissionRefused(_("Lập hồ sơ thuộc vai trò Cán bộ cơ quan."))
    if not agency.may_file or (agency.valid_to is not None and agency.valid_to < clock.today()):
        raise GuardRefused(_("%(agency)s chưa thuộc diện lập hồ sơ kết nối.") % {"agency": agency})
    return agency


@transaction.atomic
def save_part(
    *,
    actor: Actor,
    request: ConnectionRequest,
    part: str,
    seen: str = "",
    **fields: Any,
) -> ConnectionRequest:
    """Save one part of a dossier; what is given may be incomplete, what is wrong is refused whole.

    *part* is a key of ``ConnectionRequest.parts()``; *seen* is the mark of the part as the form showed it
    (``connections.selectors.parts``). The same answers saved twice are saved once. Raises InvalidInput, StateRefused
    (sent meanwhile, or :class:`PartChanged` by a colleague), PermissionRefused, and GuardRefused for a state secret,
    of which nothing is kept.
    """
    stored = lock(request)
    require_editable(actor, stored)
    if part not in PARTS:
        raise InvalidInput({"": [_("Hồ sơ không có phần này")]})
    values, lines = read_part(stored, part, fields)
    if values.get("state_secret"):
        raise GuardRefused(
            _("Không gửi dữ liệu bí mật nhà nước qua cổng này. Liên hệ Sở Khoa học và Công nghệ bằng văn bản mật.")
        )
    if stored.follows_id is not None and values.get("system", stored.system) != stored.system:
        raise InvalidInput({"system": [_("Hồ sơ thay đổi, gia hạn giữ nguyên hệ thống đang kết nối")]})
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    if new and seen and seen != seen_part(stored, part):
        raise _changed_meanwhile(actor, stored, part)
    for name, value in values.items():
        setattr(stored, name, value)
    _write_lines(stored, lines, old, new)
    if reviewed(stored, part):
        new["reviewed"] = True
    if not new:
        return stored
    index(stored)
    touch(stored)
    record_fact(actor=actor, deed="request.part_saved", subject=stored, before=old, after=new, reason=part)
    return stored


def _write_lines(
    request: ConnectionRequest, lines: Sequence[Mapping[str, Any]] | None, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Make the dossier's lines those given, when they were, and note what differs on both sides of the fact."""
    if lines is None:
        return
    old_lines, new_lines = store_lines(request, lines)
    if old_lines != new_lines:
        old["lines"], new["lines"] = old_lines, new_lines


def reviewed(request: ConnectionRequest, part: str) -> bool:
    """Note that a person has looked at a pre-filled part of a locked dossier; return whether it was one."""
    if part not in request.prefilled:
        return False
    request.prefilled = [name for name in request.prefilled if name != part]
    return True


def _changed_meanwhile(actor: Actor, request: ConnectionRequest, part: str) -> PartChanged:
    fact = last_fact(request, deed="request.part_saved", reason=part)
    if fact is None:
        return PartChanged(_("Phần này vừa được sửa. Nội dung bạn nhập vẫn được giữ bên dưới."))
    mine = _("Bạn vừa sửa phần này ở cửa sổ khác lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
    theirs = _("%(name)s vừa sửa phần này lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.")
    text = mine if fact.actor_id == actor.user_id else theirs
    return PartChanged(text % {"name": fact.actor_name, "time": said_time(fact.at)})


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

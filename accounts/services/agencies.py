"""Deeds on the register: create, change, replace a sample code, end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.selectors.agencies import living_children
from accounts.services.agency_rules import (
    CODES,
    Errors,
    Known,
    day,
    faults,
    reason_faults,
    successor_faults,
    take_register,
    tidied,
)
from accounts.services.agency_store import locked, store
from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused

MANAGE = "register.manage"
FIELDS = (
    "name",
    "short_name",
    "symbol",
    "kind",
    *CODES,
    "code_is_official",
    "unit_level",
    "parent",
    "valid_from",
    "valid_to",
    "is_operator",
    "may_file",
    "name_is_official",
    "source",
    "note",
    "shared_mailbox",
    "address",
    "phone",
    "website",
)


def authorise(actor: Actor) -> None:
    """Let through only those who manage the register. Raises PermissionRefused."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh bạ, thuộc vai trò Cán bộ vận hành."))


@transaction.atomic
def create_agency(*, actor: Actor, reason: str = "", known: Known | None = None, **fields: Any) -> Agency:
    """Enter an agency in the register (QC2). Raises InvalidInput naming each wrong field; nothing is half-saved.

    *known* is the register as loaded once by a caller that holds its lock and enters many agencies.
    """
    authorise(actor)
    values = _tidied(fields)
    made = Agency(**values)
    known = known or _taken(values)
    _judge(made, values, known, reason_faults(tidied(reason)))
    store(made, {}, values, known)
    record_fact(actor=actor, deed="agency.created", subject=made, after=values, reason=tidied(reason), clause="QC2")
    return made


@transaction.atomic
def change_agency(
    *,
    actor: Actor,
    agency: Agency,
    version: int | None = None,
    reason: str = "",
    known: Known | None = None,
    **fields: Any,
) -> Agency:
    """Change an agency. *version* is the one the person saw; another one now means somebody was faster.

    The electronic code is not changed here but by :func:`replace_code`, and an agency is not ended here but by
    :func:`end_agency`; a wrong day of end is mended here with a reason. Raises InvalidInput, StateRefused.
    """
    authorise(actor)
    if known is None:
        take_register()
    stored = locked(agency, version)
    values = _tidied(fields)
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    old, new = changed(before, values)
    known = known or Known.about(new)
    _judge(stored, new, known, change_faults(old, new, tidied(reason)))
    if not new:
        return stored
    if "valid_to" in new and stored.valid_to is None:
        old["successor"], new["successor"], stored.successor = stored.successor, None, None
    stored.version += 1
    store(stored, old, new, known)
    record_fact(actor=actor, deed="agency.changed", subject=stored, before=old, after=new, reason=tidied(reason))
    return stored


def change_faults(old: Mapping[str, Any], new: Mapping[str, Any], reason: str) -> Errors:
    """Name the changes that are deeds of their own."""
    found: Errors = {}
    if "code" in new:
        found["code"] = [_("Đổi mã định danh bằng việc «Thay mã chính thức» để mã cũ được giữ lại")]
    if "code_is_official" in new:
        found["code_is_official"] = [_("Xác nhận mã chính thức bằng việc «Thay mã chính thức»")]
    if "valid_to" in new and old["valid_to"] is None:
        found["valid_to"] = [_("Kết thúc cơ quan bằng việc «Kết thúc, sáp nhập»")]
    elif "valid_to" in new and not reason:
        found["reason"] = [_("Nhập lý do sửa ngày kết thúc")]
    return found | reason_faults(reason)


@transaction.atomic
def replace_code(
    *,
    actor: Actor,
    agency: Agency,
    code: str,
    is_official: bool,
    reason: str,
    version: int | None = None,
    known: Known | None = None,
) -> Agency:
    """Give an agency another electronic code, or say that the one it has is official.

    The old one stays in the ledger, leads to the agency and is never used again. Raises InvalidInput, StateRefused.
    """
    authorise(actor)
    take_register()
    stored = locked(agency, version)
    values = {"code": tidied(code), "code_is_official": is_official}
    errors = reason_faults(tidied(reason), _("văn bản công bố mã"))
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    if not new:
        errors["code"] = [_("Mã mới trùng với mã hiện tại")]
    for name, value in values.items():
        setattr(stored, name, value)
    known = known or Known.about(values)
    _judge(stored, new, known, errors)
    stored.version += 1
    store(stored, old, new, known)
    record_fact(
        actor=actor, deed="agency.code_replaced", subject=stored, before=old, after=values, reason=tidied(reason)
    )
    return stored


@transaction.atomic
def end_agency(
    *,
    actor: Actor,
    agency: Agency,
    valid_to: date,
    reason: str,
    successor: Agency | None = None,
    move_children: bool = False,
    version: int | None = None,
) -> Agency:
    """End an agency (merger, dissolution) with the day of its end and, where there is one, its successor.

    Units below it that go on need another parent first, or *move_children* puts them under the successor. Roles held
    in it give no rights after that day. Raises InvalidInput, StateRefused.
    """
    authorise(actor)
    take_register()
    stored = locked(agency, version)
    if stored.valid_to is not None:
        raise StateRefused(_("Cơ quan đã kết thúc từ ngày %(day)s.") % {"day": day(stored.valid_to)})
    known = Known.about({})
    children = list(living_children(stored, after=valid_to))
    errors = reason_faults(tidied(reason), _("số quyết định sắp xếp")) | _children_faults(
        children, successor, move_children
    )
    if successor is not None:
        successor = Agency.objects.get(pk=successor.pk)
        errors |= successor_faults(stored, successor, valid_to, known)
    if known.operators == {stored.pk}:
        errors["valid_to"] = [_("Đây là cơ quan quản lý, vận hành duy nhất; chỉ định cơ quan khác trước")]
    stored.valid_to, stored.successor = valid_to, successor
    _judge(stored, {"valid_to": valid_to}, known, errors)
    for child in children:
        above = stored.parent if child == successor else successor
        change_agency(actor=actor, agency=child, parent=above, reason=reason)
    stored.version += 1
    store(stored, {}, {}, known)
    after = {"valid_to": valid_to, "successor": successor}
    record_fact(actor=actor, deed="agency.ended", subject=stored, after=after, reason=tidied(reason))
    return stored


def _children_faults(children: list[Agency], successor: Agency | None, move: bool) -> Errors:
    if not children or (move and successor is not None):
        return {}
    if move:
        return {"successor": [_("Chọn cơ quan kế thừa để nhận các đơn vị trực thuộc")]}
    names = ", ".join(child.name for child in children[:5]) + ("…" if len(children) > 5 else "")
    text = _(
        "Còn %(count)d đơn vị trực thuộc đang hoạt động: %(names)s. Chuyển sang cơ quan kế thừa hoặc kết thúc trước."
    )
    return {"move_children": [text % {"count": len(children), "names": names}]}


def _taken(values: Mapping[str, Any]) -> Known:
    take_register()
    return Known.about(values)


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tidied(value) if isinstance(value, str) else value for name, value in fields.items() if name in FIELDS
    }


def _judge(agency: Agency, asked: Mapping[str, Any], known: Known, errors: Errors | None = None) -> None:
    found = {**faults(agency, list(asked), known), **(errors or {})}
    if found:
        raise InvalidInput(found)

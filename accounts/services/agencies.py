"""Deeds on the register: create, change, replace a sample code, end."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import AgencyKind, CodeScheme, UnitLevel
from accounts.models import Agency, AgencyCode
from accounts.models.agencies import ADMIN_UNIT_CODE, LEGACY_CODE, NATIONAL_CODE
from accounts.selectors.agencies import last_fact_of
from audit.record import changed, record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, sort_key, tidy

MANAGE = "register.manage"
CODES = {"code": CodeScheme.NATIONAL, "legacy_code": CodeScheme.LEGACY, "admin_unit_code": CodeScheme.ADMIN_UNIT}
_SHAPES = {"code": NATIONAL_CODE, "legacy_code": LEGACY_CODE, "admin_unit_code": ADMIN_UNIT_CODE}
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
Errors = dict[str, list[str]]


def _authorise(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh bạ, thuộc vai trò Cán bộ vận hành."))


@transaction.atomic
def create_agency(*, actor: Actor, **fields: Any) -> Agency:
    """Enter an agency in the register (QC2). Raises InvalidInput naming each wrong field; nothing is half-saved."""
    _authorise(actor)
    values = _tidied(fields)
    made = Agency(**values)
    _judge(made, values)
    _store(made, codes=[name for name in CODES if values.get(name)])
    record_fact(actor=actor, deed="agency.created", subject=made, after=values, clause="QC2")
    return made


@transaction.atomic
def change_agency(
    *, actor: Actor, agency: Agency, version: int | None = None, reason: str = "", **fields: Any
) -> Agency:
    """Change an agency. *version* is the one the person saw; another one now means somebody was faster.

    The electronic code is not changed here but by :func:`replace_code`. Raises InvalidInput, StateRefused.
    """
    _authorise(actor)
    stored = Agency.objects.select_for_update().get(pk=agency.pk)
    if version is not None and version != stored.version:
        raise StateRefused(_changed_meanwhile(stored))
    values = _tidied(fields)
    if "code" in values and values["code"] != stored.code:
        raise InvalidInput({"code": [_("Đổi mã định danh bằng việc «Thay mã chính thức» để mã cũ được giữ lại")]})
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    _judge(stored, values)
    old, new = changed(before, values)
    if not new:
        return stored
    stored.version += 1
    _store(stored, codes=[name for name in CODES if new.get(name)])
    record_fact(actor=actor, deed="agency.changed", subject=stored, before=old, after=new, reason=reason)
    return stored


@transaction.atomic
def replace_code(*, actor: Actor, agency: Agency, code: str, is_official: bool, reason: str) -> Agency:
    """Give an agency another electronic code; the old one stays in the ledger and is never used again."""
    _authorise(actor)
    stored = Agency.objects.select_for_update().get(pk=agency.pk)
    values = {"code": tidy(code), "code_is_official": is_official}
    errors: Errors = {} if tidy(reason) else {"reason": [_("Nhập lý do, ví dụ văn bản công bố mã")]}
    if values["code"] == stored.code and is_official == stored.code_is_official:
        errors["code"] = [_("Mã mới trùng với mã hiện tại")]
    old = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    _judge(stored, values, errors)
    stored.version += 1
    if old["code"] != stored.code:
        retired = AgencyCode.objects.get(scheme=CodeScheme.NATIONAL, value=old["code"])
        retired.retired_on = clock.today()
        retired.save(update_fields=["retired_on"])
    _store(stored, codes=["code"] if old["code"] != stored.code else [])
    record_fact(
        actor=actor, deed="agency.code_replaced", subject=stored, before=old, after=values, reason=tidy(reason)
    )
    return stored


@transaction.atomic
def end_agency(
    *, actor: Actor, agency: Agency, valid_to: date, reason: str, successor: Agency | None = None
) -> Agency:
    """End an agency (merger, dissolution) with the day of its end and, where there is one, its successor."""
    _authorise(actor)
    stored = Agency.objects.select_for_update().get(pk=agency.pk)
    errors: Errors = {} if tidy(reason) else {"reason": [_("Nhập lý do, ví dụ số quyết định sắp xếp")]}
    if stored.valid_to is not None:
        raise StateRefused(_("Cơ quan đã kết thúc từ ngày %(day)s.") % {"day": f"{stored.valid_to:%d/%m/%Y}"})
    if successor is not None:
        errors |= _judge_successor(stored, successor, valid_to)
    stored.valid_to, stored.successor = valid_to, successor
    _judge(stored, {"valid_to": valid_to}, errors)
    stored.version += 1
    _store(stored, codes=[])
    record_fact(
        actor=actor,
        deed="agency.ended",
        subject=stored,
        after={"valid_to": valid_to, "successor": successor},
        reason=tidy(reason),
    )
    return stored


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items() if name in FIELDS}


def _changed_meanwhile(stored: Agency) -> str:
    fact = last_fact_of(stored)
    if fact is None:
        return _("Thông tin cơ quan vừa được thay đổi. Nội dung bạn nhập vẫn được giữ bên dưới.")
    when = fact.at.astimezone(clock.VIETNAM)
    return _("%(name)s vừa thay đổi cơ quan này lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.") % {
        "name": fact.actor_name,
        "time": f"{when:%H:%M ngày %d/%m/%Y}",
    }


def _judge(agency: Agency, values: Mapping[str, Any], errors: Errors | None = None) -> None:
    found: Errors = {**(errors or {}), **_judge_texts(agency)}
    for name in CODES:
        if values.get(name):
            found |= _judge_code(agency, name, values[name])
    if agency.valid_from and agency.valid_to and agency.valid_to < agency.valid_from:
        text = _("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu (%(day)s)") % {"day": f"{agency.valid_from:%d/%m/%Y}"}
        found["valid_to"] = [text]
    if values.get("parent") is not None:
        found |= _judge_parent(agency)
    if found:
        raise InvalidInput(found)


def _judge_texts(agency: Agency) -> Errors:
    asked = {
        "name": _("Nhập tên cơ quan"),
        "source": _("Nhập nguồn của thông tin"),
        "code": _("Nhập mã định danh điện tử"),
    }
    found: Errors = {name: [text] for name, text in asked.items() if not getattr(agency, name)}
    if agency.kind not in AgencyKind.values:
        found["kind"] = [_("Chọn loại cơ quan trong danh sách")]
    if agency.kind == AgencyKind.COMMUNE and (len(agency.admin_unit_code) != 5 or agency.unit_level == UnitLevel.NONE):
        found["admin_unit_code"] = [_("Xã, phường cần mã đơn vị hành chính 5 chữ số và cấp hành chính")]
    return found


def _judge_code(agency: Agency, name: str, value: str) -> Errors:
    try:
        _SHAPES[name](value)
    except ValidationError as error:
        return {name: list(error.messages)}
    if name == "code" and len(value) > 35:
        return {name: [_("Mã định danh dài tối đa 35 ký tự")]}
    taken = AgencyCode.objects.filter(scheme=CODES[name], value=value).exclude(agency_id=agency.pk or 0)
    row = taken.select_related("agency").first()
    if row is None:
        return {}
    return {
        name: [
            _("Mã %(code)s đã cấp cho %(agency)s; mã không bao giờ dùng lại") % {"code": value, "agency": row.agency}
        ]
    }


def _judge_parent(agency: Agency) -> Errors:
    step, seen = agency.parent, set()
    while step is not None and step.pk not in seen:
        if agency.pk is not None and step.pk == agency.pk:
            return {"parent": [_("Chọn cơ quan khác: cơ quan cấp trên không thể nằm dưới chính cơ quan này")]}
        seen.add(step.pk)
        step = step.parent
    return {}


def _judge_successor(agency: Agency, successor: Agency, ended: date) -> Errors:
    if successor.pk == agency.pk:
        return {"successor": [_("Cơ quan không thể kế thừa chính mình")]}
    if successor.valid_to is not None and successor.valid_to <= ended:
        return {"successor": [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": successor}]}
    return {}


def _store(agency: Agency, *, codes: list[str]) -> None:
    """Save the row and enter new codes in the ledger; a code taken at this very moment is the same field error."""
    agency.sort_key = sort_key(agency.name)
    words = (agency.name, agency.short_name, agency.symbol, agency.code, agency.legacy_code, agency.admin_unit_code)
    agency.search = fold(" ".join(words))
    try:
        with transaction.atomic():
            agency.save()
            for name in codes:
                AgencyCode.objects.get_or_create(
                    scheme=CODES[name],
                    value=getattr(agency, name),
                    agency=agency,
                    defaults={
                        "is_official": agency.code_is_official if name == "code" else True,
                        "issued_on": agency.valid_from or clock.today(),
                    },
                )
    except IntegrityError as error:
        field = "admin_unit_code" if "admin_unit" in str(error) else "code"
        raise InvalidInput({field: [_("Mã này vừa được cấp cho cơ quan khác; mã không bao giờ dùng lại")]}) from error

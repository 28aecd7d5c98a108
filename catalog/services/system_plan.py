"""What a file would do to the register of systems: each row judged by the rules of the deeds, nothing stored.

Agencies and systems are loaded once; no row costs a query.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed
from catalog.choices import SystemState
from catalog.models import InformationSystem
from catalog.services.judging import Errors, too_long
from catalog.services.system_codes import code_fault
from catalog.services.system_table import TABLE
from catalog.services.systems import agency_errors, gap_errors, rules
from core.columns import write_prose
from core.sheets import Sheet
from core.tables import Row, RowPlan, refuse_twins
from core.text import fold

_POOLS = (("code",), ("official_code",))
_NO_FIELDS = ("state", "official_code", "code_basis")


@dataclass(frozen=True, slots=True)
class Known:
    """The register as it stands: systems by every code they had, names by owner, agencies by code."""

    systems: Mapping[str, InformationSystem]
    agencies: Mapping[str, Agency]
    names: Mapping[tuple[str, str], str]


def _known() -> Known:
    systems: dict[str, InformationSystem] = {}
    names: dict[tuple[str, str], str] = {}
    for system in InformationSystem.objects.select_related("owner", "operating_unit"):
        systems |= dict.fromkeys((system.code, *system.former_codes), system)
        names[system.owner.code, fold(system.name)] = system.code
    return Known(systems, {agency.code: agency for agency in Agency.objects.all()}, names)


def plan_import(sheet: Sheet) -> RowPlan:
    """Judge every row. Raises InvalidInput when the columns are wrong."""
    columns, known = TABLE.columns_of(sheet.headers), _known()
    rows = []
    for number, cells in sheet.rows:
        row = Row(TABLE, number)
        row.read(cells, columns)
        rows.append(row)
    refuse_twins(rows, _POOLS)
    _refuse_same_names(rows)
    for row in rows:
        _judge(row, known)
    return RowPlan(rows)


def _refuse_same_names(rows: list[Row]) -> None:
    """Refuse a new system that stands in two rows."""
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.key or not row.values.get("name"):
            continue
        mark = (str(row.values.get("owner", "")), fold(row.values["name"]))
        if mark in first:
            row.refuse("name", _("Hệ thống này đã có ở dòng %(row)d; giữ lại một dòng") % {"row": first[mark]})
        first.setdefault(mark, row.number)


def _judge(row: Row, known: Known) -> None:
    """Find what the row changes and what is wrong; leave in ``values`` only what the deeds are to set."""
    row.values.pop("code", None)
    _follow_agencies(row, known)
    if not row.key:
        _judge_new(row, known)
        return
    found = known.systems.get(row.key)
    if found is None:
        text = _("Không có hệ thống mang mã %(code)s; để trống ô này nếu là hệ thống mới")
        row.refuse("code", text % {"code": row.key})
        return
    row.thing, row.version = found, found.revision
    _judge_known(row, found, known)


def _follow_agencies(row: Row, known: Known) -> None:
    for name in ("owner", "operating_unit"):
        code = row.values.get(name)
        if code is None:
            continue
        agency = known.agencies.get(code)
        if agency is None:
            del row.values[name]
            row.refuse(name, _("Không có cơ quan mang mã %(code)s trong danh bạ") % {"code": code})
        else:
            row.values[name] = agency


def _judge_new(row: Row, known: Known) -> None:
    owner, name = row.values.get("owner"), row.values.get("name", "")
    if owner is None:
        if not any(wrong.header == TABLE.header_of("owner") for wrong in row.wrong):
            row.refuse("owner", _("Nhập mã cơ quan chủ quản"))
        return
    code = known.names.get((owner.code, fold(name)))
    if name and code:
        text = _("Cơ quan này đã có hệ thống cùng tên, mã %(code)s; nhập mã đó để sửa")
        row.refuse("name", text % {"code": code})
    row.values.setdefault("operating_unit", owner)
    if row.values.get("state") == SystemState.RETIRED:
        row.refuse("state", _("Hệ thống mới là Bản nháp hoặc Đã đăng ký"))
    meant = InformationSystem(**{key: value for key, value in row.values.items() if key not in _NO_FIELDS})
    _refuse(row, _faults(meant, registered=row.values.get("state") != SystemState.DRAFT))
    _judge_code(row, None, known)


def _judge_known(row: Row, stored: InformationSystem, known: Known) -> None:
    state = row.values.pop("state", None)
    if state is not None and state != stored.state:
        row.refuse("state", _("Tình trạng đổi bằng việc đăng ký hoặc ngừng sử dụng, không bằng tệp"))
    official: dict[str, Any] = {
        name: row.values.pop(name) for name in ("official_code", "code_basis") if name in row.values
    }
    if row.values.get("purpose") == write_prose(stored.purpose):
        del row.values["purpose"]
    row.old, row.values = changed({name: getattr(stored, name) for name in row.values}, row.values)
    if row.values and stored.state == SystemState.RETIRED:
        row.refuse("", _("Hệ thống đã ngừng sử dụng nên không sửa được nữa"))
    meant = copy.copy(stored)
    for name, value in row.values.items():
        setattr(meant, name, value)
    if row.values:
        _refuse(row, _faults(meant, registered=stored.state == SystemState.REGISTERED))
    if official.get("official_code") in (None, stored.code) and stored.code_is_official:
        return
    if official.get("official_code"):
        row.values |= official
        row.old["official_code"] = stored.code
        _judge_code(row, stored, known)


def _judge_code(row: Row, stored: InformationSystem | None, known: Known) -> None:
    code = row.values.get("official_code")
    if not code:
        return
    holder = known.systems.get(code)
    if fault := code_fault(code):
        row.refuse("official_code", fault)
    elif holder is not None and (stored is None or holder.pk != stored.pk):
        text = _("Mã này đã cấp cho %(name)s; mã không bao giờ dùng lại")
        row.refuse("official_code", text % {"name": holder.name})
    if not row.values.get("code_basis"):
        row.refuse("code_basis", _("Nhập căn cứ của mã chính thức, ví dụ số văn bản cấp mã"))


def _faults(meant: InformationSystem, *, registered: bool) -> Errors:
    errors = agency_errors(meant)
    if not meant.name:
        errors["name"] = [_("Nhập tên hệ thống thông tin")]
    errors |= gap_errors(meant, errors) if registered else {}
    rules(meant, errors)
    errors |= {name: texts for name, texts in too_long(meant).items() if name not in errors}
    try:
        meant.clean_fields(exclude={"state", "code", "code_base", "code_number", *errors})
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            errors.setdefault(name, [str(text) for text in texts])
    return errors


def _refuse(row: Row, errors: Errors) -> None:
    spoilt = {wrong.header for wrong in row.wrong}
    for name, texts in errors.items():
        if TABLE.header_of(name) not in spoilt:
            row.refuse(name, str(texts[0]))

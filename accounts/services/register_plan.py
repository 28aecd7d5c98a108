"""What a file would do to the register: each row judged by the rules of the deeds, nothing stored.

The whole register is loaded once; no row costs a query. Parents are judged as they will stand when the whole file is
in, so a file may move two agencies past each other.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.choices import CodeScheme
from accounts.models import Agency
from accounts.services.agencies import change_faults
from accounts.services.agency_rules import Known, faults
from accounts.services.register_columns import NEW_CODE, TABLE, header_of, written
from accounts.services.register_rows import AgencyRow as Row
from accounts.services.register_rows import read_row, refuse_code_twins
from audit.record import changed
from core.sheets import Sheet
from core.tables import RowPlan


@dataclass(slots=True)
class Plan(RowPlan):
    """All rows of a file."""

    depth: Mapping[str, int]

    def in_order(self) -> list[Row]:
        """Return the rows that do something, those nearer the top of the tree they will make first."""
        doing = [row for row in self.rows if row.action in ("new", "changed")]
        return sorted(doing, key=lambda row: self.depth[row.code])


def plan_import(sheet: Sheet, *, source: str = "") -> Plan:
    """Judge every row; *source* stands where a new row names none. Raises InvalidInput when the columns are wrong."""
    columns = TABLE.columns_of(sheet.headers)
    register = {agency.code: agency for agency in Agency.objects.select_related("parent", "successor")}
    known = Known.everything()
    rows = [read_row(number, cells, columns) for number, cells in sheet.rows]
    refuse_code_twins(rows)
    fresh = {row.code: _stub(row.values) for row in rows if row.code}
    agencies = {**fresh, **register}
    flat = Known(known.holders, operators=known.operators)
    for row in rows:
        row.agency = register.get(row.code)
        _judge(row, agencies, flat, source)
    return Plan(rows, _find_circles(rows, register))


def _stub(values: Mapping[str, Any]) -> Agency:
    """Return a new agency of the file as far as its children need it."""
    return Agency(**{name: values[name] for name in ("code", "name", "valid_from", "valid_to") if name in values})


def _judge(row: Row, agencies: Mapping[str, Agency], known: Known, source: str) -> None:
    """Find what the row changes and what is wrong; leave in ``values`` only what the deed is to set."""
    if not row.code:
        if not row.wrong:
            row.refuse("code", _("Nhập mã định danh điện tử"))
        return
    _follow_parent(row, agencies, known)
    new_code = row.values.pop(NEW_CODE.field, "")
    successor = row.values.pop("successor", None)
    if row.agency is None:
        _judge_new(row, known, source)
    else:
        _judge_known(row, row.agency, known)
        if new_code:
            _judge_new_code(row, row.agency, new_code, known)
    if successor is not None and successor != written("successor", row.agency.successor if row.agency else None):
        row.refuse("successor", _("Ghi cơ quan kế thừa bằng việc «Kết thúc, sáp nhập»"))


def _follow_parent(row: Row, agencies: Mapping[str, Agency], known: Known) -> None:
    code = row.values.get("parent")
    if not code:
        return
    row.values["parent"] = agencies.get(code)
    if row.values["parent"] is None:
        del row.values["parent"]
        row.refuse(
            "parent", _retired(code, known) or _("Không có mã %(code)s trong danh bạ và trong tệp") % {"code": code}
        )


def _retired(code: str, known: Known) -> str:
    holder = known.holders.get((CodeScheme.NATIONAL, code))
    if holder is None:
        return ""
    said = {"code": code, "name": holder.name, "now": holder.code}
    return _("Mã %(code)s đã thôi dùng; %(name)s nay có mã %(now)s") % said


def _judge_new(row: Row, known: Known, source: str) -> None:
    if retired := _retired(row.code, known):
        row.refuse("code", retired)
        return
    row.values.setdefault("source", source)
    if row.values.get("kind") == "":
        del row.values["kind"]
    spoilt = {wrong.header for wrong in row.wrong}
    for name, texts in faults(Agency(**row.values), list(row.values), known).items():
        if header_of(name) not in spoilt:
            row.refuse(name, texts[0])


def _judge_known(row: Row, stored: Agency, known: Known) -> None:
    old, new = changed({name: getattr(stored, name) for name in row.values}, row.values)
    meant = copy.copy(stored)
    for name, value in new.items():
        setattr(meant, name, value)
    row.values, row.old = new, old
    spoilt = {wrong.header for wrong in row.wrong}
    deeds = {name: text for name, text in change_faults(old, new, "x").items() if name != "code_is_official"}
    for name, texts in (faults(meant, list(new), known) | deeds if new else {}).items():
        if header_of(name) not in spoilt:
            row.refuse(name, texts[0])


def _judge_new_code(row: Row, stored: Agency, new_code: str, known: Known) -> None:
    meant = copy.copy(stored)
    meant.code = new_code
    found = faults(meant, ["code"], known).get("code")
    if new_code == stored.code:
        found = [_("Mã mới trùng với mã hiện tại")]
    if found:
        row.refuse(NEW_CODE.field, found[0])
        return
    row.values.pop("code_is_official", None)
    row.values[NEW_CODE.field], row.old[NEW_CODE.field] = new_code, stored.code


def _find_circles(rows: list[Row], register: Mapping[str, Agency]) -> Mapping[str, int]:
    """Refuse rows that would stand in a circle once the whole file is in; return how deep each code will stand."""
    above = {code: written("parent", agency.parent) for code, agency in register.items()}
    for row in rows:
        if "parent" in row.values or row.code not in above:
            above[row.code] = written("parent", row.values.get("parent"))
    depth, circles = _depths(above)
    for row in rows:
        if row.code in circles and "parent" in row.values:
            shown = " → ".join([*circles[row.code][:8], row.code])
            row.refuse("parent", _("Vòng lặp cơ quan cấp trên: %(line)s; bỏ một trong các quan hệ") % {"line": shown})
    return depth


def _depths(above: Mapping[str, str]) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return how far below its top each code stands, and for codes in a circle the circle from there."""
    depth: dict[str, int] = {}
    circles: dict[str, list[str]] = {}
    for start in above:
        path: dict[str, int] = {}
        step = start
        while step and step not in depth and step not in path:
            path[step] = len(path)
            step = above.get(step, "")
        if step in path:
            ring = list(path)[path[step] :]
            circles |= {code: [*ring[place:], *ring[:place]] for place, code in enumerate(ring[:50])}
        under = depth.get(step, -1)
        for code in reversed(path):
            under += 1
            depth[code] = under
    return depth, circles

"""What a file would do to the register: each row judged by the rules of the deeds, nothing stored.

The whole register is loaded once; no row costs a query. Parents are judged as they will stand when the whole file is
in, so a file may move two agencies past each other.
"""

import copy
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext as _

from accounts.choices import CodeScheme
from accounts.models import Agency
from accounts.services.agencies import change_faults
from accounts.services.agency_rules import Known, faults
from accounts.services.register_columns import (
    BY_FIELD,
    COLUMNS,
    KEPT_WHEN_EMPTY,
    NEW_CODE,
    Column,
    WrongCell,
    header_of,
    written,
)
from audit.record import changed
from core.problems import InvalidInput
from core.sheets import Cell, Sheet
from core.text import fold

Action = Literal["wrong", "changed", "new", "unchanged"]


class Change(NamedTuple):
    """One field that a row changes, as people read it."""

    header: str
    old: str
    new: str


class Wrong(NamedTuple):
    """One thing to mend: in which column, and how."""

    header: str
    text: str


@dataclass(slots=True)
class Row:
    """One row of the file: what it would do, and to which agency (None: a new one)."""

    number: int
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    agency: Agency | None = None
    changes: list[Change] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def action(self) -> Action:
        """Return what the row would do."""
        if self.wrong:
            return "wrong"
        if self.agency is None:
            return "new"
        return "changed" if self.values else "unchanged"

    @property
    def name(self) -> str:
        """Return the name the agency has, or would get."""
        return self.agency.name if self.agency else str(self.values.get("name", ""))

    @property
    def seen(self) -> tuple[int, str, int, int]:
        """Return what must still hold when the person confirms: the deed, the agency and its version."""
        return (
            self.number,
            self.action,
            self.agency.pk if self.agency else 0,
            self.agency.version if self.agency else 0,
        )

    def refuse(self, name: str, text: str) -> None:
        """Say that *text* is wrong in the column of field *name*."""
        self.wrong.append(Wrong(header_of(name), text))


@dataclass(slots=True)
class Plan:
    """All rows of a file."""

    rows: list[Row]
    depth: Mapping[str, int]

    def counts(self) -> Mapping[Action, int]:
        """Return how many rows there are of each kind."""
        return Counter(row.action for row in self.rows)

    def of(self, action: Action) -> list[Row]:
        """Return the rows of one kind, in the order of the file."""
        return [row for row in self.rows if row.action == action]

    def in_order(self) -> list[Row]:
        """Return the rows that do something, those nearer the top of the tree they will make first."""
        doing = [row for row in self.rows if row.action in ("new", "changed")]
        return sorted(doing, key=lambda row: self.depth[row.code])


def plan_import(sheet: Sheet, *, source: str = "") -> Plan:
    """Judge every row; *source* stands where a new row names none. Raises InvalidInput when the columns are wrong."""
    columns = _columns(sheet.headers)
    register = {agency.code: agency for agency in Agency.objects.select_related("parent", "successor")}
    known = Known.everything()
    rows = [_read(number, cells, columns) for number, cells in sheet.rows]
    _find_twins(rows)
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


# -- reading ---------------------------------------------------------------------------------------
def _columns(headers: Iterable[str]) -> list[Column]:
    by_header = {fold(str(column.header)): column for column in BY_FIELD.values()}
    found, errors = [], []
    for place, header in enumerate(headers, start=1):
        column = by_header.get(fold(header))
        if not header:
            errors.append(_("Cột thứ %(place)d không có tiêu đề") % {"place": place})
        elif column is None:
            errors.append(_("Cột «%(header)s» không có trong mẫu; sửa tên hoặc xóa cột") % {"header": header[:60]})
        elif column in found:
            errors.append(_("Cột «%(header)s» có hai lần; giữ lại một") % {"header": header})
        else:
            found.append(column)
    if BY_FIELD["code"] not in found:
        errors.append(_("Thiếu cột «%(header)s»; tải tệp mẫu để có đủ cột") % {"header": header_of("code")})
    if errors:
        raise InvalidInput({"file": errors[:10]})
    return found


def _read(number: int, cells: tuple[Cell, ...], columns: list[Column]) -> Row:
    row = Row(number)
    if len(cells) > len(columns):
        row.refuse("", _("Có ô nằm ngoài các cột có tiêu đề; xóa các ô đó"))
    for place, column in enumerate(columns):
        cell = cells[place] if place < len(cells) else None
        if cell is None:
            if column.field not in KEPT_WHEN_EMPTY:
                row.values[column.field] = None if column.field in _NULLABLE else ""
            continue
        try:
            row.values[column.field] = column.read(cell)
        except WrongCell as wrong:
            row.refuse(column.field, str(wrong))
    row.code = str(row.values.get("code", ""))
    return row


_NULLABLE = ("valid_from", "valid_to", "parent")


# Fields in which a code may stand once in a file.
_POOLS = (("code", NEW_CODE.field), ("legacy_code",), ("admin_unit_code",))


def _find_twins(rows: list[Row]) -> None:
    """Refuse every row whose code another row has too."""
    for pool in _POOLS:
        places: defaultdict[str, list[tuple[Row, str]]] = defaultdict(list)
        for row in rows:
            for name in pool:
                if value := row.values.get(name):
                    places[value].append((row, name))
        for value, found in places.items():
            numbers = sorted({row.number for row, _name in found})
            if len(numbers) > 1:
                said = {"code": value, "rows": ", ".join(map(str, numbers[:10]))}
                for row, name in found:
                    row.refuse(name, _("Mã %(code)s có ở các dòng %(rows)s") % said)


# -- judging ---------------------------------------------------------------------------------------
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
    row.changes = [
        Change(header_of(name), "", shown)
        for name in _ordered(row.values)
        if (shown := written(name, row.values[name]))
    ]


def _judge_known(row: Row, stored: Agency, known: Known) -> None:
    old, new = changed({name: getattr(stored, name) for name in row.values}, row.values)
    meant = copy.copy(stored)
    for name, value in new.items():
        setattr(meant, name, value)
    row.values = new
    spoilt = {wrong.header for wrong in row.wrong}
    deeds = {name: text for name, text in change_faults(old, new, "x").items() if name != "code_is_official"}
    for name, texts in (faults(meant, list(new), known) | deeds if new else {}).items():
        if header_of(name) not in spoilt:
            row.refuse(name, texts[0])
    row.changes = [
        Change(header_of(name), written(name, old[name]), written(name, new[name])) for name in _ordered(new)
    ]


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
    row.values[NEW_CODE.field] = new_code
    row.changes.append(Change(header_of(NEW_CODE.field), stored.code, new_code))


def _ordered(values: Mapping[str, Any]) -> list[str]:
    return [column.field for column in COLUMNS if column.field in values]


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

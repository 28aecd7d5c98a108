"""The rows of a file about the register: read cell by cell, each with what it says and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.services.register_columns import (
    BY_FIELD,
    KEPT_WHEN_EMPTY,
    NEW_CODE,
    Column,
    WrongCell,
    header_of,
    written,
)
from core.problems import InvalidInput
from core.sheets import Cell
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
    old: dict[str, Any] = field(default_factory=dict)
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
    def changes(self) -> list[Change]:
        """Return what the row would change, for a new agency what it would enter, in the order of the columns."""
        shown = [name for name in BY_FIELD if name in self.values]
        pairs = [(name, written(name, self.old.get(name)), written(name, self.values[name])) for name in shown]
        return [Change(header_of(name), old, new) for name, old, new in pairs if old != new]

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


def columns_of(headers: Iterable[str]) -> list[Column]:
    """Return the column of each header. Raises InvalidInput for "file" naming each that is wrong or missing."""
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


def read_row(number: int, cells: tuple[Cell, ...], columns: list[Column]) -> Row:
    """Read one row; what cannot be read is wrong in its column."""
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


def refuse_twins(rows: list[Row]) -> None:
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

"""Rows of a table that people send: read cell by cell, each with what it says, changes, and what is wrong with it.

A :class:`Table` knows the columns; what a row means is for the floor that owns the register to judge.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext as _

from core.columns import Column, WrongCell
from core.problems import InvalidInput, StateRefused
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


@dataclass(frozen=True)
class Table:
    """The columns of a register as a file has them.

    ``key`` is the field rows are matched by; ``needs_key`` refuses a file without its column. A cell left empty in a
    column of ``kept`` keeps what is there; elsewhere it clears the value: to None in ``nullable``, to [] in ``lists``.
    """

    columns: tuple[Column, ...]
    key: str = "code"
    kept: frozenset[str] = frozenset()
    nullable: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    needed: tuple[str, ...] = ("code",)

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """Return the columns by the field they fill."""
        return {column.field: column for column in self.columns}

    def header_of(self, name: str) -> str:
        """Return the header of a field; errors of no column belong to the row."""
        return str(self.by_field[name].header) if name in self.by_field else _("Cả dòng")

    def written(self, name: str, value: Any) -> str:
        """Return *value* as the table shows it."""
        return "" if value is None else self.by_field[name].write(value)

    def columns_of(self, headers: Iterable[str]) -> list[Column]:
        """Return the column of each header. Raises InvalidInput for "file" naming each that is wrong or missing."""
        by_header = {fold(str(column.header)): column for column in self.columns}
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
        for name in self.needed:
            if self.by_field[name] not in found:
                text = _("Thiếu cột «%(header)s»; tải tệp mẫu để có đủ cột")
                errors.append(text % {"header": self.header_of(name)})
        if errors:
            raise InvalidInput({"file": errors[:10]})
        return found

    def empty(self, name: str) -> Any:
        """Return what an empty cell of a column means."""
        return None if name in self.nullable else [] if name in self.lists else ""


@dataclass(slots=True)
class Row:
    """One row of a file: what it would do, and to which thing of the register (None: a new one)."""

    table: Table
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    thing: Any = None
    old: dict[str, Any] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    key: str = ""
    version: int = 0

    @property
    def action(self) -> Action:
        """Return what the row would do."""
        if self.wrong:
            return "wrong"
        if self.thing is None:
            return "new"
        return "changed" if self.values else "unchanged"

    @property
    def changes(self) -> list[Change]:
        """Return what the row would change, for a new thing what it would enter, in the order of the columns."""
        told = self.table.written
        shown = [item.field for item in self.table.columns if item.field in self.values]
        pairs = [(name, told(name, self.old.get(name)), told(name, self.values[name])) for name in shown]
        return [Change(self.table.header_of(name), old, new) for name, old, new in pairs if old != new]

    @property
    def name(self) -> str:
        """Return the name the thing has, or would get."""
        source = self.thing if self.thing is not None else None
        for label in ("name", "title"):
            found = getattr(source, label, "") if source is not None else self.values.get(label, "")
            if found:
                return str(found)
        return ""

    @property
    def seen(self) -> tuple[int, str, int, int]:
        """Return what must still hold when the person confirms: the deed, the thing and its version."""
        return (self.number, self.action, self.thing.pk if self.thing is not None else 0, self.version)

    def refuse(self, name: str, text: str) -> None:
        """Say that *text* is wrong in the column of field *name*."""
        self.wrong.append(Wrong(self.table.header_of(name), text))

    def read(self, cells: tuple[Cell, ...], columns: Sequence[Column]) -> None:
        """Read the cells; what cannot be read is wrong in its column."""
        if len(cells) > len(columns):
            self.refuse("", _("Có ô nằm ngoài các cột có tiêu đề; xóa các ô đó"))
        for place, column in enumerate(columns):
            cell = cells[place] if place < len(cells) else None
            if cell is None:
                if column.field not in self.table.kept:
                    self.values[column.field] = self.table.empty(column.field)
                continue
            try:
                self.values[column.field] = column.read(cell)
            except WrongCell as wrong:
                self.refuse(column.field, str(wrong))
        self.key = str(self.values.get(self.table.key) or "")


@dataclass(slots=True)
class RowPlan:
    """All rows of a file, judged."""

    rows: list[Any]

    def counts(self) -> Mapping[Action, int]:
        """Return how many rows there are of each kind."""
        return Counter(row.action for row in self.rows)

    def of(self, action: Action) -> list[Any]:
        """Return the rows of one kind, in the order of the file."""
        return [row for row in self.rows if row.action == action]

    def require_work(self, nothing: str) -> dict[str, int]:
        """Return the counts by kind of a file that can be carried out.

        Raises InvalidInput while a row is wrong, StateRefused saying *nothing* when no row changes anything.
        """
        counts = self.counts()
        if counts["wrong"]:
            text = _("Còn %(count)d dòng chưa đúng; sửa tệp rồi chọn lại") % {"count": counts["wrong"]}
            raise InvalidInput({"": [text]})
        if not counts["new"] + counts["changed"]:
            raise StateRefused(nothing)
        return {str(kind): count for kind, count in counts.items()}


def refuse_twins(rows: Iterable[Row], pools: Iterable[tuple[str, ...]]) -> None:
    """Refuse every row that holds, in a field of a pool, a code another row holds too."""
    rows = list(rows)
    for pool in pools:
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

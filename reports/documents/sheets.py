"""Writing on the sheets of a workbook: real numbers in Vietnamese form, texts that stay texts, A4 ready to print."""

import re
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from core.clock import VIETNAM
from core.sheets import disarmed
from core.text import printable
from reports.choices import Unit
from reports.wording import NOTHING

FONT = "Times New Roman"
# Numbers as Vietnamese write them (1.234.567,89) whatever the language of the reader's machine.
_HERE = "[$-42A]"
_FORMATS = {
    Unit.COUNT: f"{_HERE}#,##0",
    Unit.PERCENT: f"{_HERE}0.00%",
    Unit.MILLISECONDS: f'{_HERE}#,##0" ms"',
    Unit.MILLION: f"{_HERE}#,##0.###",
}
_FRACTION = f"{_HERE}#,##0.00"
#: Forms of a difference: so many of a unit, percentage points, a share.
DIFFERENCE = f"{_HERE}+#,##0;{_HERE}-#,##0;0"
POINTS = f'{_HERE}+0.00" điểm %";{_HERE}-0.00" điểm %";0'
SHARE = f"{_HERE}+0.0%;{_HERE}-0.0%;0%"
_DAY, _MOMENT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
# Characters of one cell (Excel's limit is 32,767 units of UTF-16, of which an emoji takes two).
_LONGEST = 16_000
# Letters a line holds for each unit of a column's width, and how high a line is (points).
_LETTERS, _LINE = 1.05, 16.0
# What a sheet's name may not hold, and how long it may be (ISO 29500-1; Excel).
_UNNAMEABLE, _NAME = re.compile(r"[\[\]:*?/\\']"), 31
_EDGE = Side(style="thin", color="808080")
Value = str | int | float | date | datetime | None


class Book:
    """A workbook under way; cells take their look from a few patterns, which is quick for many of them."""

    def __init__(self) -> None:
        self.file = Workbook()
        self._patterns: dict[tuple[str, str], Any] = {}
        self._scratch = self.file.active
        self.names: list[str] = []

    def sheet(self, name: str, *, widths: Sequence[float], foot: str, landscape: bool = False) -> "Page":
        """Add a sheet called *name*, shortened and numbered where another has it already."""
        tidy = _UNNAMEABLE.sub(" ", printable(name)).strip()
        title, again = tidy[:_NAME].rstrip(), 1
        while title.lower() in map(str.lower, self.names):
            again += 1
            title = f"{tidy[: _NAME - 4]} ({again})"
        self.names.append(title)
        return Page(self, self.file.create_sheet(title), widths, foot, landscape=landscape)

    def look(self, kind: str, form: str = "General") -> Any:
        """Return the look of a cell of *kind* ("title", "head", "text", "place", "number", "quiet"…)."""
        if (kind, form) not in self._patterns:
            cell = self._scratch.cell(row=len(self._patterns) + 1, column=1)
            cell.font = Font(
                name=FONT,
                size=14 if kind == "title" else 12,
                bold=kind in ("title", "head", "term"),
                italic=kind == "quiet",
                color="595959" if kind == "quiet" else None,
            )
            inside = kind in ("head", "text", "place", "number", "quiet")
            side = {"head": "center", "place": "center", "number": "right", "quiet": "right"}.get(kind, "left")
            cell.alignment = Alignment(horizontal=side, vertical="center" if kind == "head" else "top", wrap_text=True)
            if inside:
                cell.border = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
            if kind == "head":
                cell.fill = PatternFill("solid", fgColor="E7ECF2")
            cell.number_format = form
            self._patterns[kind, form] = cell
        return self._patterns[kind, form]._style

    def finished(self) -> Workbook:
        """Return the workbook without the sheet the patterns lay on."""
        self.file.remove(self._scratch)
        self.file.active = 0
        return self.file


class Page:
    """A sheet filled from top to bottom; ``at`` is the row that comes next."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[float], foot: str, *, landscape: bool) -> None:
        self.book, self.sheet, self.widths, self.at = book, sheet, widths, 1
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        # Margins of Nghị định 30/2020/NĐ-CP in inches.
        sheet.page_margins = PageMargins(left=1.18, right=0.79, top=0.79, bottom=0.98, header=0.4, footer=0.4)
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = foot.replace("&", "&&"), "Trang &P/&N"
        sheet.oddFooter.left.font = sheet.oddFooter.right.font = f"{FONT},Regular"
        sheet.oddFooter.left.size = sheet.oddFooter.right.size = 9

    def title(self, text: str) -> None:
        """Write the head of the sheet or of a part of it."""
        self.wide(text, kind="title")

    def wide(self, text: str, *, kind: str = "plain") -> None:
        """Write *text* over all columns, as high as it needs; what is too long for a cell goes on in the next row."""
        text = printable(text)
        for start in range(0, max(len(text), 1), _LONGEST):
            piece = text[start : start + _LONGEST]
            self.put(1, piece, kind)
            if len(self.widths) > 1:
                self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=len(self.widths))
            letters = max(sum(self.widths) * _LETTERS * (0.8 if kind == "title" else 1.0), 1)
            lines = sum(-(-max(len(line), 1) // int(letters)) for line in piece.split("\n"))
            # Excel draws no row higher than 409 points.
            self.sheet.row_dimensions[self.at].height = min(lines * _LINE * (1.2 if kind == "title" else 1), 409)
            self.at += 1

    def heads(self, texts: Sequence[str]) -> int:
        """Write the heads of a table; return their row."""
        for column, text in enumerate(texts, start=1):
            self.put(column, text, "head")
        self.at += 1
        return self.at - 1

    def row(self, cells: Iterable[tuple[Value, str, str]]) -> None:
        """Write a row of (value, kind, number form)."""
        for column, (value, kind, form) in enumerate(cells, start=1):
            self.put(column, value, kind, form)
        self.at += 1

    def put(self, column: int, value: Value, kind: str, form: str = "General") -> Any:
        """Write one cell of the row under way; a text is never a formula."""
        cell = self.sheet.cell(row=self.at, column=column)
        if isinstance(value, str):
            # Typed into again it stays text, too.
            cell._style = copy(self.book.look(kind, "@"))
            cell.value = shown(value)[:_LONGEST]
            cell.data_type = "s"
            return cell
        if isinstance(value, datetime):
            value, form = value.astimezone(VIETNAM).replace(tzinfo=None, second=0, microsecond=0), _MOMENT
        elif isinstance(value, date):
            form = _DAY
        cell._style = copy(self.book.look(kind, form))
        cell.value = value
        return cell

    def freeze(self, row: int, *, repeated: bool = True) -> None:
        """Let the rows down to *row* stay in sight; *repeated*: one table fills the sheet, and it heads each page."""
        self.sheet.freeze_panes = f"A{row + 1}"
        if repeated:
            self.sheet.print_title_rows = f"{row}:{row}"


def shown(text: str) -> str:
    """Return *text* as a cell shows it: nothing hidden in it, a list's hyphen as a dash, never a formula.

    >>> shown("=1+1"), shown("- một")
    ("'=1+1", '– một')
    """
    return disarmed(re.sub(r"^(\s*)-(?=\s)", r"\1–", printable(text)))


def measure_cell(value: float | None, unit: Unit, *, missing: str = NOTHING) -> tuple[Value, str, str]:
    """Return the cell of a figure: shares as fractions of one, to be reckoned with; None is *missing*, never zero."""
    if value is None:
        return missing, "quiet", "@"
    if unit == Unit.PERCENT:
        return round(value / 100, 6), "number", _FORMATS[Unit.PERCENT]
    whole = unit != Unit.COUNT or float(value).is_integer()
    return value, "number", _FORMATS.get(unit, f'{_HERE}#,##0" {unit.label}"') if whole else _FRACTION


def text_cell(text: str) -> tuple[Value, str, str]:
    """Return the cell of a text."""
    return text, "text", "@"


def no_cell() -> tuple[Value, str, str]:
    """Return the cell where there is nothing to reckon."""
    return "–", "quiet", "@"


def place_cell(place: int) -> tuple[Value, str, str]:
    """Return the cell of a row's number."""
    return place, "place", "0"

"""Tables that people send and take away: xlsx and csv, read with suspicion and written so that Excel runs nothing.

A file is refused whole, with a text that says how to mend it, when it is not a table, holds macros or is made to grow
on reading. What a cell means is for the caller to judge.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.clock import VIETNAM
from core.problems import InvalidInput

Written = str | int | float | datetime | None
Cell = str | bool | int | float | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_MAX_COLUMNS = 100
_MAX_PARTS = 500
# A workbook may be this many times larger than its file, and this large (bytes); real ones stay far below.
_MAX_GROWTH, _MAX_UNPACKED = 200, 150 * 1024 * 1024
# First characters that a spreadsheet takes for a formula (CWE-1236).
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


class Formula(str):
    """What a cell with a formula says instead of a value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first table of a file: headers, and rows with their numbers as the person sees them (the header is 1)."""

    headers: tuple[str, ...]
    rows: list[tuple[int, tuple[Cell, ...]]]


def _refuse(text: str) -> InvalidInput:
    return InvalidInput({"file": [text]})


def read_sheet(content: bytes, *, max_rows: int) -> Sheet:
    """Read the table in *content*, xlsx or csv by what it is, not by its name. Raises InvalidInput on "file"."""
    if not content.strip():
        raise _refuse(_("Tệp rỗng, hãy chọn lại"))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refuse(_("Tệp đặt mật khẩu hoặc ở dạng Excel cũ; mở bằng Excel rồi lưu thành XLSX không mật khẩu"))
    found: Sequence[Sequence[Cell]] = _xlsx(content, max_rows) if content.startswith(b"PK") else _csv(content)
    numbered = ((number, _trimmed(row)) for number, row in enumerate(found, start=1))
    filled = [(number, row) for number, row in numbered if row]
    if not filled:
        raise _refuse(_("Tệp không có dòng nào"))
    if len(filled) - 1 > max_rows:
        raise _too_long(max_rows)
    head = filled[0][1]
    return Sheet(tuple(str(cell).strip() if cell is not None else "" for cell in head), filled[1:])


def _too_long(max_rows: int) -> InvalidInput:
    return _refuse(_("Tệp có hơn %(most)d dòng; chia thành nhiều tệp") % {"most": max_rows})


def _trimmed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return *row* without empty cells at its end; () for an empty row."""
    cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)


# -- csv -------------------------------------------------------------------------------------------
def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first = text.lstrip().split("\n", 1)[0]
    if "<html" in first.lower() or first.startswith(("%PDF", "{\\rtf")) or "\0" in first:
        raise _refuse(_("Tệp không phải bảng tính; chọn tệp XLSX hoặc CSV"))
    delimiter = max((",", ";", "\t"), key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refuse(_("Tệp CSV hỏng: dấu nháy kép không khép, hoặc một ô quá dài; lưu lại thành XLSX")) from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = _(
            "Tệp không ở mã UTF-8 nên chữ tiếng Việt không đọc được; "
            "trong Excel chọn lưu thành «CSV UTF-8», hoặc lưu thành XLSX"
        )
        raise _refuse(text) from error


# -- xlsx ------------------------------------------------------------------------------------------
def _xlsx(content: bytes, max_rows: int) -> list[list[Cell]]:
    try:
        _inspect(content)
        found = list(islice(_cells(content), max_rows + 2))
    except InvalidInput:
        raise
    except Exception as error:  # the library fails on broken files in many ways, none of which is our fault
        raise _refuse(_("Không đọc được bảng tính; mở tệp bằng Excel, lưu lại thành XLSX rồi chọn lại")) from error
    if len(found) > max_rows + 1:
        raise _too_long(max_rows)
    return found


def _cells(content: bytes) -> Iterator[list[Cell]]:
    """Give the rows of the first sheet; gaps come as empty rows, so one cell far below makes a million of them."""
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    for cells in sheet.iter_rows(max_col=_MAX_COLUMNS):
        yield [_value(cell) for cell in cells]


def _inspect(content: bytes) -> None:
    """Refuse a container that is not a plain workbook: macros, entities, parts that grow on unpacking."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        listed = parts.infolist()
        names = {item.filename.lower() for item in listed}
        if "xl/workbook.xml" not in names:
            raise _refuse(_("Tệp không phải bảng tính; chọn tệp XLSX hoặc CSV"))
        if any(name.endswith(("vbaproject.bin", ".dll", ".exe")) for name in names):
            raise _refuse(_("Tệp có mã lệnh kèm theo; lưu thành XLSX thường rồi chọn lại"))
        size = sum(item.file_size for item in listed)
        if len(listed) > _MAX_PARTS or size > _MAX_UNPACKED or size > _MAX_GROWTH * max(len(content), 50_000):
            raise _refuse(_("Tệp giải nén ra quá lớn nên không được đọc; sao chép dữ liệu sang bảng tính mới"))
        for item in listed:
            if item.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in parts.read(item)[:65_536]:
                raise _refuse(_("Tệp có khai báo không được phép; sao chép dữ liệu sang bảng tính mới"))


def _value(cell: Any) -> Cell:
    if cell.data_type == "f":
        return Formula(cell.value)
    value: Cell = cell.value
    return value


# -- writing ---------------------------------------------------------------------------------------
def disarmed(value: str) -> str:
    """Return *value* so that a spreadsheet shows it instead of computing it; :func:`rearmed` gives it back."""
    return f"'{value}" if value.lstrip("'").startswith(_ACTIVE) else value


def rearmed(value: str) -> str:
    """Return what :func:`disarmed` was given."""
    return value[1:] if value.startswith("'") and value.lstrip("'").startswith(_ACTIVE) else value


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Written]]) -> bytes:
    """Return a csv file that Excel opens with its diacritics (a byte order mark) and without running anything.

    Times are written by the Vietnamese clock.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Written) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
    return disarmed(value) if isinstance(value, str) else "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of a workbook: its name, headers, rows."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Written]]


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Written]], *, title: str) -> bytes:
    """Return a workbook with a bold, fixed header and a filter; numbers are numbers, times by the Vietnamese clock."""
    return write_book([Page(title, headers, rows)])


def write_book(pages: Iterable[Page]) -> bytes:
    """Return a workbook with a sheet for each of *pages*, each as :func:`write_xlsx` writes one."""
    book = Workbook(write_only=True)
    for page in pages:
        _sheet(book.create_sheet(page.title), page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Any, page: Page) -> None:
    sheet.freeze_panes = "B2"
    for number, header in enumerate(page.headers, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(16, min(len(header) + 6, 40))
    sheet.append(list(_bold(sheet, page.headers)))
    count = 1
    for row in page.rows:
        sheet.append([_cell(sheet, cell) for cell in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(page.headers))}{count}"


def _cell(sheet: Any, value: Written) -> Any:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0))
        cell.number_format = "dd/mm/yyyy hh:mm:ss"
        return cell
    return _text(sheet, disarmed(value)) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)


def _text(sheet: Any, value: str) -> Any:
    """Return a cell that stays text when a person types in it, so that codes keep their leading zeros."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.number_format = "@"
    return cell


def _bold(sheet: Any, headers: Sequence[str]) -> Iterator[Any]:
    for header in headers:
        cell = WriteOnlyCell(sheet, value=header)
        cell.font = Font(bold=True)
        yield cell

"""The columns of the register as a table: what each is called, how a cell is read, how a value is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import AgencyKind, UnitLevel
from accounts.models import Agency
from accounts.services.agency_rules import day, tidied
from core.sheets import Cell, Formula, rearmed
from core.text import fold

_YES, _NO = {"co", "x", "1", "true", "dung"}, {"khong", "0", "false", "sai"}


class WrongCell(ValueError):
    """A cell cannot be read; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field of the agency, its header, how to read a filled cell, how to write a value."""

    field: str
    header: StrOrPromise
    read: Callable[[Cell], Any]
    write: Callable[[Any], str] = str
    hint: StrOrPromise = ""


def read_text(cell: Cell) -> str:
    """Return the text of a cell; a whole number is the code somebody typed without making the cell text."""
    if isinstance(cell, Formula):
        raise WrongCell(_("Ô có công thức; dán lại dạng giá trị"))
    if isinstance(cell, date):
        raise WrongCell(_("Ô đang ở dạng ngày; định dạng ô là văn bản rồi gõ lại"))
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return tidied(rearmed(str(cell)))


def _read_flag(cell: Cell) -> bool:
    typed = "1" if cell is True else "0" if cell is False else fold(read_text(cell))
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    raise WrongCell(_("Nhập «Có» hoặc «Không»"))


def _read_date(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    typed = read_text(cell)
    for pattern in get_format("DATE_INPUT_FORMATS"):
        try:
            return datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise WrongCell(_("Ngày phải theo dạng ngày/tháng/năm, ví dụ 19/03/2026"))


def _write_date(value: date | None) -> str:
    return day(value) if value else ""


def _read_choice(choices: type[TextChoices]) -> Callable[[Cell], str]:
    @cache
    def known() -> dict[str, str]:
        pairs = [(str(value), str(label)) for value, label in choices.choices if value]
        return {fold(word): value for value, label in pairs for word in (value, label)}

    def read(cell: Cell) -> str:
        found = known().get(fold(read_text(cell)))
        if found:
            return found
        labels = "; ".join(str(label) for value, label in choices.choices if value)
        raise WrongCell(_("Không có trong danh sách. Nhập một trong: %(labels)s") % {"labels": labels})

    return read


def _write_choice(choices: type[TextChoices]) -> Callable[[Any], str]:
    return lambda value: str(choices(value).label) if value else ""


def _write_flag(value: object) -> str:
    return _("Có") if value else _("Không")


def _write_code(value: Agency | None) -> str:
    return value.code if value else ""


_DAY_HINT = gettext_lazy("ngày/tháng/năm, ví dụ 19/03/2026")
_FLAG_HINT = gettext_lazy("Có hoặc Không")
COLUMNS: tuple[Column, ...] = (
    Column("code", gettext_lazy("Mã định danh điện tử"), read_text, hint=gettext_lazy("Bắt buộc, ví dụ H60.02")),
    Column("code_is_official", gettext_lazy("Mã là chính thức"), _read_flag, _write_flag, _FLAG_HINT),
    Column("name", gettext_lazy("Tên cơ quan"), read_text, hint=gettext_lazy("Bắt buộc")),
    Column("name_is_official", gettext_lazy("Tên là chính thức"), _read_flag, _write_flag, _FLAG_HINT),
    Column("short_name", gettext_lazy("Tên viết tắt"), read_text),
    Column("symbol", gettext_lazy("Ký hiệu văn bản"), read_text),
    Column(
        "kind",
        gettext_lazy("Loại cơ quan"),
        _read_choice(AgencyKind),
        _write_choice(AgencyKind),
        gettext_lazy("Bắt buộc, một trong các loại của danh bạ"),
    ),
    Column(
        "parent",
        gettext_lazy("Mã cơ quan cấp trên"),
        read_text,
        _write_code,
        gettext_lazy("Có trong danh bạ hoặc tệp"),
    ),
    Column("admin_unit_code", gettext_lazy("Mã đơn vị hành chính"), read_text, hint=gettext_lazy("2 hoặc 5 chữ số")),
    Column(
        "unit_level",
        gettext_lazy("Cấp hành chính"),
        _read_choice(UnitLevel),
        _write_choice(UnitLevel),
        gettext_lazy("Tỉnh, Xã hoặc Phường"),
    ),
    Column("legacy_code", gettext_lazy("Mã liên thông cũ"), read_text, hint=gettext_lazy("Dạng 000.00.01.H60")),
    Column("valid_from", gettext_lazy("Có từ ngày"), _read_date, _write_date, _DAY_HINT),
    Column("valid_to", gettext_lazy("Đến hết ngày"), _read_date, _write_date, _DAY_HINT),
    Column(
        "successor",
        gettext_lazy("Mã cơ quan kế thừa"),
        read_text,
        _write_code,
        gettext_lazy("Chỉ để xem, không sửa được"),
    ),
    Column("is_operator", gettext_lazy("Là cơ quan quản lý, vận hành"), _read_flag, _write_flag, _FLAG_HINT),
    Column("may_file", gettext_lazy("Được lập hồ sơ kết nối"), _read_flag, _write_flag, _FLAG_HINT),
    Column("shared_mailbox", gettext_lazy("Hộp thư chung"), read_text),
    Column("address", gettext_lazy("Địa chỉ"), read_text),
    Column("phone", gettext_lazy("Điện thoại"), read_text),
    Column("website", gettext_lazy("Trang thông tin"), read_text),
    Column("source", gettext_lazy("Nguồn"), read_text, hint=gettext_lazy("Văn bản hoặc nơi cung cấp")),
    Column("note", gettext_lazy("Ghi chú"), read_text),
)
# Read from a file but not written to one: the official code that replaces the one of the row.
NEW_CODE = Column(
    "new_code",
    gettext_lazy("Mã chính thức mới"),
    read_text,
    hint=gettext_lazy("Chỉ nhập khi thay mã mẫu bằng mã chính thức"),
)
BY_FIELD: Mapping[str, Column] = {column.field: column for column in (*COLUMNS, NEW_CODE)}
# A cell left empty in these columns keeps what is there; in the others it clears the value.
KEPT_WHEN_EMPTY = frozenset(
    {"code_is_official", "name_is_official", "is_operator", "may_file", "source", "successor", "new_code"}
)


def header_of(field: str) -> str:
    """Return the header of a field; errors of no column belong to the row."""
    return str(BY_FIELD[field].header) if field in BY_FIELD else _("Cả dòng")


def written(field: str, value: Any) -> str:
    """Return *value* as the table shows it."""
    return "" if value is None else BY_FIELD[field].write(value)

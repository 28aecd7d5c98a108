"""The columns of the register as a table: what each is called, how a cell is read, how a value is written."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.choices import AgencyKind, UnitLevel
from accounts.models import Agency
from core.columns import (
    DAY_HINT,
    FLAG_HINT,
    Column,
    read_choice,
    read_date,
    read_flag,
    read_text,
    write_choice,
    write_date,
    write_flag,
)
from core.tables import Table


def _write_code(value: Agency | None) -> str:
    return value.code if value else ""


COLUMNS: tuple[Column, ...] = (
    Column("code", gettext_lazy("Mã định danh điện tử"), read_text, hint=gettext_lazy("Bắt buộc, ví dụ H60.02")),
    Column("code_is_official", gettext_lazy("Mã là chính thức"), read_flag, write_flag, FLAG_HINT),
    Column("name", gettext_lazy("Tên cơ quan"), read_text, hint=gettext_lazy("Bắt buộc")),
    Column("name_is_official", gettext_lazy("Tên là chính thức"), read_flag, write_flag, FLAG_HINT),
    Column("short_name", gettext_lazy("Tên viết tắt"), read_text),
    Column("symbol", gettext_lazy("Ký hiệu văn bản"), read_text),
    Column(
        "kind",
        gettext_lazy("Loại cơ quan"),
        read_choice(AgencyKind),
        write_choice(AgencyKind),
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
        read_choice(UnitLevel),
        write_choice(UnitLevel),
        gettext_lazy("Tỉnh, Xã hoặc Phường"),
    ),
    Column("legacy_code", gettext_lazy("Mã liên thông cũ"), read_text, hint=gettext_lazy("Dạng 000.00.01.H60")),
    Column("valid_from", gettext_lazy("Có từ ngày"), read_date, write_date, DAY_HINT),
    Column("valid_to", gettext_lazy("Đến hết ngày"), read_date, write_date, DAY_HINT),
    Column(
        "successor",
        gettext_lazy("Mã cơ quan kế thừa"),
        read_text,
        _write_code,
        gettext_lazy("Chỉ để xem, không sửa được"),
    ),
    Column("is_operator", gettext_lazy("Là cơ quan quản lý, vận hành"), read_flag, write_flag, FLAG_HINT),
    Column("may_file", gettext_lazy("Được lập hồ sơ kết nối"), read_flag, write_flag, FLAG_HINT),
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
# A cell left empty in these columns keeps what is there; in the others it clears the value.
KEPT_WHEN_EMPTY = frozenset(
    {"code_is_official", "name_is_official", "is_operator", "may_file", "source", "successor", "new_code"}
)


TABLE = Table(
    (*COLUMNS, NEW_CODE),
    kept=KEPT_WHEN_EMPTY,
    nullable=frozenset({"valid_from", "valid_to", "parent"}),
)
header_of = TABLE.header_of


def written(field: str, value: Any) -> str:
    """Return *value* as the table shows it."""
    return TABLE.written(field, value)

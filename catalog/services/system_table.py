"""The columns of the register of systems as a file has them, and the register taken away as such a file."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agency
from catalog.choices import SystemKind, SystemState
from catalog.models import InformationSystem
from core import clock
from core.choices import Environment
from core.columns import (
    DAY_HINT,
    Column,
    WrongCell,
    known_words,
    read_choice,
    read_date,
    read_items,
    read_prose,
    read_text,
    write_choice,
    write_date,
    write_items,
    write_prose,
)
from core.networks import read_networks
from core.sheets import Cell, write_xlsx
from core.tables import Table
from core.text import fold


def _read_level(cell: Cell) -> int:
    typed = fold(read_text(cell)).removeprefix("cap do").strip()
    if typed.isdecimal() and len(typed) == 1 and 1 <= int(typed) <= 5:
        return int(typed)
    raise WrongCell(_("Cấp độ an toàn là số từ 1 đến 5"))


def _read_environments(cell: Cell) -> list[str]:
    known = known_words(Environment)
    found = [known.get(fold(item), "") for item in read_items(cell)]
    if "" in found:
        labels = "; ".join(str(item.label) for item in Environment)
        raise WrongCell(
            _("Không có môi trường này. Nhập trong các giá trị, cách nhau bằng dấu ;: %(labels)s") % {"labels": labels}
        )
    return [item.value for item in Environment if item.value in found]


def _write_environments(values: list[str] | None) -> str:
    return "; ".join(str(item.label) for item in Environment if item.value in (values or ()))


def _read_networks(cell: Cell) -> list[str]:
    found, wrong = read_networks(read_items(cell))
    if wrong:
        raise WrongCell("; ".join(wrong))
    return found


def _write_agency(value: Any) -> str:
    return value.code if isinstance(value, Agency) else str(value or "")


_LIST_HINT = gettext_lazy("cách nhau bằng dấu chấm phẩy")
_NETWORK_HINT = gettext_lazy("địa chỉ IP hoặc dải, cách nhau bằng dấu chấm phẩy")
COLUMNS: tuple[Column, ...] = (
    Column("code", gettext_lazy("Mã hệ thống"), read_text, hint=gettext_lazy("Để trống ở hệ thống mới")),
    Column("name", gettext_lazy("Tên hệ thống thông tin"), read_text, hint=gettext_lazy("Bắt buộc")),
    Column(
        "kind",
        gettext_lazy("Loại hệ thống"),
        read_choice(SystemKind),
        write_choice(SystemKind),
        gettext_lazy("Phần mềm, Cơ sở dữ liệu hoặc Nền tảng số"),
    ),
    Column(
        "owner",
        gettext_lazy("Mã cơ quan chủ quản"),
        read_text,
        _write_agency,
        gettext_lazy("Bắt buộc ở hệ thống mới, có trong danh bạ"),
    ),
    Column("operating_unit", gettext_lazy("Mã đơn vị vận hành"), read_text, _write_agency),
    Column("supplier", gettext_lazy("Đơn vị cung cấp phần mềm"), read_text),
    Column("technologies", gettext_lazy("Công nghệ sử dụng"), read_items, write_items, _LIST_HINT),
    Column("hosting", gettext_lazy("Nơi đặt hệ thống"), read_text),
    Column("purpose", gettext_lazy("Mục đích sử dụng"), read_prose, write_prose),
    Column("security_level", gettext_lazy("Cấp độ an toàn"), _read_level, hint=gettext_lazy("Số từ 1 đến 5")),
    Column("security_decision", gettext_lazy("Số quyết định phê duyệt cấp độ"), read_text),
    Column("security_decided_on", gettext_lazy("Ngày quyết định"), read_date, write_date, DAY_HINT),
    Column("environments", gettext_lazy("Môi trường"), _read_environments, _write_environments, _LIST_HINT),
    Column("networks", gettext_lazy("Địa chỉ mạng"), _read_networks, write_items, _NETWORK_HINT),
    Column("sandbox_networks", gettext_lazy("Địa chỉ mạng thử nghiệm"), _read_networks, write_items, _NETWORK_HINT),
    Column(
        "state",
        gettext_lazy("Tình trạng"),
        read_choice(SystemState),
        write_choice(SystemState),
        gettext_lazy("Ở hệ thống mới: Bản nháp hoặc Đã đăng ký; hệ thống đã có thì chỉ để xem"),
    ),
)
# Read from a file but not written to one: the official code that replaces the one of the row, and its ground.
OFFICIAL: tuple[Column, ...] = (
    Column("official_code", gettext_lazy("Mã chính thức"), read_text, hint=gettext_lazy("Chỉ nhập khi thay mã")),
    Column("code_basis", gettext_lazy("Căn cứ của mã chính thức"), read_text),
)
TABLE = Table(
    (*COLUMNS, *OFFICIAL),
    kept=frozenset({"code", "kind", "owner", "operating_unit", "state", "official_code", "code_basis"}),
    nullable=frozenset({"security_level", "security_decided_on"}),
    lists=frozenset({"technologies", "environments", "networks", "sandbox_networks"}),
    needed=("code", "name"),
)


def export_systems(systems: Iterable[InformationSystem]) -> tuple[str, bytes]:
    """Return file name and content of *systems*, already narrowed to what the reader may see and asked for."""
    rows = [[TABLE.written(item.field, getattr(one, item.field)) for item in COLUMNS] for one in systems]
    headers = [str(item.header) for item in COLUMNS]
    name = f"he-thong-thong-tin-{clock.today():%Y-%m-%d}.xlsx"
    return name, write_xlsx(headers, rows, title="Hệ thống thông tin")


def import_template() -> tuple[str, bytes]:
    """Return an empty workbook with every column an import may have."""
    headers = [str(item.header) for item in (*COLUMNS, *OFFICIAL)]
    return "mau-nhap-he-thong.xlsx", write_xlsx(headers, [], title="Hệ thống thông tin")

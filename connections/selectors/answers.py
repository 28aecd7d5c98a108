"""Everything a dossier says, part by part, for reading and checking (portal, staff rooms, printouts)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from catalog.choices import CALLABLE
from catalog.models import DataElement, Operation
from connections.choices import LineOutcome
from connections.models import AccessLine, ConnectionRequest, RequestLine
from core.hours import said


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its key, title and answers as (question, answer)."""

    key: str
    title: StrOrPromise
    facts: Sequence[tuple[StrOrPromise, Any]]


@dataclass(frozen=True, slots=True)
class LineView:
    """One service a dossier asks for, with operations and fields by their names, and what is granted of them."""

    line: Any  # of a dossier or of a request for use: both are asked for, decided and granted by the same names
    operations: list[str]
    fields: list[str]
    granted_operations: list[str]
    granted_fields: list[str]

    @property
    def granted_hours(self) -> list[str]:
        """The hours the decision keeps, as people write them; none: always."""
        return said(self.line.granted_hours)

    @property
    def decided(self) -> bool:
        """Whether the decision differs from what was asked for."""
        return self.line.decided is not None and self.line.decided.outcome != LineOutcome.APPROVED


def parts_of(request: ConnectionRequest) -> list[Part]:
    """Return the parts of a dossier with what was answered, in the order of the task list."""
    rows: dict[str, tuple[StrOrPromise, list[tuple[StrOrPromise, Any]]]] = {
        "contacts": (_("Cơ quan và đầu mối"), _contacts(request)),
        "system": (_("Hệ thống thông tin"), _system(request)),
        "purpose": (_("Mục đích và căn cứ"), _purpose(request)),
        "scope": (_("Phạm vi dữ liệu"), _scope(request)),
        "technical": (_("Yêu cầu kỹ thuật"), _technical(request)),
        "plans": (_("Phương án vận hành, an toàn"), _plans(request)),
    }
    return [Part(key, title, facts) for key, (title, facts) in rows.items()]


def lines_of(request: ConnectionRequest) -> list[LineView]:
    """Return what a dossier asks for, names instead of codes, in three queries whatever their number."""
    return views_of(request.lines.select_related("service__provider", "decision"))


def views_of(found: Iterable[RequestLine] | Iterable[AccessLine]) -> list[LineView]:
    """Return lines, each read with its service, as they are shown; two queries more whatever their number."""
    lines: list[Any] = list(found)
    live = {"version__service__in": [line.service_id for line in lines], "version__state__in": CALLABLE}
    titles = {
        (service, code): title
        for service, code, title in Operation.objects.filter(**live).values_list(
            "version__service_id", "code", "title"
        )
    }
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    labels = {
        (service, name): label
        for service, name, label in elements.values_list("operation__version__service_id", "name", "label")
    }
    return [
        LineView(
            line,
            [titles.get((line.service_id, code), code) for code in line.operations],
            [labels.get((line.service_id, name), name) for name in line.fields],
            [titles.get((line.service_id, code), code) for code in line.granted_operations],
            [labels.get((line.service_id, name), name) for name in line.granted_fields],
        )
        for line in lines
    ]


def _yes_no(value: bool | None) -> str:
    return "" if value is None else _("Có") if value else _("Không")


def _contacts(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    return [
        (_("Cơ quan"), request.agency),
        (_("Lãnh đạo phụ trách"), request.responsible_leader),
        (_("Cán bộ kỹ thuật"), request.technical_contact),
    ]


def _purpose(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    return [
        (_("Nhóm mục đích"), request.purpose),
        (_("Mục đích kết nối"), request.purpose_text),
        (_("Căn cứ pháp lý"), request.legal_basis),
    ]


def _scope(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    return [
        (_("Dữ liệu cá nhân"), _yes_no(request.personal_data)),
        (_("Bí mật nhà nước"), _yes_no(request.state_secret)),
        (_("Trao đổi với cơ sở dữ liệu quốc gia"), _yes_no(request.national_database)),
    ]


def _plans(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    return [(_("Quản lý, vận hành"), request.operation_plan), (_("An toàn thông tin"), request.security_plan)]


def _system(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    system = request.system
    if system is None:
        return [(_("Hệ thống"), "")]
    decision = f"{system.security_decision}, {system.security_decided_on:%d/%m/%Y}" if system.security_decision else ""
    return [
        (_("Hệ thống"), system.name),
        (_("Mã hệ thống"), system.code),
        (_("Đơn vị vận hành"), system.operating_unit),
        (_("Đơn vị cung cấp phần mềm"), system.supplier),
        (_("Mục đích sử dụng"), system.purpose),
        (_("Cấp độ an toàn"), system.security_level),
        (_("Quyết định phê duyệt cấp độ"), decision),
    ]


def _technical(request: ConnectionRequest) -> list[tuple[StrOrPromise, Any]]:
    until = f"{request.wanted_until:%d/%m/%Y}" if request.wanted_until else _("Không xác định thời hạn")
    rows: list[tuple[StrOrPromise, Any]] = [
        (_("Địa chỉ IP gọi tới nền tảng"), ", ".join(request.networks)),
        (_("Số lượt dự kiến mỗi ngày"), _grouped(request.daily_calls)),
        (_("Số lượt mỗi giây lúc cao điểm"), _grouped(request.peak_per_second)),
        (_("Khai thác đến hết ngày"), until),
        (_("Yêu cầu kỹ thuật khác"), request.technical_needs),
    ]
    if request.national_database:
        rows.append((_("Quy chuẩn cấu trúc thông điệp"), request.message_standard))
    return rows


def _grouped(value: int | None) -> str:
    return "" if value is None else number_format(value, force_grouping=True)

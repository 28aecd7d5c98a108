"""The rules of the register: what each deed asks before an agency is stored, one field error each.

The rules read nothing themselves: what they must know of the rest of the register comes as :class:`Known`, loaded for
one agency or, by an import, once for all of them.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CharField, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import AgencyKind, CodeScheme, UnitLevel
from accounts.models import Agency, AgencyCode
from accounts.models.agencies import ADMIN_UNIT_CODE, LEGACY_CODE, NATIONAL_CODE
from core import clock
from core.text import visible

CODES = {"code": CodeScheme.NATIONAL, "legacy_code": CodeScheme.LEGACY, "admin_unit_code": CodeScheme.ADMIN_UNIT}
_SHAPES = {"code": NATIONAL_CODE, "legacy_code": LEGACY_CODE, "admin_unit_code": ADMIN_UNIT_CODE}
# Longest text without a limit of its own in the table (the note, a reason).
MAX_TEXT = 2000
# Names the one lock that every change of the register takes; any number nobody else uses.
_REGISTER_LOCK = 0x4C47_5350
# Texts with a spelling of their own, judged by the column's validators.
_SPELT = {
    "shared_mailbox": gettext_lazy("Nhập thư điện tử công vụ, ví dụ ten@tuyenquang.gov.vn"),
    "website": gettext_lazy("Nhập địa chỉ đầy đủ, bắt đầu bằng https://"),
}
Errors = dict[str, list[str]]
Fault = tuple[str, str]


def take_register() -> None:
    """Let changes of the register wait for each other until the transaction ends.

    Locks on rows cannot guard a tree: two moves in opposite directions would each see no cycle, or wait for each
    other for ever. The register changes rarely, so one lock is enough.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_REGISTER_LOCK])


class Holder(NamedTuple):
    """Who holds a code of the ledger, their electronic code now, and since when the code asked for is retired."""

    agency_id: int
    name: str
    code: str
    retired_on: date | None


@dataclass(slots=True)
class Known:
    """What the rules must know: the ledger of codes, the tree, who succeeds whom, the living operators."""

    holders: dict[tuple[str, str], Holder]
    parents: dict[int, int | None] = field(default_factory=dict)
    successors: dict[int, int] = field(default_factory=dict)
    operators: set[int] = field(default_factory=set)

    @classmethod
    def about(cls, values: Mapping[str, Any]) -> "Known":
        """Load what one deed with *values* needs."""
        wanted = Q(pk__in=[])
        for name, scheme in CODES.items():
            if values.get(name) and not text_fault(values[name], MAX_TEXT):
                wanted |= Q(scheme=scheme, value=values[name])
        return cls._load(wanted)

    @classmethod
    def everything(cls) -> "Known":
        """Load the whole register, for a file of changes."""
        return cls._load(Q())

    @classmethod
    def _load(cls, wanted: Q) -> "Known":
        today = clock.today()
        columns = ("scheme", "value", "agency_id", "agency__name", "agency__code", "retired_on")
        ledger = AgencyCode.objects.filter(wanted).order_by().values_list(*columns)
        known = cls({(scheme, value): Holder(*rest) for scheme, value, *rest in ledger})
        rows = Agency.objects.order_by().values_list("pk", "parent_id", "successor_id", "is_operator", "valid_to")
        for pk, parent, successor, is_operator, valid_to in rows:
            known.parents[pk] = parent
            if successor is not None:
                known.successors[pk] = successor
            if is_operator and (valid_to is None or valid_to >= today):
                known.operators.add(pk)
        return known

    def learn(self, agency: Agency) -> None:
        """Take in an agency that was just stored."""
        self.parents[agency.pk] = agency.parent_id
        if agency.is_operator:
            self.operators.add(agency.pk)
        for name, scheme in CODES.items():
            if value := getattr(agency, name):
                self.holders[scheme, value] = Holder(agency.pk, agency.name, agency.code, None)


def tidied(value: str) -> str:
    """Return *value* in NFC with single spaces and without characters that show nothing."""
    return visible(value)


def text_fault(value: str, longest: int) -> str:
    """Say what is wrong with a text: characters no text may hold, or too long; "" when nothing is."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        return _("Có ký tự điều khiển không đọc được; xóa ô này rồi gõ lại")
    if len(value) > longest:
        return _("Dài tối đa %(most)d ký tự, hiện có %(count)d") % {"most": longest, "count": len(value)}
    return ""


def reason_faults(reason: str, example: str = "") -> Errors:
    """Judge the reason of a deed; *example* says what people write where a reason is needed."""
    if not reason and example:
        return {"reason": [_("Nhập lý do, ví dụ %(example)s") % {"example": example}]}
    fault = text_fault(reason, MAX_TEXT)
    return {"reason": [fault]} if fault else {}


def faults(agency: Agency, asked: Collection[str], known: Known) -> Errors:
    """Judge *agency* as it would be stored; *asked* names the fields that are set or changed. {} when all is well."""
    found: Errors = {}
    for rule in (_missing, _texts, _kinds, _codes, _dates, _parents, _operators):
        for name, text in rule(agency, asked, known):
            found.setdefault(name, [text])
    return found


def _missing(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    if not agency.name:
        yield "name", _("Nhập tên cơ quan")
    if not agency.source:
        yield "source", _("Nhập nguồn của thông tin")
    if not agency.code:
        yield "code", _("Nhập mã định danh điện tử")


def _texts(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    for name in asked:
        column, value = Agency._meta.get_field(name), getattr(agency, name)
        if not isinstance(value, str):
            continue
        longest = column.max_length if isinstance(column, CharField) and not column.choices else MAX_TEXT
        if fault := text_fault(value, longest or MAX_TEXT):
            yield name, fault
        elif value and name in _SPELT and not _passes(column, value):
            yield name, str(_SPELT[name])


def _passes(column: Any, value: str) -> bool:
    try:
        column.run_validators(value)
    except ValidationError:
        return False
    return True


def _kinds(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    if agency.kind not in AgencyKind.values:
        yield "kind", _("Chọn loại cơ quan trong danh sách")
    if agency.unit_level not in UnitLevel.values:
        yield "unit_level", _("Chọn cấp hành chính trong danh sách")
    if agency.kind == AgencyKind.COMMUNE and (len(agency.admin_unit_code) != 5 or agency.unit_level == UnitLevel.NONE):
        yield "admin_unit_code", _("Xã, phường cần mã đơn vị hành chính 5 chữ số và cấp hành chính")


def _codes(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    for name, scheme in CODES.items():
        value = getattr(agency, name)
        if name not in asked or not value:
            continue
        try:
            _SHAPES[name](value)
        except ValidationError as error:
            yield name, error.messages[0]
            continue
        holder = known.holders.get((scheme, value))
        if holder is not None and holder.agency_id != agency.pk:
            said = {"code": value, "agency": holder.name}
            yield name, _("Mã %(code)s đã cấp cho %(agency)s; mã không bao giờ dùng lại") % said


def _dates(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    if agency.valid_from and agency.valid_to and agency.valid_to < agency.valid_from:
        yield (
            "valid_to",
            _("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu (%(day)s)") % {"day": day(agency.valid_from)},
        )
    for name in ("valid_from", "valid_to"):
        value = getattr(agency, name)
        if name in asked and value is not None and not 1945 <= value.year <= 2100:
            yield name, _("Năm phải từ 1945 đến 2100")


def _parents(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    parent = agency.parent if "parent" in asked else None
    if parent is None:
        return
    if agency.pk is not None and agency.pk in _line(parent.pk, known.parents):
        yield "parent", _("Chọn cơ quan khác: cơ quan cấp trên không thể nằm dưới chính cơ quan này")
    today = clock.today()
    ended_before = agency.valid_to is not None and parent.valid_to is not None and agency.valid_to <= parent.valid_to
    if parent.valid_to is not None and parent.valid_to < today and not ended_before:
        said = {"name": parent.name, "day": day(parent.valid_to)}
        yield "parent", _("%(name)s đã kết thúc ngày %(day)s; chọn cơ quan còn hoạt động") % said
    if parent.valid_from is not None and parent.valid_from > max(today, agency.valid_from or today):
        said = {"name": parent.name, "day": day(parent.valid_from)}
        yield "parent", _("%(name)s chỉ có từ ngày %(day)s; chọn cơ quan đang hoạt động") % said


def _line(start: int | None, above: Mapping[int, int | None]) -> Iterator[int]:
    """Give *start* and what is above it, once each."""
    seen: set[int] = set()
    while start is not None and start not in seen:
        seen.add(start)
        yield start
        start = above.get(start)


def _operators(agency: Agency, asked: Collection[str], known: Known) -> Iterator[Fault]:
    if "is_operator" in asked and not agency.is_operator and known.operators == {agency.pk}:
        yield "is_operator", _("Cần ít nhất một cơ quan quản lý, vận hành; chỉ định cơ quan khác trước")


def successor_faults(agency: Agency, successor: Agency, ended: date, known: Known) -> Errors:
    """Judge who takes over from *agency* when it ends on the day *ended*."""
    if successor.pk == agency.pk:
        return {"successor": [_("Cơ quan không thể kế thừa chính mình")]}
    over = successor.valid_to
    if over is not None and (over <= ended or over < clock.today()):
        return {"successor": [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": successor}]}
    begun = successor.valid_from
    if begun is not None and begun > ended + timedelta(days=1):
        said = {"name": successor, "day": day(begun)}
        return {"successor": [_("%(name)s chỉ có từ ngày %(day)s, sau ngày kết thúc") % said]}
    if agency.pk in _line(successor.pk, known.successors):
        return {"successor": [_("%(name)s được chính cơ quan này kế thừa; chọn cơ quan khác") % {"name": successor}]}
    return {}


def day(value: date) -> str:
    """Return *value* as people write it."""
    return f"{value:%d/%m/%Y}"

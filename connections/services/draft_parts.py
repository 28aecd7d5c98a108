"""The parts of a dossier: what each takes, and what is wrong with what was given.

A part may be saved half-filled; only what is given and wrong is refused, with the way to mend it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from catalog.models import InformationSystem
from connections.choices import State
from connections.models import ConnectionRequest, RequestLine
from connections.selectors.offered import codes_offered
from connections.selectors.people import technicians_of
from core import clock
from core.networks import read_networks
from core.problems import InvalidInput
from core.text import tidy

Errors = dict[str, list[str]]
Values = dict[str, Any]
LONG, SHORT = 4000, 200
MAX_LINES = 20


def read_part(
    request: ConnectionRequest, part: str, fields: Mapping[str, Any]
) -> tuple[Values, list[Mapping[str, Any]] | None]:
    """Return the values of *part* and, for the scope, its lines (None: not given). Raises InvalidInput."""
    errors: Errors = {}
    values = PARTS[part](request, fields, errors)
    lines = None
    if part == "scope" and fields.get("lines") is not None:
        lines = _lines(fields["lines"], errors)
    if errors:
        raise InvalidInput(errors)
    return values, lines


def _text(fields: Mapping[str, Any], name: str, errors: Errors, limit: int = LONG) -> str:
    value = tidy(str(fields.get(name) or ""))
    if len(value) > limit:
        errors[name] = [_("Nội dung dài %(n)s ký tự, tối đa %(limit)s ký tự") % {"n": len(value), "limit": limit}]
    return value


def _number(fields: Mapping[str, Any], name: str, errors: Errors, limit: int) -> int | None:
    value = fields.get(name)
    if value in (None, ""):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        shown = number_format(limit, force_grouping=True)
        errors[name] = [_("Nhập số nguyên từ 1 đến %(limit)s") % {"limit": shown}]
        return None
    return value


def _contacts(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    contact = fields.get("technical_contact")
    if contact is not None and not technicians_of(request.agency_id).filter(pk=contact.pk).exists():
        errors["technical_contact"] = [_("Chọn người đang giữ vai trò Cán bộ kỹ thuật của cơ quan")]
    return {
        "responsible_leader": _text(fields, "responsible_leader", errors, SHORT),
        "technical_contact": contact,
    }


def _system(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    system: InformationSystem | None = fields.get("system")
    if system is not None:
        if system.owner_id != request.agency_id:
            errors["system"] = [_("Chọn hệ thống do cơ quan mình chủ quản")]
        elif not InformationSystem.objects.registered().filter(pk=system.pk).exists():
            errors["system"] = [_("Hệ thống chưa được đăng ký; hoàn thành đăng ký hệ thống trước")]
        else:
            others = ConnectionRequest.objects.open().exclude(state=State.DRAFT).exclude(pk=request.pk)
            other = others.filter(system=system, kind=request.kind).first()
            if other is not None:
                errors["system"] = [_("Hệ thống này đã có hồ sơ. Xem hồ sơ %(number)s") % {"number": other}]
    return {"system": system}


def _purpose(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    purpose = fields.get("purpose")
    if purpose is not None and not purpose.active:
        errors["purpose"] = [_("Nhóm mục đích này không còn áp dụng; chọn nhóm khác")]
    return {
        "purpose": purpose,
        "purpose_text": _text(fields, "purpose_text", errors),
        "legal_basis": _text(fields, "legal_basis", errors),
    }


def _scope(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    values: Values = {}
    for name in ("personal_data", "state_secret", "national_database"):
        value = fields.get(name)
        if value not in (None, True, False):
            errors[name] = [_("Chọn có hoặc không")]
        values[name] = value
    return values


def _technical(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    networks, wrong = read_networks(fields.get("networks") or ())
    if wrong:
        errors["networks"] = wrong
    until = fields.get("wanted_until")
    if until is not None and until <= clock.today():
        errors["wanted_until"] = [_("Ngày kết thúc phải sau hôm nay (%(day)s)") % {"day": f"{clock.today():%d/%m/%Y}"}]
    return {
        "networks": networks,
        "daily_calls": _number(fields, "daily_calls", errors, 10_000_000),
        "peak_per_second": _number(fields, "peak_per_second", errors, 10_000),
        "technical_needs": _text(fields, "technical_needs", errors),
        "message_standard": _text(fields, "message_standard", errors),
        "wanted_until": until,
    }


def _plans(request: ConnectionRequest, fields: Mapping[str, Any], errors: Errors) -> Values:
    return {name: _text(fields, name, errors) for name in ("operation_plan", "security_plan")}


PARTS: dict[str, Callable[[ConnectionRequest, Mapping[str, Any], Errors], Values]] = {
    "contacts": _contacts,
    "system": _system,
    "purpose": _purpose,
    "scope": _scope,
    "technical": _technical,
    "plans": _plans,
}


def read_lines(given: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the lines of a dossier as they may stand. Raises InvalidInput on ``lines``."""
    errors: Errors = {}
    lines = _lines(given, errors)
    if errors:
        raise InvalidInput(errors)
    return lines


def _lines(given: Sequence[Mapping[str, Any]], errors: Errors) -> list[Mapping[str, Any]]:
    if len(given) > MAX_LINES:
        errors["lines"] = [_("Một hồ sơ đề nghị tối đa %(n)s dịch vụ (hạn nội bộ)") % {"n": MAX_LINES}]
        return []
    services = [line["service"].pk for line in given]
    if len(set(services)) != len(services):
        errors["lines"] = [_("Mỗi dịch vụ chỉ đề nghị một lần trong một hồ sơ")]
    offered = codes_offered(services)
    return [_line(line, offered.get(line["service"].pk), errors) for line in given]


def _line(line: Mapping[str, Any], offered: tuple[set[str], set[str]] | None, errors: Errors) -> Mapping[str, Any]:
    service, found = line["service"], errors.setdefault("lines", [])
    quota = line.get("daily_quota")
    if offered is None:
        found.append(_("Dịch vụ «%(service)s» chưa được công bố") % {"service": service.title})
        offered = (set(), set())
    elif not line.get("operations"):
        found.append(_("Chọn ít nhất một thao tác của dịch vụ «%(service)s»") % {"service": service.title})
    for code in sorted({*line.get("operations", ())} - offered[0]):
        found.append(_("Dịch vụ «%(s)s» không có thao tác «%(code)s»") % {"s": service.title, "code": code})
    for name in sorted({*line.get("fields", ())} - offered[1]):
        found.append(_("Dịch vụ «%(s)s» không có trường «%(name)s»") % {"s": service.title, "name": name})
    if not isinstance(quota, int) or not 1 <= quota <= 10_000_000:
        text = _("Nhập hạn mức mỗi ngày của «%(service)s», số nguyên từ 1 đến 10.000.000")
        found.append(text % {"service": service.title})
    if not found:
        del errors["lines"]
    return {
        "service": service,
        "operations": sorted(set(line.get("operations", ()))),
        "fields": sorted(set(line.get("fields", ()))),
        "daily_quota": quota,
    }


def store_lines(request: ConnectionRequest, lines: Sequence[Mapping[str, Any]]) -> tuple[list[Any], list[Any]]:
    """Make the dossier's lines those given; return how both sides read, for the fact."""
    known = {line.service_id: line for line in request.lines.select_related("service")}
    before = [_said(line) for line in known.values()]
    for values in lines:
        line = known.pop(values["service"].pk, None) or RequestLine(request=request, service=values["service"])
        for name in ("operations", "fields", "daily_quota"):
            setattr(line, name, values[name])
        line.save()
    for gone in known.values():
        gone.delete()
    return before, [_said(line) for line in request.lines.select_related("service")]


def _said(line: RequestLine) -> dict[str, Any]:
    return {
        "service": line.service.code,
        "operations": line.operations,
        "fields": line.fields,
        "daily_quota": line.daily_quota,
    }

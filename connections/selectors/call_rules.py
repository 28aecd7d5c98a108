"""The rule a call ran into, as it stands now: the key, the grant, what else the system holds. For its owner."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from audit.selectors.calls import CallRow
from connections.models import Connection, Credential, Grant, Hold
from connections.selectors.call_steps import BEARER
from core import clock
from core.choices import Environment, Step
from core.hours import said

Told = list[tuple[str, str]]


@dataclass(slots=True)
class Held:
    """What the reader may see of the rights behind a call; ``grants`` are others of the system for the service."""

    key: Credential | None = None
    grant: Grant | None = None
    connection: Connection | None = None
    holds: list[Hold] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)


def rule_of(step: Step | None, row: CallRow, held: Held) -> Told:
    """Return terms and values of the rule behind *step*, [] where there is nothing of one's own to look at."""
    tell = _RULES.get(step) if step is not None else None
    return tell(row, held) if tell else []


def skew_of(row: CallRow) -> int | None:
    """Return the seconds the caller's clock was ahead of ours when it signed, None when nobody proved to have."""
    if row.created is None or not row.key_id or row.auth == BEARER:
        return None
    return int(row.created.timestamp()) - int(row.received_at.timestamp())


def _time(row: CallRow, held: Held) -> Told:
    skew = skew_of(row)
    if skew is None or row.created is None:
        return []
    way = _("chậm %(n)s giây so với nền tảng") if skew < 0 else _("nhanh %(n)s giây so với nền tảng")
    return [
        (_("Thời điểm ký theo đồng hồ bên gọi"), date_format(row.created.astimezone(clock.VIETNAM), "H:i:s d/m/Y")),
        (_("Thời điểm nền tảng nhận"), date_format(row.received_at.astimezone(clock.VIETNAM), "H:i:s d/m/Y")),
        (_("Đồng hồ bên gọi"), way % {"n": number_format(abs(skew), force_grouping=True)}),
    ]


def _key_state(row: CallRow, held: Held) -> Told:
    key = held.key
    return [(_("Khóa %(key)s") % {"key": key.access_key}, key_standing(key))] if key else []


def key_standing(key: Credential) -> str:
    """Return in words how a key stands today."""
    if key.revoked_at is not None:
        return _("đã thu hồi ngày %(day)s") % {"day": _day(key.revoked_at)}
    if key.valid_to < clock.today():
        return _("hết hạn sau ngày %(day)s") % {"day": _day(key.valid_to)}
    if key.activated_at is None:
        return _("chưa kích hoạt")
    return _("đang dùng được đến hết ngày %(day)s") % {"day": _day(key.valid_to)}


def _grant(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return _others(row, held)
    told = [(_("Quyền khai thác %(code)s") % {"code": held.grant.code}, grant_standing(held.grant))]
    told += [
        (_("Kết nối tạm dừng từ %(day)s") % {"day": _day(hold.placed_at)}, f"{hold.agency}: {hold.reason}")
        for hold in held.holds
    ]
    if row.reason == "environment-mismatch" and held.key is not None:
        told += [
            (_("Môi trường của khóa"), _place(held.key.environment)),
            (_("Môi trường của quyền"), _place(held.grant.environment)),
        ]
    return told


def grant_standing(grant: Grant) -> str:
    """Return in words how a grant stands today."""
    if grant.revoked_at is not None:
        return _("đã thu hồi ngày %(day)s") % {"day": _day(grant.revoked_at)}
    if grant.valid_from > clock.today():
        return _("có hiệu lực từ ngày %(day)s") % {"day": _day(grant.valid_from)}
    if grant.valid_to is None:
        return _("đang có hiệu lực từ ngày %(day)s") % {"day": _day(grant.valid_from)}
    if grant.valid_to < clock.today():
        return _("hết hạn sau ngày %(day)s") % {"day": _day(grant.valid_to)}
    return _("đang có hiệu lực đến hết ngày %(day)s") % {"day": _day(grant.valid_to)}


def _others(row: CallRow, held: Held) -> Told:
    if not held.grants:
        return [(_("Quyền của hệ thống đối với dịch vụ này"), _("chưa có quyền nào"))]
    return [
        (_("Hệ thống đang có %(code)s") % {"code": grant.code}, f"{grant.service.code}, {_told_of(grant)}")
        for grant in held.grants
    ]


def _told_of(grant: Grant) -> str:
    return _("môi trường %(place)s, %(standing)s") % {
        "place": _place(grant.environment).lower(),
        "standing": grant_standing(grant),
    }


def _service(row: CallRow, held: Held) -> Told:
    place = (_("Môi trường của khóa"), _place(row.environment))
    return [place, *_others(row, held)] if held.grants else [place]


def _purpose(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return []
    purpose = held.grant.purpose
    return [(_("Mục đích được cấp của %(code)s") % {"code": held.grant.code}, f"{purpose.code} – {purpose.title}")]


def _operation(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return []
    return [
        (_("Thao tác được gọi"), f"{row.method} {row.operation}".strip()),
        (_("Thao tác được cấp của %(code)s") % {"code": held.grant.code}, _listed(held.grant.operations)),
    ]


def _network(row: CallRow, held: Held) -> Told:
    told = [(_("Lượt gọi đến từ"), row.address)]
    if held.key is not None and held.key.networks:
        told.append((_("Địa chỉ ghi ở khóa %(key)s") % {"key": held.key.access_key}, _listed(held.key.networks)))
    if held.grant is not None:
        told.append((_("Địa chỉ ghi ở quyền %(code)s") % {"code": held.grant.code}, _listed(held.grant.networks)))
    return told


def _hours(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return []
    term = _("Khung giờ của %(code)s, giờ Việt Nam") % {"code": held.grant.code}
    return [(term, "; ".join(said(held.grant.hours)) or _("mọi lúc"))]


def _rate(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return []
    told = []
    if held.grant.rate_per_second:
        told.append((_("Tốc độ của %(code)s"), _("%(n)s lượt mỗi giây"), held.grant.rate_per_second))
    if held.grant.rate_per_minute:
        told.append((_("Tốc độ của %(code)s"), _("%(n)s lượt mỗi phút"), held.grant.rate_per_minute))
    if row.reason == "concurrency-exceeded" and held.key is not None:
        told = [(_("Số lượt cùng lúc của khóa"), _("%(n)s lượt"), held.key.calls_at_once)]
    code = held.grant.code
    return [(term % {"code": code}, text % {"n": number_format(value)}) for term, text, value in told]


def _quota(row: CallRow, held: Held) -> Told:
    if held.grant is None:
        return []
    term = _("Hạn mức mỗi ngày của %(code)s") % {"code": held.grant.code}
    return [(term, _("%(n)s lượt") % {"n": number_format(held.grant.daily_quota, force_grouping=True)})]


def _listed(values: Iterable[str]) -> str:
    return ", ".join(values) or _("mọi địa chỉ")


def _place(environment: str) -> str:
    return str(Environment(environment).label) if environment in Environment.values else environment


def _day(moment: date | datetime) -> str:
    """Return the day in Vietnam."""
    local = moment.astimezone(clock.VIETNAM) if isinstance(moment, datetime) else moment
    return date_format(local, "d/m/Y")


_RULES: dict[Step, Callable[[CallRow, Held], Told]] = {
    Step.TIME: _time,
    Step.KEY_STATE: _key_state,
    Step.SERVICE: _service,
    Step.GRANT: _grant,
    Step.PURPOSE: _purpose,
    Step.OPERATION: _operation,
    Step.NETWORK: _network,
    Step.HOURS: _hours,
    Step.RATE: _rate,
    Step.QUOTA: _quota,
}

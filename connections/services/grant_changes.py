"""Changing one open grant: narrowed or revoked, effective at the broker when the deed commits (QC4.6, QC11.3)."""

from collections.abc import Callable, Sequence
from datetime import date
from ipaddress import ip_network
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audit.gates import set_limit
from audit.record import changed, record_fact
from connections.models import Connection, Grant
from connections.models.grants import MOST_PER_MINUTE, MOST_PER_SECOND
from connections.selectors.offered import codes_offered
from connections.services.access_telling import tell_of_grant
from connections.services.grants import close_gates, revoke_grants
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.hours import Span, inside, spans_of, week_of
from core.networks import read_networks
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

MANAGE = "environment.manage"
Errors = dict[str, list[str]]


def lock_open_grant(grant: Grant) -> Grant:
    """Return *grant* locked after its connection, if it has one. Raises StateRefused when it is revoked."""
    Connection.objects.select_for_update(of=("self",)).filter(pk=grant.connection_id or 0).first()
    found = Grant.objects.select_for_update(of=("self",)).select_related(
        "system__owner", "service__provider", "connection__technical_contact"
    )
    stored = found.get(pk=grant.pk)
    if stored.revoked_at is not None:
        raise StateRefused(_("Quyền %(code)s đã thu hồi từ trước.") % {"code": stored})
    return stored


class Kept(TypedDict, total=False):
    """What is kept of a grant; what is absent or None stays as it is."""

    operations: Sequence[str] | None
    fields: Sequence[str] | None
    networks: Sequence[str] | None
    daily_quota: int | None
    rate_per_second: int | None
    rate_per_minute: int | None
    hours: Sequence[Span] | None
    valid_to: date | None


@transaction.atomic
def narrow_grant(*, actor: Actor, grant: Grant, reason: str, **kept: Unpack[Kept]) -> Grant:
    """Keep less of an open grant. No call outside what is left is admitted after the commit.

    Never widens: more needs a request of its own. Raises PermissionRefused, StateRefused, InvalidInput by field.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Thu hẹp quyền khai thác thuộc Cán bộ vận hành."))
    stored, why = lock_open_grant(grant), tidy(reason)
    values, errors = _read(stored, {name: value for name, value in kept.items() if value is not None})
    if not why:
        errors["reason"] = [_("Nhập lý do thu hẹp: hai bên đọc được")]
    if errors:
        raise InvalidInput(errors)
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    if not new:
        raise InvalidInput(
            {"": [_("Thu hẹp ít nhất một điều: thao tác, trường, địa chỉ mạng, hạn mức, khung giờ hoặc thời hạn")]}
        )
    for name, value in values.items():
        setattr(stored, name, value)
    _keep(actor, stored, old, new, why)
    if "daily_quota" in new:
        set_limit(stored.gate_id, stored.daily_quota)
    close_gates([stored.gate_id])
    return stored


def _keep(actor: Actor, stored: Grant, old: dict[str, Any], new: dict[str, Any], why: str) -> None:
    stored.narrowed_at, stored.narrow_reason = clock.now(), why
    stored.save()
    record_fact(actor=actor, deed="grant.narrowed", subject=stored, before=old, after=new, reason=why, clause="QC4.6")
    tell_of_grant(
        stored,
        event="grant.narrowed",
        subject=_("Thu hẹp quyền khai thác %(service)s – %(code)s") % {"service": stored.service, "code": stored},
        body=_("Quyền %(code)s của hệ thống %(system)s vừa được thu hẹp. Phạm vi còn lại và lý do ghi trên cổng.")
        % {"code": stored, "system": stored.system},
    )


def _read(grant: Grant, given: dict[str, Any]) -> tuple[dict[str, Any], Errors]:
    values, errors = dict(given), Errors()
    for name, value in given.items():
        values[name], wrong = _READERS[name](grant, value)
        if wrong:
            errors[name] = wrong
    return values, errors


def _operations(grant: Grant, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    kept = _part(wanted, grant.operations)
    return kept, [] if kept else [_("Giữ ít nhất một thao tác trong các thao tác đang có")]


def _fields(grant: Grant, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    named = codes_offered([grant.service_id]).get(grant.service_id, (set(), set()))[1]
    kept = _part(wanted, grant.fields or sorted(named))
    return kept, [] if kept else [_("Giữ ít nhất một trường trong các trường đang có")]


def _networks(grant: Grant, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    kept, wrong = read_networks(wanted)
    if wrong or not kept:
        return kept, wrong or [_("Ghi ít nhất một địa chỉ mạng")]
    return kept, [] if _inside(kept, grant.networks) else [_("Chỉ giữ được địa chỉ nằm trong các địa chỉ đang có")]


def _quota(grant: Grant, wanted: int) -> tuple[int, list[str]]:
    text = _("Hạn mức phải từ 1 đến mức đang có (%(n)s)") % {"n": f"{grant.daily_quota:,}".replace(",", ".")}
    return wanted, [] if 1 <= wanted <= grant.daily_quota else [text]


def _rate(held: int | None, wanted: int, most: int) -> tuple[int, list[str]]:
    text = _("Phải từ 1 đến mức đang có (%(n)s)") % {"n": number_format(held or most, force_grouping=True)}
    return wanted, [] if 1 <= wanted <= (held or most) else [text]


def _per_second(grant: Grant, wanted: int) -> tuple[int, list[str]]:
    return _rate(grant.rate_per_second, wanted, MOST_PER_SECOND)


def _per_minute(grant: Grant, wanted: int) -> tuple[int, list[str]]:
    return _rate(grant.rate_per_minute, wanted, MOST_PER_MINUTE)


def _hours(grant: Grant, wanted: Sequence[Span]) -> tuple[list[dict[str, Any]], list[str]]:
    kept = week_of(wanted)
    fits = inside(kept, week_of(grant.hours))
    return spans_of(kept), [] if fits else [_("Chỉ giữ được thời gian nằm trong khung giờ đang có")]


def _last_day(grant: Grant, wanted: date) -> tuple[date, list[str]]:
    fits = wanted >= max(clock.today(), grant.valid_from) and (grant.valid_to is None or wanted <= grant.valid_to)
    return wanted, [] if fits else [_("Ngày cuối phải từ hôm nay và không sau ngày cuối đang có")]


def _part(wanted: Sequence[str], held: Sequence[str]) -> list[str]:
    """Return what is wanted in the order it is held; nothing when something else is wanted."""
    return [name for name in held if name in wanted] if set(wanted) <= set(held) else []


def _inside(wanted: Sequence[str], held: Sequence[str]) -> bool:
    if not held:
        return True
    outer = [ip_network(text) for text in held]
    return all(_within(ip_network(text), outer) for text in wanted)


def _within(inner: Any, outer: Sequence[Any]) -> bool:
    return any(inner.version == item.version and inner.subnet_of(item) for item in outer)


_READERS: dict[str, Callable[[Grant, Any], tuple[Any, list[str]]]] = {
    "operations": _operations,
    "fields": _fields,
    "networks": _networks,
    "daily_quota": _quota,
    "rate_per_second": _per_second,
    "rate_per_minute": _per_minute,
    "hours": _hours,
    "valid_to": _last_day,
}


@transaction.atomic
def revoke_grant(*, actor: Actor, grant: Grant, reason: str, legal_basis: str) -> Grant:
    """End an open grant for good; no call under it is admitted after this deed commits (QC5, QC11.3).

    Raises PermissionRefused, StateRefused, InvalidInput: both the reason and its legal basis are needed.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Thu hồi quyền khai thác thuộc Cán bộ vận hành."))
    stored = lock_open_grant(grant)
    why, basis = tidy(reason), tidy(legal_basis)
    errors: Errors = {} if why else {"reason": [_("Nhập lý do thu hồi: hai bên đọc được")]}
    if not basis:
        errors["legal_basis"] = [_("Nhập căn cứ pháp lý, ví dụ điều khoản của quy chế hoặc số văn bản")]
    if errors:
        raise InvalidInput(errors)
    return end_grant(actor=actor, grant=stored, reason=why, legal_basis=basis)


def end_grant(*, actor: Actor, grant: Grant, reason: str, legal_basis: str) -> Grant:
    """End a grant that :func:`lock_open_grant` locked and tell both sides; the last statements of a deed.

    Who may do so was judged by that deed: here for SKHCN's operators, above for a decision about a violation.
    """
    text = _("%(reason)s (căn cứ: %(basis)s)") % {"reason": reason, "basis": legal_basis}
    gates = revoke_grants(actor=actor, grants=[grant], reason=text)
    tell_of_grant(
        grant,
        event="grant.revoked",
        subject=_("Thu hồi quyền khai thác %(service)s – %(code)s") % {"service": grant.service, "code": grant},
        body=_(
            "Quyền %(code)s của hệ thống %(system)s ở môi trường %(place)s đã thu hồi. Lý do và căn cứ ghi trên cổng."
        )
        % {"code": grant, "system": grant.system, "place": Environment(grant.environment).label.lower()},
    )
    close_gates(gates)
    return grant

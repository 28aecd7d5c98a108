"""Parameters of an approved dossier that the operator may still set before go-live (QC10.3, QC10.4)."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import set_limit
from audit.record import changed, record_fact
from connections.choices import State
from connections.models import ConnectionRequest, Grant, RequestLine
from connections.services.grants import close_gates, terms_of
from connections.services.moves import lock, touch
from connections.services.rounds import void_if_changed
from core.actor import Actor
from core.choices import Environment
from core.networks import read_networks
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

MANAGE = "environment.manage"
OPEN = frozenset({State.TESTING, State.AWAITING_CONFIRMATION, State.READY})


@transaction.atomic
def adjust_scope(
    *,
    actor: Actor,
    request: ConnectionRequest,
    reason: str,
    networks: Sequence[str] | None = None,
    quotas: Mapping[int, int] | None = None,
    version: int | None = None,
) -> ConnectionRequest:
    """Set other networks, or a lower daily quota by line id; sandbox grants follow at once.

    What was approved is never widened: more needs a dossier of its own. A record that waits or is confirmed becomes
    void and the tests begin anew. Raises InvalidInput by field (``networks``, ``quota-<line id>``, ``reason``).
    """
    stored = lock(request, version=version)
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Điều chỉnh thông số kết nối thuộc Cán bộ vận hành."))
    if stored.state not in OPEN:
        text = _("Hồ sơ đang ở tình trạng «%(state)s», không điều chỉnh thông số được.")
        raise StateRefused(text % {"state": State(stored.state).label})
    lines = {line.pk: line for line in stored.lines.granted().select_for_update(of=("self",))}
    before = _said(stored, lines)
    _write(stored, lines, networks, quotas or {}, tidy(reason))
    old, new = changed(before, _said(stored, lines))
    if not new:
        return stored
    touch(stored)
    limits = _follow(stored, lines)
    record_fact(
        actor=actor,
        deed="request.scope_adjusted",
        subject=stored,
        before=old,
        after=new,
        reason=tidy(reason),
        clause="QC10.3",
    )
    void_if_changed(actor=actor, request=stored, reason=tidy(reason))
    _limit_gates(limits)
    return stored


def _limit_gates(limits: Mapping[int, int]) -> None:
    for gate, limit in sorted(limits.items()):
        set_limit(gate, limit)
    close_gates(limits)


def _said(request: ConnectionRequest, lines: Mapping[int, RequestLine]) -> dict[str, object]:
    quotas = {line.service.code: line.granted_quota for line in lines.values()}
    return {"networks": list(request.networks), "quotas": quotas}


def _write(
    request: ConnectionRequest,
    lines: Mapping[int, RequestLine],
    networks: Sequence[str] | None,
    quotas: Mapping[int, int],
    reason: str,
) -> None:
    errors: dict[str, list[str]] = {}
    if networks is not None:
        found, wrong = read_networks(networks)
        if wrong or not found:
            errors["networks"] = wrong or [_("Nhập ít nhất một địa chỉ mạng")]
        request.networks = found
    for pk, quota in quotas.items():
        line = lines.get(pk)
        most = line.granted_quota if line else 0
        if line is None or not isinstance(quota, int) or not 1 <= quota <= most:
            errors[f"quota-{pk}"] = [
                _("Hạn mức phải từ 1 đến mức đã duyệt (%(n)s); cao hơn cần hồ sơ khác") % {"n": most}
            ]
        else:
            line.daily_quota = quota
    if not reason:
        errors["reason"] = [_("Nhập lý do")]
    if errors:
        raise InvalidInput(errors)


def _follow(request: ConnectionRequest, lines: Mapping[int, RequestLine]) -> dict[int, int]:
    """Save the lines and bring the dossier's sandbox grants to what its lines say now; return gate -> limit."""
    terms, limits = terms_of(Environment.SANDBOX), {}
    for line in lines.values():
        line.save()
    quotas = {line.service_id: line.granted_quota for line in lines.values()}
    grants = Grant.objects.open().filter(request=request, environment=Environment.SANDBOX)
    for grant in grants.select_for_update(of=("self",)):
        grant.networks, grant.daily_quota = request.networks, terms.quota(quotas[grant.service_id])
        grant.save()
        limits[grant.gate_id] = grant.daily_quota
    return limits

"""Weighing what a system asks to use: opinion of the provider, proposal, decision, grants (QC4.6, QC11.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import DataService
from connections.choices import AccessState, LineOutcome, Opinion
from connections.guards.access import ADVISE, proposes
from connections.models import AccessLine, AccessRequest, Connection, Grant
from connections.selectors.load import load_of
from connections.selectors.offered import codes_offered, services_callable
from connections.services.access_moves import lock_access, move_access, touch_access
from connections.services.access_telling import announce_access
from connections.services.grants import Wanted, close_gates, make_grants
from connections.services.lines import judge_decision, read_decision
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

LONG = 4000
Given = Mapping[int, Mapping[str, Any]]


@transaction.atomic
def give_opinion(*, actor: Actor, line: AccessLine, opinion: str, text: str = "") -> AccessLine:
    """Say what the provider of the service thinks; it may say otherwise until the decision is proposed.

    Raises PermissionRefused for anybody but the provider's officer, StateRefused once it is proposed, InvalidInput
    when a narrowing or an objection gives no reason.
    """
    access = lock_access(line.access)
    stored = access.lines.select_related("service").get(pk=line.pk)
    if not (actor.may(ADVISE) and actor.agency_id == stored.service.provider_id):
        raise PermissionRefused(_("Ý kiến do cán bộ cung cấp dữ liệu của cơ quan cung cấp dịch vụ ghi."))
    if access.state != AccessState.SENT:
        text_ = _("Đề nghị đang ở tình trạng «%(state)s», không ghi ý kiến được nữa.")
        raise StateRefused(text_ % {"state": access.get_state_display()})
    said = tidy(text)
    _judge_opinion(opinion, said)
    before = {"opinion": stored.opinion, "text": stored.opinion_text}
    if before == {"opinion": opinion, "text": said}:
        return stored
    stored.opinion, stored.opinion_text = opinion, said
    stored.opinion_by_id, stored.opinion_at = actor.user_id, clock.now()
    stored.save()
    touch_access(access)
    record_fact(
        actor=actor,
        deed="access.opinion",
        subject=access,
        before={"service": stored.service.code, **before},
        after={"service": stored.service.code, "opinion": opinion, "text": said},
        clause="QC4.6",
    )
    if not access.lines.filter(opinion="").exists():
        announce_access(actor, access, "opinions_in")
    return stored


def _judge_opinion(opinion: str, said: str) -> None:
    errors: dict[str, list[str]] = {}
    if opinion not in Opinion.values:
        errors["opinion"] = [_("Chọn nhất trí, nhất trí nếu thu hẹp hoặc không nhất trí")]
    elif opinion != Opinion.AGREE and not said:
        errors["text"] = [_("Nhập lý do: cơ quan đề nghị và Sở đọc được")]
    if len(said) > LONG:
        errors["text"] = [_("Tối đa %(n)s ký tự") % {"n": LONG}]
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def propose_decision(
    *, actor: Actor, access: AccessRequest, decisions: Given, version: int | None = None
) -> AccessRequest:
    """Put a decision for each service before the leader; *decisions* maps line id as ``lines.decide_lines`` says.

    Raises InvalidInput with field ``line-<id>``, GuardRefused while opinions are waited for, PermissionRefused.
    """
    stored = lock_access(access, version=version)
    if not proposes(stored, actor):
        raise PermissionRefused(_("Trình quyết định thuộc Cán bộ thẩm định."))
    lines = list(stored.lines.select_related("service", "access", "renews"))
    offered = codes_offered(line.service_id for line in lines)
    errors: dict[str, list[str]] = {}
    told: dict[str, Any] = {}
    for line in lines:
        values = read_decision(decisions.get(line.pk, {}))
        if wrong := judge_decision(line, values, offered.get(line.service_id, (set(), set()))[1]):
            errors[f"line-{line.pk}"] = wrong
            continue
        _write(line, values)
        told[line.service.code] = {"outcome": values["outcome"], "reason": values["reason"]}
    errors |= {f"line-{pk}": texts for pk, texts in beyond_capacity(lines).items() if f"line-{pk}" not in errors}
    if errors:
        raise InvalidInput(errors)
    stored.proposed_by_id, stored.proposed_at = actor.user_id, clock.now()
    move_access(actor=actor, access=stored, step="propose", after=told)
    announce_access(actor, stored, "proposed")
    return stored


def beyond_capacity(lines: Sequence[AccessLine]) -> dict[int, list[str]]:
    """Return by line id what would promise more calls a day than the provider commits itself to serve."""
    wanted = [line for line in lines if not line.refused]
    loads, found = load_of([line.service_id for line in wanted]), {}
    for line in wanted:
        load = loads[line.service_id]
        replaced = line.renews.daily_quota if line.renews is not None and line.renews.revoked_at is None else 0
        if load.left is not None and line.granted_quota > (left := max(load.left + replaced, 0)):
            text = _("Vượt năng lực cơ quan cung cấp cam kết: còn %(n)s lượt mỗi ngày; thu hẹp hạn mức")
            found[line.pk] = [text % {"n": number_format(left)}]
    return found


def _write(line: AccessLine, values: Mapping[str, Any]) -> None:
    line.outcome, line.reason, line.legal_basis = values["outcome"], values["reason"], values["legal_basis"]
    line.kept_operations, line.kept_fields = values["operations"], values["fields"]
    line.kept_quota, line.kept_until = values["daily_quota"], values["valid_to"]
    line.kept_hours = values["hours"]
    line.save()


@transaction.atomic
def send_back_access(*, actor: Actor, access: AccessRequest, reason: str) -> AccessRequest:
    """Let the proposal be looked at again. Raises PermissionRefused, StateRefused, InvalidInput."""
    stored = lock_access(access)
    move_access(actor=actor, access=stored, step="send_back", reason=reason)
    stored.proposed_by = stored.proposed_at = None
    stored.save()
    announce_access(actor, stored, "sent_back")
    return stored


@transaction.atomic
def decide_access(*, actor: Actor, access: AccessRequest, version: int | None = None) -> list[Grant]:
    """Make the proposal the decision: live grants are open when this commits, sandbox ones where that can be called.

    A grant the system held for a service gives way to the new one, so that no call meets both or neither.
    Holds stay: a grant opened under one is refused until it is lifted.
    Raises PermissionRefused, also for whoever proposed it, StateRefused, GuardRefused when the connection has ended.
    """
    stored = lock_access(access, version=version)
    connection = (
        Connection.objects.select_for_update(of=("self",))
        .select_related("system__owner", "request")
        .filter(system_id=stored.system_id)
        .first()
    )
    _judge_capacity(stored)
    stored.decided_by_id, stored.decided_at, stored.ended_at = actor.user_id, clock.now(), clock.now()
    move_access(actor=actor, access=stored, step="decide")
    grants, replaced = _open(actor, stored, connection) if connection is not None else ([], [])
    announce_access(actor, stored, "decided", grants=", ".join(grant.code for grant in grants))
    close_gates(replaced)
    return grants


def _judge_capacity(access: AccessRequest) -> None:
    """Refuse what others were granted meanwhile; two decisions never share what is left, for services are locked."""
    lines = list(access.lines.select_related("service", "access", "renews"))
    services = DataService.objects.select_for_update(of=("self",)).order_by("pk")
    list(services.filter(pk__in=[line.service_id for line in lines]))
    for line in lines:
        if found := beyond_capacity([line]):
            raise GuardRefused(f"{line.service.title}: {found[line.pk][0]}.")


def _open(actor: Actor, access: AccessRequest, connection: Connection) -> tuple[list[Grant], list[int]]:
    lines = list(access.lines.exclude(outcome=LineOutcome.REFUSED).select_related("service", "access"))
    wanted = [
        Wanted(
            line.service,
            line.granted_operations,
            line.granted_fields,
            line.granted_quota,
            line.granted_until,
            line.granted_hours,
            line,
        )
        for line in lines
    ]
    made: list[Grant] = []
    gates: list[int] = []
    for environment in (Environment.LIVE, Environment.SANDBOX):
        there = services_callable([item.service.pk for item in wanted], environment)
        grants, replaced = make_grants(
            actor=actor,
            connection=connection,
            environment=environment,
            wanted=[item for item in wanted if item.service.pk in there],
            purpose_id=access.purpose_id or 0,
            networks=access.networks,
            source=access,
        )
        made += grants
        gates += replaced
    return made, gates

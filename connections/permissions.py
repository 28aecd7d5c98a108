"""Who may take which step of a dossier now, and why not: one judgement for pages, deeds and tests.

The order of refusals is fixed: what the person may not see is not found (the queryset's work), then the right, then
the state, then the four eyes, then the named conditions. Each tells the reason it was refused for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_fsm import Transition
from django_stubs_ext import StrOrPromise

from accounts.roles import ROLES, roles_with
from connections.choices import HoldSide, PrintoutKind, Side, State
from connections.models import Connection, ConnectionRequest, Printout
from core.actor import Actor
from core.problems import DomainError, GuardRefused, PermissionRefused, StateRefused


@dataclass(frozen=True, slots=True)
class Offer:
    """A step of the transition table as the page offers it; ``refusal`` says why it cannot be taken now."""

    action: str
    label: StrOrPromise
    clause: str
    needs_reason: bool
    refusal: DomainError | None = None


def transitions() -> dict[str, list[Transition]]:
    """Return the transition table: action -> its transitions, one for each source state."""
    found: dict[str, list[Transition]] = {}
    for item in ConnectionRequest._meta.get_field("state").get_all_transitions(ConnectionRequest):
        found.setdefault(item.custom["action"], []).append(item)
    return found


def side_of(actor: Actor, request: ConnectionRequest) -> Side | None:
    """Return which of the two sides of *request* the actor speaks for under their present agency, if any."""
    if actor.may("record.confirm") and actor.agency_id == request.agency_id:
        return Side.AGENCY
    return Side.OPERATOR if actor.may("record.confirm_operator") else None


def judge(actor: Actor, request: ConnectionRequest, action: str, *, complete: bool = True) -> DomainError | None:
    """Return why *actor* may not take *action* on *request* now, or None when they may.

    *complete* false leaves out the conditions that the deed itself is about to fulfil. Raises KeyError for an action
    the table does not have.
    """
    return judge_actor(actor, request, action) or _judge_conditions(
        request, row_of(request, action), complete=complete
    )


def judge_actor(actor: Actor, request: ConnectionRequest, action: str) -> DomainError | None:
    """Judge as :func:`judge` does, without the named conditions: the transition itself asks for those."""
    rows = transitions()[action]
    return _judge_right(actor, request, rows[0]) or _judge_state(request, rows) or _judge_eyes(actor, request, rows[0])


def offers(actor: Actor, request: ConnectionRequest) -> list[Offer]:
    """Return the steps that exist in the dossier's state and belong to the actor, with what still hinders each."""
    return list(_offers(actor, request))


def _offers(actor: Actor, request: ConnectionRequest) -> Iterator[Offer]:
    for action, rows in transitions().items():
        if _judge_right(actor, request, rows[0]) is not None or _judge_state(request, rows) is not None:
            continue
        said = rows[0].custom
        refusal = judge(actor, request, action, complete=False)
        yield Offer(action, said["label"], said["clause"], bool(said.get("reason")), refusal)


def row_of(request: ConnectionRequest, action: str) -> Transition:
    """Return the transition of *action* that leaves the dossier's state; there is one where the state was judged."""
    return next(item for item in transitions()[action] if item.source == request.state)


def _judge_right(actor: Actor, request: ConnectionRequest, row: Transition) -> DomainError | None:
    said = row.custom
    if "by_side" in said:
        wanted = [
            permission
            for side, permission in said["by_side"].items()
            if side != Side.AGENCY or actor.agency_id == request.agency_id
        ]
        allowed = side_of(actor, request) is not None
    else:
        wanted = [said["permission"]]
        own = said["side"] != "agency" or actor.agency_id == request.agency_id
        allowed = own and actor.may(said["permission"])
    if allowed:
        return None
    holders = {str(ROLES[role].label) for permission in wanted for role in roles_with(permission)}
    text = _("«%(step)s» thuộc vai trò %(roles)s.")
    return PermissionRefused(text % {"step": said["label"], "roles": ", ".join(sorted(holders))})


def _judge_state(request: ConnectionRequest, rows: list[Transition]) -> DomainError | None:
    if any(item.source == request.state for item in rows):
        return None
    text = _("Hồ sơ đang ở tình trạng «%(state)s», không có bước «%(step)s».")
    return StateRefused(text % {"state": State(request.state).label, "step": rows[0].custom["label"]})


def _judge_eyes(actor: Actor, request: ConnectionRequest, row: Transition) -> DomainError | None:
    for name in row.custom.get("apart_from", ()):
        if actor.user_id is not None and getattr(request, f"{name}_id") == actor.user_id:
            who = ConnectionRequest._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            return PermissionRefused(
                _("Bạn là %(who)s của hồ sơ này; bước «%(step)s» phải do người khác thực hiện.")
                % {"who": who, "step": row.custom["label"]}
            )
    return None


def _judge_conditions(request: ConnectionRequest, row: Transition, *, complete: bool) -> DomainError | None:
    later: tuple[Any, ...] = () if complete else row.custom.get("after", ())
    conditions: list[Any] = row.conditions
    for condition in conditions:
        if condition not in later and (missing := condition.explain(request)):
            return GuardRefused(missing)
    return None


# Who speaks for a side when a connection is suspended or resumed (Q50-15.4).
HOLDERS = {
    HoldSide.AGENCY: "request.send",
    HoldSide.PROVIDER: "grant.advise",
    HoldSide.OPERATOR: "environment.manage",
}


def may_hold(actor: Actor, connection: Connection, side: HoldSide) -> bool:
    """Return whether *actor* speaks for *side* of *connection* under their present agency."""
    if not actor.may(HOLDERS[side]):
        return False
    if side == HoldSide.AGENCY:
        return actor.agency_id == connection.system.owner_id
    if side == HoldSide.PROVIDER:
        own = connection.grants.open().filter(service__provider_id=actor.agency_id or 0).exists()
        return (
            own or connection.holds.filter(side=side, agency_id=actor.agency_id or 0, lifted_at__isnull=True).exists()
        )
    return True


def may_register(actor: Actor, printout: Printout) -> bool:
    """Return whether *actor* is the clerk for *printout*: gives it its number and keeps its signed file."""
    if printout.kind == PrintoutKind.CONTROL:
        return False  # a slip of SKHCN's own, it has no number
    if printout.kind == PrintoutKind.REQUEST:
        return actor.may("paper.register_own") and actor.agency_id == printout.issuer_id
    return actor.may("paper.register")

"""SKHCN receives a dossier, returns it for missing parts, assigns or closes it (QC10.1, QC10.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record_fact
from catalog.services.readiness import mark_ended
from connections.choices import PrintoutKind, State, Step
from connections.models import ConnectionRequest
from connections.selectors.people import holders_of
from connections.services.assigning import assign_request
from connections.services.clocks import start_clock, stop_all_clocks, stop_clock
from connections.services.evaluation import begin_evaluation
from connections.services.moves import lock, move, require, touch
from connections.services.parts import Ticks, write_ticks
from connections.services.points import ask_points
from connections.services.printouts import issue_printout
from connections.services.telling import announce, day_of
from core import clock
from core.actor import Actor
from core.enclosures import reference
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

ASSIGNABLE = frozenset({State.SUBMITTED, State.EVALUATING, State.COMPLETION_REQUESTED})


@transaction.atomic
def receive(
    *,
    actor: Actor,
    request: ConnectionRequest,
    evaluator: User | None = None,
    ticks: Ticks | None = None,
    version: int | None = None,
) -> ConnectionRequest:
    """Receive a sent dossier: its evaluation begins under the checklist in force; the agency gets the receipt.

    *ticks* says which parts are there; GuardRefused names those that are not, and then nothing is kept.
    """
    stored = lock(request, version=version)
    require(actor, stored, "receive")
    write_ticks(actor, stored, ticks or {})
    stored.received_by_id, stored.received_at = actor.user_id, clock.now()
    if evaluator is not None:
        assign_request(request=stored, evaluator=_fit(evaluator))
    stop_clock(stored, Step.INTAKE)
    move(actor=actor, request=stored, action="receive", after={"evaluator": evaluator})
    begin_evaluation(actor=actor, request=stored)
    running = start_clock(stored, Step.EVALUATION)
    receipt = issue_printout(actor=actor, request=stored, kind=PrintoutKind.RECEIPT)
    announce(actor, stored, "receive", enclosure=reference("printout", receipt.pk), day=day_of(running))
    announce(actor, stored, "assign")
    return stored


@transaction.atomic
def return_parts(
    *, actor: Actor, request: ConnectionRequest, points: Sequence[Mapping[str, Any]]
) -> ConnectionRequest:
    """Return a sent dossier because parts are wrong or missing; *points* say which and how to mend them."""
    stored = lock(request)
    require(actor, stored, "return_parts")
    ask_points(actor=actor, request=stored, points=points)
    stop_clock(stored, Step.INTAKE)
    running = start_clock(stored, Step.COMPLETION)
    move(actor=actor, request=stored, action="return_parts", after={"points": len(points)})
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.COMPLETION)
    announce(actor, stored, "return_parts", n=len(points), day=day_of(running))
    return stored


@transaction.atomic
def assign(*, actor: Actor, request: ConnectionRequest, evaluator: User, reason: str = "") -> ConnectionRequest:
    """Give a dossier to an evaluator; evaluators may take one that nobody has."""
    stored = lock(request)
    taking = actor.may("request.evaluate") and evaluator.pk == actor.user_id and stored.evaluator_id is None
    if not (taking or actor.may("request.intake") or actor.may("request.propose")):
        raise PermissionRefused(_("Phân công thuộc Cán bộ tiếp nhận hoặc Trưởng phòng."))
    if stored.state not in ASSIGNABLE:
        raise StateRefused(
            _("Hồ sơ đang ở tình trạng «%(s)s», không phân công nữa.") % {"s": State(stored.state).label}
        )
    before = stored.evaluator
    if before == _fit(evaluator):
        return stored
    assign_request(request=stored, evaluator=evaluator)
    touch(stored)
    record_fact(
        actor=actor,
        deed="request.assigned",
        subject=stored,
        before={"evaluator": before},
        after={"evaluator": stored.evaluator},
        reason=tidy(reason),
        clause="QC10.2",
    )
    announce(actor, stored, "assign")
    return stored


@transaction.atomic
def close(*, actor: Actor, request: ConnectionRequest, reason: str) -> ConnectionRequest:
    """Stop handling a dossier that the agency does not complete; the reason goes to the agency."""
    stored = lock(request)
    reason = require(actor, stored, "close", reason=reason)
    stored.ended_at, stored.end_reason = clock.now(), reason
    stop_all_clocks(stored)
    move(actor=actor, request=stored, action="close", reason=reason)
    mark_ended(actor=actor, system_id=stored.system_id or 0)
    announce(actor, stored, "close")
    return stored


def _fit(evaluator: User) -> User:
    if not holders_of("request.evaluate").filter(pk=evaluator.pk).exists():
        raise InvalidInput({"evaluator": [_("Chọn người đang giữ vai trò Cán bộ thẩm định")]})
    return evaluator

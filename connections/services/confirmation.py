"""Confirmation of a test record by both sides: two people of two bodies (QC10.4, decisions 22)."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import PrintoutKind, Side, Step
from connections.models import Confirmation, ConnectionRequest, Trial
from connections.permissions import side_of
from connections.services.clocks import stop_clock
from connections.services.moves import lock, move, require, touch
from connections.services.printouts import issue_printout
from connections.services.rounds import latest_round, reopen_locked
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@transaction.atomic
def confirm(
    *, actor: Actor, request: ConnectionRequest, content_hash: str, agreed: bool, remark: str = ""
) -> ConnectionRequest:
    """Say one side's word on the record with *content_hash*, the one the person read.

    The second agreement makes the dossier ready; a disagreement, with a remark, sends it back to testing and voids
    what the other side said. Raises StateRefused when a newer record waits or the side has spoken, PermissionRefused
    when the person spoke for the other side, GuardRefused when the dossier no longer fits the record or both sides are
    one body.
    """
    stored = lock(request)
    require(actor, stored, "confirm")
    side, trial, remark = side_of(actor, stored), latest_round(stored), tidy(remark)
    if side is None or actor.user_id is None or actor.agency_id is None:
        raise PermissionRefused(_("Xác nhận biên bản phải do một người của một trong hai bên thực hiện."))
    if content_hash != trial.content_hash:
        raise StateRefused(_("Biên bản đã khác với bản bạn đọc; xem lại biên bản mới nhất rồi xác nhận."))
    _judge_sides(actor, side, stored, trial)
    if not agreed and not remark:
        raise InvalidInput({"remark": [_("Nêu nội dung không nhất trí")]})
    Confirmation.objects.create(
        trial=trial,
        side=side,
        agency_id=actor.agency_id,
        user_id=actor.user_id,
        agreed=agreed,
        remark=remark,
        content_hash=trial.content_hash,
        at=clock.now(),
    )
    _record(actor, stored, side, trial, agreed=agreed, remark=remark)
    if not agreed:
        reopen_locked(actor, stored, remark)
    elif trial.confirmations.filter(agreed=True, voided_at__isnull=True).count() == len(Side):
        _become_ready(actor, stored, trial)
    else:
        _await_other(actor, stored, side)
    return stored


def _await_other(actor: Actor, request: ConnectionRequest, side: Side) -> None:
    request.operator_agreed = side == Side.OPERATOR
    touch(request)
    issue_printout(actor=actor, request=request, kind=PrintoutKind.TEST_RECORD)
    announce(actor, request, f"{side}_confirmed")


def _judge_sides(actor: Actor, side: Side, request: ConnectionRequest, trial: Trial) -> None:
    if side == Side.OPERATOR and actor.agency_id == request.agency_id:
        raise GuardRefused(
            _(
                "Đơn vị quản lý hệ thống và đơn vị vận hành nền tảng là cùng một cơ quan. Hai bên phải là hai đơn vị "
                "khác nhau; ghi đơn vị quản lý hệ thống thành một đơn vị riêng trong danh bạ rồi xác nhận."
            )
        )
    for other in trial.confirmations.filter(voided_at__isnull=True).select_related("user", "agency"):
        if other.side == side:
            text = _("%(who)s đã xác nhận thay mặt %(side)s; mỗi bên xác nhận một lần.")
            raise StateRefused(text % {"who": other.user, "side": other.get_side_display()})
        if other.user_id == actor.user_id:
            raise PermissionRefused(_("Bạn đã xác nhận thay mặt bên kia; bên này phải do người khác xác nhận."))
        if other.agency_id == actor.agency_id:
            raise GuardRefused(_("%(agency)s đã xác nhận cho bên kia.") % {"agency": other.agency})


def _record(actor: Actor, request: ConnectionRequest, side: Side, trial: Trial, *, agreed: bool, remark: str) -> None:
    record_fact(
        actor=actor,
        deed="request.side_confirmed" if agreed else "request.side_disagreed",
        subject=request,
        after={"side": side, "round": trial.round, "content_hash": trial.content_hash},
        reason=remark,
        clause="QC10.4",
    )


def _become_ready(actor: Actor, request: ConnectionRequest, trial: Trial) -> None:
    request.operator_agreed = True
    move(actor=actor, request=request, action="confirm", after={"content_hash": trial.content_hash})
    stop_clock(request, Step.CONFIRMATION)
    issue_printout(actor=actor, request=request, kind=PrintoutKind.TEST_RECORD)
    announce(actor, request, "confirm")

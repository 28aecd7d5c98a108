"""Holds: a side suspends a connection, and only that side lets it run again (Q50-15.4)."""

from dataclasses import replace

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from connections.choices import HoldSide, PrintoutKind
from connections.models import Connection, Hold
from connections.permissions import HOLDERS, may_hold
from connections.selectors.connections import one_of_each_provider
from connections.selectors.people import holders_of
from connections.services.endings import lock_with_people
from connections.services.grants import close_gates, gates_of
from connections.services.printouts import issue_printout
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@transaction.atomic
def place_hold(*, actor: Actor, connection: Connection, side: str, reason: str) -> Hold:
    """Suspend every grant of *connection* on behalf of *side*; effective at the commit of the deed.

    Raises PermissionRefused when the actor does not speak for that side, StateRefused when the connection is closed or
    the side holds it already, InvalidInput without a reason.
    """
    stored = lock_with_people(connection)
    reason = _require(actor, stored, side, reason)
    if stored.closed_at is not None:
        raise StateRefused(_("Kết nối đã hủy, không còn gì để tạm dừng."))
    if (held := _own(actor, stored, side)) is not None:
        text = _("%(agency)s đã tạm dừng kết nối này từ %(when)s.")
        when = f"{held.placed_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        raise StateRefused(text % {"agency": held.agency, "when": when})
    hold = Hold.objects.create(
        connection=stored,
        side=side,
        agency_id=actor.agency_id or 0,
        reason=reason,
        placed_by_id=actor.user_id or 0,
        placed_at=clock.now(),
    )
    after = {"side": hold.side, "agency": actor.agency_name}
    record_fact(actor=actor, deed="hold.placed", subject=stored, after=after, reason=reason, clause="Q50-15.4")
    gates = gates_of(Q(connection=stored))
    issue_printout(actor=actor, request=stored.request, kind=PrintoutKind.HOLD, hold=hold, grants=len(gates))
    _tell(stored, _("Tạm dừng kết nối %(system)s"), actor)
    close_gates(gates)
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor, connection: Connection, side: str, reason: str) -> Hold:
    """Lift the hold that the actor's own side put; the connection runs again when none is left.

    Raises PermissionRefused, naming who holds it, when the hold is another's.
    """
    stored = lock_with_people(connection)
    reason = _require(actor, stored, side, reason)
    hold = _own(actor, stored, side)
    if hold is None:
        others = [str(other.agency) for other in stored.holds.filter(lifted_at__isnull=True).select_related("agency")]
        if others:
            text = _("Kết nối do %(agencies)s tạm dừng; chỉ bên đã tạm dừng mới khôi phục được.")
            raise PermissionRefused(text % {"agencies": ", ".join(others)})
        raise StateRefused(_("Kết nối không bị bên nào tạm dừng."))
    hold.lifted_by_id, hold.lifted_at, hold.lift_reason = actor.user_id, clock.now(), reason
    hold.save()
    after = {"side": hold.side, "agency": actor.agency_name}
    record_fact(actor=actor, deed="hold.lifted", subject=stored, after=after, reason=reason, clause="Q50-15.4")
    others = [str(other.agency) for other in stored.holds.filter(lifted_at__isnull=True).select_related("agency")]
    issue_printout(actor=actor, request=stored.request, kind=PrintoutKind.RESUMPTION, hold=hold, others=others)
    _tell(stored, _("Khôi phục kết nối %(system)s"), actor)
    close_gates(gates_of(Q(connection=stored)))
    return hold


def _require(actor: Actor, connection: Connection, side: str, reason: str) -> str:
    if actor.user_id is None or not may_hold(actor, connection, HoldSide(side)):
        text = _("Bạn không thay mặt bên «%(side)s» của kết nối này.")
        raise PermissionRefused(text % {"side": HoldSide(side).label})
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    return reason


def _own(actor: Actor, connection: Connection, side: str) -> Hold | None:
    """Return the open hold that the actor's body put; all units of the operator are one body."""
    found = connection.holds.select_for_update(of=("self",)).select_related("agency")
    mine = found.filter(side=side, lifted_at__isnull=True)
    return (mine if side == HoldSide.OPERATOR else mine.filter(agency_id=actor.agency_id or 0)).first()


def _tell(connection: Connection, subject: str, actor: Actor) -> None:
    """Write to the agency of the system, to every provider whose data it may call, and to SKHCN when another acts."""
    owner, said = connection.system.owner, subject % {"system": connection.system}
    message = Message(
        event="connection.hold",
        topic=Topic.ACCESS,
        subject=said,
        body=_("%(subject)s. Bên thực hiện: %(agency)s. Lý do ghi trên cổng.")
        % {"subject": said, "agency": actor.agency_name},
        link=reverse("connection", args=[connection.pk]),
        number=connection.request.number,
    )
    contact = [connection.technical_contact] if connection.technical_contact is not None else []
    people = [*contact, *holders_of("request.send", owner.pk)]
    post_notices(message=message, agency=owner, people=people, mailboxes=[owner.shared_mailbox])
    for grant in one_of_each_provider(connection.grants.open()):
        provider = grant.service.provider
        people = list(holders_of("grant.advise", provider.pk))
        told = replace(message, number="")
        post_notices(message=told, agency=provider, people=people, mailboxes=[provider.shared_mailbox])
    if not actor.may(HOLDERS[HoldSide.OPERATOR]):
        link = reverse("admin:connections_connectionrequest_change", args=[connection.request_id])
        told = replace(message, link=link)
        post_notices(message=told, agency=None, people=holders_of(HOLDERS[HoldSide.OPERATOR]))

"""A body that was merged or dissolved hands what it holds to its successor, in one deed (QC2)."""

from datetime import date

from django.db import transaction
from django.db.models import Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Agency
from accounts.services.agency_rules import take_register
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.services.duty_transfer import transfer_duties
from catalog.services.transfer import transfer_plans, transfer_services, transfer_systems, transfer_wishes
from connections.models import AccessRequest, ConnectionRequest, Hold
from connections.selectors.people import holders_of
from connections.selectors.succession import HAND_OVER, Held, held_by, rooms
from connections.services.access_moves import touch_access
from connections.services.grants import close_gates, gates_of
from connections.services.moves import index
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@transaction.atomic
def hand_over(*, actor: Actor, agency: Agency, reason: str) -> Held:
    """Give everything *agency* holds to its successor; return what there was. One fact for each thing that moved.

    Systems, plans, data services, wishes for data, dossiers with their drafts, requests for use, holds that are not
    lifted, released documents, direct sharing, open reports of wrong data and what the floors above have open with it
    (``HAND_OVER_ROOMS``) change hands; grants and keys go with
    their systems and keep running. Codes stay; evidence keeps the old name. Raises PermissionRefused, InvalidInput
    without a reason, StateRefused while the agency goes on, has no successor that goes on, or holds nothing any more.
    """
    if not actor.may(HAND_OVER):
        raise PermissionRefused(_("Bàn giao cần quyền quản lý danh bạ, thuộc vai trò Cán bộ vận hành."))
    take_register()
    stored = Agency.objects.select_for_update(of=("self",)).select_related("successor").get(pk=agency.pk)
    if (refusal := succession_refusal(stored)) is not None:
        raise refusal
    successor = stored.successor
    assert successor is not None, "judged above"  # noqa: S101 - for the reader of types
    if not (reason := tidy(reason)):
        raise InvalidInput({"reason": [_("Nhập lý do, ví dụ số quyết định sắp xếp")]})
    held = held_by(stored)
    if not held.anything:
        raise StateRefused(_("%(agency)s không còn giữ gì; việc bàn giao đã xong.") % {"agency": stored})
    _move_dossiers(actor, stored, successor, reason)
    _move_access(actor, stored, successor, reason)
    systems = transfer_systems(actor=actor, agency=stored, successor=successor, reason=reason)
    services = transfer_services(actor=actor, agency=stored, successor=successor, reason=reason)
    transfer_duties(actor=actor, agency=stored, successor=successor, reason=reason)
    transfer_plans(actor=actor, agency=stored, successor=successor, reason=reason)
    transfer_wishes(actor=actor, agency=stored, successor=successor, reason=reason)
    _move_holds(actor, stored, successor, reason)
    for room in rooms():
        room.transfer(actor=actor, agency=stored, successor=successor, reason=reason)
    after = {"successor": successor, **held.figures()}
    record_fact(actor=actor, deed="agency.handed_over", subject=stored, after=after, reason=reason, clause="QC2")
    _tell(stored, successor, held)
    close_gates(gates_of(Q(system__in=systems) | Q(service__in=services)))
    return held


def succession_refusal(agency: Agency) -> StateRefused | None:
    """Return why *agency* hands nothing over now, None when it may."""
    over, successor, today = agency.valid_to, agency.successor, clock.today()
    if over is None:
        text = _("%(agency)s đang hoạt động; kết thúc cơ quan trước («Kết thúc, sáp nhập») rồi bàn giao.")
        return StateRefused(text % {"agency": agency})
    if over >= today:
        text = _("%(agency)s hoạt động đến hết ngày %(day)s; bàn giao từ ngày sau đó.")
        return StateRefused(text % {"agency": agency, "day": _day(over)})
    if successor is None:
        text = _("%(agency)s không có cơ quan kế thừa. Bỏ ngày kết thúc, kết thúc lại và chọn cơ quan kế thừa.")
        return StateRefused(text % {"agency": agency})
    if successor.valid_to is not None and successor.valid_to < today:
        text = _(
            "Cơ quan kế thừa %(successor)s cũng đã kết thúc ngày %(day)s, không nhận bàn giao được. Bỏ ngày kết thúc "
            "của %(agency)s, kết thúc lại và chọn cơ quan đang hoạt động."
        )
        return StateRefused(text % {"agency": agency, "successor": successor, "day": _day(successor.valid_to)})
    return None


def _move_dossiers(actor: Actor, agency: Agency, successor: Agency, reason: str) -> None:
    """Dossiers in any state, drafts too; ``changed_at`` stays, nobody worked on them."""
    found = ConnectionRequest.objects.select_for_update(of=("self",)).select_related("system")
    for request in found.filter(agency=agency).order_by("pk"):
        request.agency = successor
        request.version += 1
        index(request)
        request.save()
        _record(actor, "request.handed_over", request, agency, successor, reason)


def _move_access(actor: Actor, agency: Agency, successor: Agency, reason: str) -> None:
    """Requests for use in any state, baskets too."""
    found = AccessRequest.objects.select_for_update(of=("self",)).select_related("system")
    for access in found.filter(agency=agency).order_by("pk"):
        access.agency = successor
        touch_access(access)
        _record(actor, "access.handed_over", access, agency, successor, reason)


def _move_holds(actor: Actor, agency: Agency, successor: Agency, reason: str) -> None:
    """Holds not lifted: the successor lifts them from now on. One it has put itself beside it is enough for both."""
    found = Hold.objects.select_for_update(of=("self",)).select_related("connection__system", "agency")
    for hold in found.filter(agency=agency, lifted_at__isnull=True).order_by("pk"):
        twin = Hold.objects.filter(
            connection=hold.connection, side=hold.side, agency=successor, lifted_at__isnull=True
        ).exists()
        if twin:
            hold.lifted_by_id, hold.lifted_at = actor.user_id, clock.now()
            hold.lift_reason = _("Gộp vào lệnh tạm dừng của cơ quan kế thừa %(name)s") % {"name": successor}
        else:
            hold.agency = successor
        hold.save()
        _record(actor, "hold.handed_over", hold.connection, agency, successor, reason)


def _record(actor: Actor, deed: str, subject: Model, agency: Agency, successor: Agency, reason: str) -> None:
    record_fact(
        actor=actor,
        deed=deed,
        subject=subject,
        before={"agency": agency},
        after={"agency": successor},
        reason=reason,
        clause="QC2",
    )


def _tell(agency: Agency, successor: Agency, held: Held) -> None:
    """Write to the successor's representatives and administrators, and its shared mailbox."""
    message = Message(
        event="agency.handed_over",
        topic=Topic.PROGRESS,
        subject=_("Nhận bàn giao từ %(agency)s") % {"agency": agency},
        body=_(
            "%(successor)s kế thừa %(agency)s và nhận bàn giao: %(held)s. Mã hệ thống, mã hồ sơ và khóa giữ nguyên."
        )
        % {"agency": agency, "successor": successor, "held": ", ".join(held.texts())},
        link=reverse("requests"),
    )
    people = {
        person.pk: person
        for permission in ("request.send", "people.manage_own", "key.manage_own")
        for person in holders_of(permission, successor.pk)
    }
    post_notices(message=message, agency=successor, people=people.values(), mailboxes=[successor.shared_mailbox])


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"

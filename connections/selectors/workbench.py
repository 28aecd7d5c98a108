"""Dossiers that wait for a person, for the workbench (``core.web.boards``)."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from accounts.selectors.calendar import work_calendar
from connections.choices import State
from connections.models import ConnectionRequest
from connections.permissions import side_of
from connections.selectors.access import access_tasks
from connections.selectors.connections import connection_tasks
from connections.selectors.duties import duties_for
from connections.selectors.requests import deadline_of, sides_agreed, with_turns
from connections.selectors.sandbox import sandbox_tasks
from connections.selectors.succession import succession_tasks
from connections.selectors.thread import unread_dossiers
from connections.selectors.version_moves import move_tasks
from core.actor import Actor
from core.web.boards import Task

MOST = 50
VERBS: Mapping[str, StrOrPromise] = {
    State.DRAFT: _("Hoàn thành và gửi hồ sơ"),
    State.SUBMITTED: _("Tiếp nhận hồ sơ"),
    State.EVALUATING: _("Thẩm định hồ sơ"),
    State.COMPLETION_REQUESTED: _("Hoàn thiện hồ sơ"),
    State.AWAITING_APPROVAL: _("Phê duyệt hồ sơ"),
    State.TECHNICALLY_APPROVED: _("Thiết lập môi trường"),
    State.TESTING: _("Kiểm thử kết nối"),
    State.AWAITING_CONFIRMATION: _("Xác nhận biên bản kiểm thử"),
    State.READY: _("Đưa vào vận hành"),
}


def waiting_for(actor: Actor) -> QuerySet[ConnectionRequest]:
    """Return the dossiers whose next step belongs to a right the actor holds."""
    return ConnectionRequest.objects.visible_to(actor).filter(waiting(actor))


def waiting(actor: Actor) -> Q:
    """Return what marks a dossier whose next step belongs to a right the actor holds."""
    wanted = Q(pk__in=[])
    for permission, condition in _waiting(actor).items():
        if actor.may(permission):
            wanted |= condition
    return wanted


def _waiting(actor: Actor) -> dict[str, Q]:
    """Return for each permission which dossiers wait for somebody who holds it."""
    own, me = Q(agency_id=actor.agency_id or 0), actor.user_id
    filing = own & Q(state__in=[State.DRAFT, State.COMPLETION_REQUESTED])
    evaluating, approval = Q(state=State.EVALUATING), Q(state=State.AWAITING_APPROVAL)
    confirming = Q(state=State.AWAITING_CONFIRMATION)
    return {
        "request.draft": filing,
        "request.send": filing,
        "record.confirm": own & confirming,
        "request.intake": Q(state=State.SUBMITTED),
        "request.evaluate": evaluating & (Q(evaluator_id=me) | Q(evaluator__isnull=True)),
        "request.propose": evaluating & ~Q(evaluator_id=me) & Q(judged=True),
        "request.approve": approval & ~Q(proposed_by_id=me) & ~Q(evaluator_id=me) & ~Q(endorsed_by_id=me),
        "environment.manage": Q(state__in=[State.TECHNICALLY_APPROVED, State.TESTING, State.READY]),
        "record.confirm_operator": confirming,
    }


def tasks_for(actor: Actor) -> list[Task]:
    """Return what waits for the actor: dossiers, the oldest first, then connections, then threads to read."""
    if not actor.is_person or not actor.roles:
        return []
    found = [*_steps(actor), *access_tasks(actor), *connection_tasks(actor), *_unread(actor)]
    found += [*move_tasks(actor), *duties_for(actor)]
    return [*found, *succession_tasks(actor), *sandbox_tasks(actor)]


def _unread(actor: Actor) -> list[Task]:
    """Return a task for each thread in which the other side wrote something the actor has not read."""
    staff = actor.may("request.view_all")
    name = "admin:connections_request_thread" if staff else "request_thread"
    return [
        Task(
            _("Đọc trao đổi của hồ sơ %(number)s") % {"number": request},
            ngettext("%(n)s trao đổi chưa đọc", "%(n)s trao đổi chưa đọc", request.unread) % {"n": request.unread},
            reverse(name, args=[request.pk]),
        )
        for request in unread_dossiers(actor).order_by("-pk")[:MOST]
    ]


def _steps(actor: Actor) -> list[Task]:
    calendar = work_calendar()
    found = []
    for request in with_turns(waiting_for(actor)).order_by("submitted_at", "pk")[:MOST]:
        if request.state == State.AWAITING_CONFIRMATION and _has_confirmed(request, actor):
            continue
        deadline = deadline_of(request, calendar)
        hint = f"{request.agency}, {request.system}" if request.system else str(request.agency)
        found.append(
            Task(
                f"{_verb(request, actor)} {request}",
                hint,
                _address(request, actor),
                deadline.days_left if deadline else None,
            )
        )
    return found


def _verb(request: ConnectionRequest, actor: Actor) -> StrOrPromise:
    if request.state == State.EVALUATING and not actor.may("request.evaluate"):
        return _("Trình phê duyệt hồ sơ")
    return VERBS[request.state]


def _has_confirmed(request: ConnectionRequest, actor: Actor) -> bool:
    side = side_of(actor, request)
    return side is None or side in sides_agreed(request)


def _address(request: ConnectionRequest, actor: Actor) -> str:
    """Return where the actor does it: the staff rooms for SKHCN, the portal for the agency."""
    if actor.may("request.view_all") and actor.agency_id != request.agency_id:
        return reverse("admin:connections_connectionrequest_change", args=[request.pk])
    return reverse("request", args=[request.pk])

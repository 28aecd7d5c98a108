"""Reading connections after go-live: how one stands, who answers for it, what of it concerns the reader."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import roles_with
from catalog.models import InformationSystem
from connections.choices import Kind, Side, State
from connections.models import Connection, ConnectionRequest, EndingRequest, Grant, Hold
from connections.selectors.connection_rights import ANSWER, CONTACT_KEEPERS, is_of_owner
from connections.selectors.people import holders_of, technicians_of
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.boards import Task

MOST = 50
RELATED = ("system__owner", "request", "technical_contact", "duty_contact")


def connections_seen(actor: Actor) -> QuerySet[Connection]:
    """Return the connections the actor may see, by name of the system.

    ``open_now`` are the holds in force; ``technical_here`` and ``duty_here`` tell whether the contacts still hold
    their role. No query for each row of a list.
    """
    held = Hold.objects.filter(lifted_at__isnull=True).select_related("agency", "placed_by").order_by("placed_at")
    found = with_contacts(Connection.objects.visible_to(actor)).select_related(*RELATED)
    found = found.prefetch_related(Prefetch("holds", queryset=held, to_attr="open_now"))
    return found.order_by("system__sort_key", "pk")


def with_contacts(found: QuerySet[Connection]) -> QuerySet[Connection]:
    """Return *found* with ``technical_here`` and ``duty_here``: whether each contact still holds the role for it."""
    agency, person = OuterRef("system__owner_id"), OuterRef("technical_contact_id")
    technicians = _standing("key.manage_own").filter(user_id=person, agency_id=agency)
    on_duty = _standing("environment.manage").filter(user_id=OuterRef("duty_contact_id"))
    return found.annotate(technical_here=Exists(technicians), duty_here=Exists(on_duty))


def _standing(permission: str) -> QuerySet[Membership]:
    return Membership.objects.in_force(clock.today()).filter(role__in=roles_with(permission))


def standing_of(connection: Connection, *, held: bool) -> tuple[str, str]:
    """Return how a connection stands, in words and as the kind of its tag."""
    if connection.closed_at is not None:
        return _("Đã ngừng kết nối"), "quiet"
    if held:
        return _("Đang tạm dừng"), "wrong"
    return (_("Đang vận hành"), "live") if connection.live_at else (_("Đang thiết lập"), "progress")


def sees_whole(actor: Actor, connection: Connection) -> bool:
    """Return whether the actor reads all of *connection*; a provider reads what touches its own services."""
    return actor.may("request.view_all") or is_of_owner(actor, connection)


def own_connection(actor: Actor, request: ConnectionRequest) -> Connection | None:
    """Return the connection of the dossier's system as the actor sees it; None before there is one."""
    return Connection.objects.visible_to(actor).filter(system_id=request.system_id or 0).first()


def grants_in_force(actor: Actor, connection: Connection) -> QuerySet[Grant]:
    """Return the open grants of *connection* that concern the actor, the live ones first."""
    found = connection.grants.open().select_related("service__provider", "purpose").order_by("environment", "code")
    if actor.may("request.view_all") or (is_of_owner(actor, connection) and actor.may("request.view_own")):
        return found
    return found.filter(service__provider_id=actor.agency_id or 0)


def holds_of(actor: Actor, connection: Connection) -> QuerySet[Hold]:
    """Return the holds there were and are, newest first; those of its own body to a provider."""
    found = connection.holds.select_related("agency", "placed_by", "lifted_by").order_by("-placed_at")
    return found if sees_whole(actor, connection) else found.filter(agency_id=actor.agency_id or 0)


def endings_of(actor: Actor, connection: Connection) -> QuerySet[EndingRequest]:
    """Return what was asked about the end of *connection*, newest first; nothing to a provider."""
    found = connection.endings.select_related("agency", "asked_by", "answered_by").order_by("-asked_at")
    return found if sees_whole(actor, connection) else found.none()


def candidates(connection: Connection, side: Side) -> QuerySet[User]:
    """Return who may be the contact of *side* for *connection* today (QC9.5)."""
    found = holders_of("environment.manage") if side == Side.OPERATOR else technicians_of(connection.system.owner_id)
    return found.filter(is_active=True)


def one_of_each_provider(grants: QuerySet[Grant]) -> list[Grant]:
    """Return one of *grants* for each provider of the services they are for, to tell the provider about."""
    found = grants.select_related("service__provider", "system").order_by("service__provider_id", "pk")
    return list(found.distinct("service__provider_id"))


def consumers_of_owner(connection: Connection) -> QuerySet[InformationSystem]:
    """Return the other systems that call services of the agency in the live environment: they go on."""
    calling = Grant.objects.open().filter(environment=Environment.LIVE, service__provider=connection.system.owner_id)
    found = InformationSystem.objects.filter(pk__in=calling.values("system_id")).exclude(pk=connection.system_id)
    return found.select_related("owner").order_by("sort_key", "pk")


def ending_of(request: ConnectionRequest) -> EndingRequest | None:
    """Return what the agency asks about the connection that the end of this dossier would close, if it does."""
    if request.state != State.LIVE and request.kind not in (Kind.NEW, Kind.TERMINATION):
        return None
    found = EndingRequest.objects.open().filter(connection__system_id=request.system_id or 0)
    return found.select_related("agency", "asked_by").first()


def answering_dossier(connection: Connection) -> ConnectionRequest:
    """Return the dossier at which SKHCN answers for *connection*: the live one, else the one that opened it."""
    live = ConnectionRequest.objects.filter(system_id=connection.system_id, state=State.LIVE)
    return live.select_related("agency", "system").order_by("-id").first() or connection.request


def connection_tasks(actor: Actor) -> list[Task]:
    """Return what waits for the actor on connections: endings to answer, contacts who have left to replace."""
    tasks = []
    if actor.may(ANSWER):
        tasks += [*map(_answer, _asked()), *_left(Side.OPERATOR)]
    if any(map(actor.may, CONTACT_KEEPERS[Side.AGENCY])):
        tasks += _left(Side.AGENCY, system__owner_id=actor.agency_id or 0)
    return tasks


def _asked() -> QuerySet[EndingRequest]:
    """Return the endings that wait for an answer, the oldest first, with ``dossier``: where it is given."""
    live = ConnectionRequest.objects.filter(system_id=OuterRef("connection__system_id"), state=State.LIVE)
    place = Coalesce(Subquery(live.order_by("-id").values("pk")[:1]), "connection__request_id")
    found = EndingRequest.objects.open().select_related("agency", "connection__system")
    return found.annotate(dossier=place).order_by("asked_at")[:MOST]


def _answer(ending: Any) -> Task:
    title = _("Trả lời đề nghị hủy kết nối %(system)s") % {"system": ending.connection.system.name}
    address = reverse("admin:connections_connectionrequest_change", args=[ending.dossier])
    return Task(title, str(ending.agency), address)


def _left(side: Side, **narrowed: int) -> list[Task]:
    """Return a task for each open connection whose contact of *side* no longer holds the role."""
    missing: dict[str, bool] = {"duty_here": False} if side == Side.OPERATOR else {"technical_here": False}
    named = Q(duty_contact__isnull=False) if side == Side.OPERATOR else Q(technical_contact__isnull=False)
    found = with_contacts(Connection.objects.filter(named, closed_at__isnull=True, **narrowed)).filter(**missing)
    return [_replace(item, side) for item in found.select_related("system").order_by("pk")[:MOST]]


def _replace(connection: Connection, side: Side) -> Task:
    name = {"name": connection.system.name}
    if side == Side.OPERATOR:
        title, hint = _("Đổi đầu mối trực của kết nối %(name)s"), _("Đầu mối trực không còn giữ vai trò")
        address = reverse("admin:connections_request_replace_duty", args=[connection.request_id])
    else:
        title, hint = _("Đổi cán bộ kỹ thuật của kết nối %(name)s"), _("Người cũ không còn giữ vai trò")
        address = reverse("replace_contact", args=[connection.pk])
    return Task(title % name, hint, address)

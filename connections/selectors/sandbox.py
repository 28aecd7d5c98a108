"""What a technician can try, has opened to try, and how much of it is used today."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.gates import gate_rows
from catalog.choices import CALLABLE, SystemState
from catalog.models import DataService, InformationSystem, Operation
from connections.models import Credential, Grant
from connections.models.grants import GrantQuerySet
from connections.selectors.keys import keys_seen
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.boards import Task
from core.web.notes import Part, PartRow

MANAGE_OWN = "key.manage_own"
MOST_SYSTEMS, MOST_GRANTS = 50, 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A sandbox grant with how many calls of today are used, and the operations that can be tried."""

    grant: Grant
    used: int
    operations: list[Operation]
    in_force: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A system with what it may call in the sandbox and its sandbox keys."""

    system: InformationSystem
    opened: list[Opened]
    keys: list[Credential]


def systems_to_try(actor: Actor) -> QuerySet[InformationSystem]:
    """Return the systems of the actor's own agency that are not retired, by name."""
    own = InformationSystem.objects.visible_to(actor).filter(owner_id=actor.agency_id or 0)
    return own.exclude(state=SystemState.RETIRED).order_by("sort_key", "pk")


def sandbox_grants(actor: Actor) -> GrantQuerySet:
    """Return the open sandbox grants of the actor's own agency, newest first."""
    own = {"system__owner_id": actor.agency_id or 0, "environment": Environment.SANDBOX}
    found = Grant.objects.visible_to(actor).open().filter(**own)
    return found.select_related("system__owner", "service__provider", "purpose")


def live_grants(actor: Actor) -> GrantQuerySet:
    """Return the open live grants of the actor's own agency, newest first."""
    own = {"system__owner_id": actor.agency_id or 0, "environment": Environment.LIVE}
    found = Grant.objects.visible_to(actor).open().filter(**own)
    return found.select_related("system__owner", "service__provider", "purpose")


def rooms_of(actor: Actor) -> list[Room]:
    """Return the systems that hold a sandbox grant or key, by name; six queries whatever their number."""
    grants = list(sandbox_grants(actor)[:MOST_GRANTS])
    keys = list(_keys(actor))
    opened = opened_of(grants)
    wanted = Q(pk__in={grant.system_id for grant in grants} | {key.system_id for key in keys})
    return [
        Room(
            system,
            [item for item in opened if item.grant.system_id == system.pk],
            [key for key in keys if key.system_id == system.pk],
        )
        for system in systems_to_try(actor).filter(wanted)[:MOST_SYSTEMS]
    ]


def _keys(actor: Actor) -> QuerySet[Credential]:
    own = {"system__owner_id": actor.agency_id or 0, "environment": Environment.SANDBOX}
    return keys_seen(actor).filter(revoked_at__isnull=True, valid_to__gte=clock.today(), **own)


def opened_of(grants: Iterable[Grant]) -> list[Opened]:
    """Return *grants* with what they show; three queries."""
    listed, today = list(grants), clock.today()
    gates = gate_rows(grant.gate_id for grant in listed)
    offered: dict[int, list[Operation]] = {}
    for item in operations_of({grant.service_id for grant in listed}):
        offered.setdefault(item.version.service_id, []).append(item)
    return [
        Opened(
            grant,
            gates[grant.gate_id].used if grant.gate_id in gates else 0,
            [item for item in offered.get(grant.service_id, []) if item.code in grant.operations],
            grant.valid_to is None or grant.valid_to >= today,
        )
        for grant in listed
    ]


def operations_of(services: Iterable[int]) -> QuerySet[Operation]:
    """Return the operations of versions in force, the newest version first, in the order of their paths."""
    found = Operation.objects.filter(version__service__in=list(services), version__state__in=CALLABLE)
    return found.select_related("version__service").order_by("-version_id", "template", "method")


def parts_of_service(service_id: int, actor: Actor) -> list[Part]:
    """Return, for technicians, the way into the sandbox and the operations their systems can try."""
    if actor.agency_id is None or not actor.may(MANAGE_OWN):
        return []
    code = DataService.objects.published().filter(pk=service_id).values_list("code", flat=True).first()
    if code is None:
        return []
    opened = [item for item in opened_of(sandbox_grants(actor).filter(service_id=service_id)[:5]) if item.in_force]
    rows = [
        PartRow(
            item.title,
            reverse("sandbox_try", args=[one.grant.code, item.version.name, item.code]),
            f"{item.method} {item.template} – {one.grant.system.name}",
        )
        for one in opened
        for item in one.operations
    ]
    lead = _("Gửi một cuộc gọi ngay trên trang, bằng khóa thử nghiệm của hệ thống.")
    start = Part("try", _("Thử ngay"), place="action", template="sandbox/service_action.html", context={"code": code})
    return [start, Part("tries", _("Gọi thử trong môi trường thử nghiệm"), rows, lead)]


def sandbox_tasks(actor: Actor) -> list[Task]:
    """Offer the sandbox to a technician whose agency has opened nothing there yet."""
    if actor.agency_id is None or not actor.may(MANAGE_OWN) or sandbox_grants(actor).exists():
        return []
    hint = _("Không cần phê duyệt: nhận khóa thử nghiệm và dữ liệu tổng hợp, gọi được ngay")
    return [Task(_("Thử ngay trong môi trường thử nghiệm"), hint, reverse("sandbox_start"))]

"""Which live systems of an agency have still to leave a version that ends, and the task that says so (ux.md C8).

A system is done when a whole day has passed since its last call of the old version and it has called the successor
since: nobody ticks anything off. One that does not call, but holds operations that only ending versions offer, has to
ask for others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from audit.selectors.use import WEEK, VersionUse, use_of_systems
from catalog.choices import ServiceState
from catalog.models import InformationSystem, Operation, ServiceVersion
from catalog.version_names import successor_among
from connections.models import Grant
from connections.models.grants import GrantQuerySet
from connections.selectors.compliance import days_left
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.boards import Task

# Those who can change the program, or ask for another grant.
MOVERS = ("key.manage_own", "request.draft")
QUIET = timedelta(days=1)
MOST = 200


@dataclass(frozen=True, slots=True)
class Move:
    """A system that has to leave a version: calls of 7 days there (refused ones apart), where to ("": nowhere yet).

    ``lost`` are titles of operations it holds and no version without an end offers.
    """

    system: InformationSystem
    version: ServiceVersion
    week: int
    refused: int
    successor: str
    lost: Sequence[str]

    @property
    def day(self) -> date:
        """The first day without the version."""
        version = self.version
        if version.state == ServiceState.WITHDRAWN and version.withdrawn_at is not None:
            return version.withdrawn_at.astimezone(clock.VIETNAM).date()  # maybe before the day announced
        return version.sunset_on or clock.today()


def moves_due(actor: Actor) -> list[Move]:
    """Return what the live systems of the actor's own agency have still to leave, the nearest day first.

    One query without a live grant, two where no version ends, four otherwise, whatever the number of systems.
    """
    grants = list(_live_grants(actor)[:MOST])
    versions = _versions(grants) if grants else []
    ending = [version for version in versions if version.state != ServiceState.PUBLISHED]
    if not ending:
        return []
    offered = _offered(versions)
    uses: dict[tuple[int, str, str], VersionUse] = {
        (row.system_id, row.service, row.version): row
        for row in use_of_systems({grant.system_id for grant in grants})
        if row.environment == Environment.LIVE
    }
    lasting = defaultdict[int, list[ServiceVersion]](list)
    for version in versions:
        if version.state == ServiceState.PUBLISHED:
            lasting[version.service_id].append(version)
    by_service = defaultdict[int, list[ServiceVersion]](list)
    for version in ending:
        by_service[version.service_id].append(version)
    found = [
        move
        for grant in grants
        for version in by_service[grant.service_id]
        if (move := _judge(grant, version, lasting[grant.service_id], offered, uses)) is not None
    ]
    return sorted(found, key=lambda move: (move.day, move.system.sort_key))


def _live_grants(actor: Actor) -> GrantQuerySet:
    own = Grant.objects.open().filter(system__owner_id=actor.agency_id or 0, environment=Environment.LIVE)
    in_force = own.filter(connection__closed_at__isnull=True).exclude(Q(valid_to__lt=clock.today()))
    return in_force.select_related("system").order_by("pk")


def _versions(grants: Sequence[Grant]) -> list[ServiceVersion]:
    """Return the versions of the services granted that last, that end, or that ended lately."""
    lately = Q(state=ServiceState.WITHDRAWN, withdrawn_at__gte=clock.now() - timedelta(days=WEEK))
    wanted = Q(state__in=[ServiceState.PUBLISHED, ServiceState.DEPRECATED]) | lately
    found = ServiceVersion.objects.filter(wanted, service__in={grant.service_id for grant in grants})
    return list(found.select_related("service").order_by("service_id", "name"))


def _offered(versions: Sequence[ServiceVersion]) -> Mapping[int, Mapping[str, str]]:
    found = defaultdict[int, dict[str, str]](dict)
    rows = Operation.objects.filter(version__in=versions).values_list("version_id", "code", "title")
    for version_id, code, title in rows.order_by("pk"):
        found[version_id][code] = title
    return found


def _judge(
    grant: Grant,
    version: ServiceVersion,
    lasting: Sequence[ServiceVersion],
    offered: Mapping[int, Mapping[str, str]],
    uses: Mapping[tuple[int, str, str], VersionUse],
) -> Move | None:
    code = version.service.code
    successor = successor_among(version.name, [item.name for item in lasting])
    old, new = uses.get((grant.system_id, code, version.name)), uses.get((grant.system_id, code, successor))
    calls = old is not None and bool(old.month or old.refused) and not _has_moved(old, new)
    if version.state == ServiceState.WITHDRAWN:
        calls = calls and old is not None and bool(old.refused)
    kept = {name for item in lasting for name in offered.get(item.pk, {})}
    lost = [
        title
        for name, title in offered.get(version.pk, {}).items()
        if name in grant.operations and name not in kept and version.state == ServiceState.DEPRECATED
    ]
    if not calls and not lost:
        return None
    return Move(grant.system, version, old.week if old else 0, old.refused if old else 0, successor, lost)


def _has_moved(old: VersionUse, new: VersionUse | None) -> bool:
    return new is not None and new.last_at > old.last_at and old.last_at <= clock.now() - QUIET


def move_tasks(actor: Actor) -> list[Task]:
    """Return a task for each system that has to leave a version: the day, what replaces it, what to do."""
    if actor.agency_id is None or not any(map(actor.may, MOVERS)):
        return []
    moves = moves_due(actor)
    calendar = work_calendar() if moves else None
    return [
        Task(
            _("Chuyển %(system)s khỏi %(version)s") % {"system": move.system, "version": move.version},
            _hint(move),
            reverse("version_end", args=[move.version.service.code, move.version.name]),
            None if calendar is None else days_left(move.day - timedelta(days=1), calendar),
        )
        for move in moves
    ]


def _hint(move: Move) -> str:
    said = {"day": f"{move.day:%d/%m/%Y}", "successor": move.successor, "lost": ", ".join(move.lost)}
    over = move.day <= clock.today()
    parts = [_("Đã ngừng từ %(day)s") % said if over else _("Ngừng cung cấp từ %(day)s") % said]
    if move.successor:
        parts.append(_("thay bằng %(successor)s: đổi địa chỉ gọi") % said)
    else:
        parts.append(_("chưa có phiên bản thay: liên hệ cơ quan cung cấp"))
    if move.lost and move.successor:
        parts.append(_("đề nghị cấp thao tác khác thay cho «%(lost)s»") % said)
    number = move.week + move.refused
    parts.append(_("%(n)s lượt gọi trong 7 ngày") % {"n": f"{number:,}".replace(",", ".")})
    return "; ".join(parts)

"""The boards of this floor on the workbench: dossiers, systems and rights near their end, of one's own agency."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from catalog.models import InformationSystem
from connections.models import Connection, ConnectionRequest, Credential, Grant, Hold
from connections.selectors.connections import standing_of
from connections.selectors.requests import deadline_of, turn_of, with_turns
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.boards import Board, BoardRow

MOST = 5
#: Days before its end from which a right or key is shown; ours, not the law's.
SOON_DAYS = 30


def boards_for(actor: Actor) -> list[Board]:
    """Return the boards of the actor's agency; SKHCN's readers of all dossiers have their queue instead."""
    if not actor.is_person or not actor.may("request.view_own"):
        return []
    return [_dossiers(actor), _systems(actor), _ending(actor)]


def _dossiers(actor: Actor) -> Board:
    calendar = work_calendar()
    open_ones = ConnectionRequest.objects.visible_to(actor).filter(agency_id=actor.agency_id or 0).open()
    rows = []
    for request in with_turns(open_ones.order_by("-changed_at", "-pk")[:MOST]):
        turn, deadline = turn_of(request, actor), deadline_of(request, calendar)
        system = request.system.name if request.system else _("chưa chọn hệ thống")
        title = f"{request.get_kind_display()}: {system}"
        hint = _("%(number)s, %(state)s") % {"number": request, "state": request.get_state_display().lower()}
        left = deadline.days_left if deadline else None
        rows.append(BoardRow(title, reverse("request", args=[request.pk]), hint, turn.text, turn.kind, left))
    empty = _("Cơ quan chưa có hồ sơ nào đang mở.")
    return Board(_("Hồ sơ của cơ quan"), rows, empty, _("Xem tất cả hồ sơ"), reverse("requests"))


def _systems(actor: Actor) -> Board:
    holds = Prefetch("connection__holds", queryset=Hold.objects.filter(lifted_at__isnull=True), to_attr="open_now")
    own = InformationSystem.objects.visible_to(actor).filter(owner_id=actor.agency_id or 0)
    found = own.select_related("connection").prefetch_related(holds).order_by("sort_key", "pk")[:MOST]
    rows = [BoardRow(item.name, reverse("system", args=[item.code]), item.code, *_standing(item)) for item in found]
    empty = _("Cơ quan chưa đăng ký hệ thống thông tin nào.")
    return Board(_("Hệ thống và kết nối"), rows, empty, _("Xem tất cả hệ thống"), reverse("systems"))


def _standing(system: InformationSystem) -> tuple[str, str]:
    connection: Connection | None = getattr(system, "connection", None)
    if connection is None:
        return _("Chưa kết nối"), "quiet"
    return standing_of(connection, held=bool(connection.open_now))  # type: ignore[attr-defined]


def _ending(actor: Actor) -> Board:
    until = clock.today() + timedelta(days=SOON_DAYS)
    rows = sorted(_near_end(actor, until), key=lambda row: row[0])
    empty = _("Không có quyền khai thác hoặc khóa nào hết hạn trong %(n)s ngày tới.") % {"n": SOON_DAYS}
    shown = [row for _day, row in rows[:MOST]]
    return Board(_("Quyền và khóa sắp hết hạn"), shown, empty, _("Xem quyền và khóa"), reverse("developer"))


def _near_end(actor: Actor, until: date) -> Iterator[tuple[date, BoardRow]]:
    own = {"system__owner_id": actor.agency_id or 0, "valid_to__lte": until}
    grants = Grant.objects.visible_to(actor).open().filter(environment=Environment.LIVE, **own)
    for grant in grants.select_related("service", "system").order_by("valid_to", "pk")[:MOST]:
        if grant.valid_to is not None:
            title = _("Quyền khai thác %(service)s") % {"service": grant.service.title}
            yield grant.valid_to, _row(title, grant.system.name, grant.valid_to)
    keys = Credential.objects.visible_to(actor).open().filter(**own).defer("sealed_secret")
    for key in keys.select_related("system").order_by("valid_to", "pk")[:MOST]:
        title = _("Khóa %(environment)s") % {"environment": key.get_environment_display().lower()}
        yield key.valid_to, _row(f"{title} {key.access_key[:16]}…", key.system.name, key.valid_to)


def _row(title: str, system: str, day: date) -> BoardRow:
    left = (day - clock.today()).days
    hint = _("%(system)s, đến hết ngày %(day)s") % {"system": system, "day": f"{day:%d/%m/%Y}"}
    if left < 0:
        return BoardRow(title, reverse("developer"), hint, _("Đã hết hạn"), "wrong")
    return BoardRow(title, reverse("developer"), hint, _("Còn %(n)s ngày") % {"n": left}, "yours")

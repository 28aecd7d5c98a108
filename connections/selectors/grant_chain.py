"""Why a grant can be called now, or which link of its chain is closed, by whom and since when (QC4.6, Q50-15.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from catalog.choices import CALLABLE, SystemState
from catalog.models import ServiceVersion
from connections.models import Credential, Grant, Hold
from core import clock
from core.hours import is_open, next_opening, said, week_of


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what it is, whether calls pass it, who closed it and since when; ``why`` is read by both sides."""

    name: str
    passes: bool
    text: str
    who: str = ""
    since: datetime | date | None = None
    why: str = ""


def chain_of(grant: Grant) -> list[Link]:
    """Return every link between a system and a service, in the order a call meets them; five queries.

    *grant* is read with its system and owner, service and provider, connection.
    """
    return [
        _body(_("Cơ quan khai thác"), grant.system.owner),
        _system(grant),
        _keys(grant),
        *_connection(grant),
        _grant(grant),
        *_hours(grant),
        _service(grant),
        _body(_("Cơ quan cung cấp"), grant.service.provider),
    ]


def _body(name: str, agency: object) -> Link:
    ended: date | None = getattr(agency, "valid_to", None)
    over = ended is not None and ended < clock.today()
    return Link(name, not over, str(agency) if not over else _("%(name)s đã kết thúc") % {"name": agency}, since=ended)


def _system(grant: Grant) -> Link:
    system = grant.system
    passes = system.state == SystemState.REGISTERED or (grant.is_trial and system.state == SystemState.DRAFT)
    return Link(_("Hệ thống"), passes, system.get_state_display(), who="" if passes else str(system.owner))


def _keys(grant: Grant) -> Link:
    keys = Credential.objects.open().filter(
        system=grant.system_id, environment=grant.environment, valid_to__gte=clock.today()
    )
    ready = keys.filter(activated_at__isnull=False).count()
    if ready:
        return Link(_("Khóa"), True, _("%(n)s khóa đang dùng") % {"n": ready})
    pending = keys.exists()
    return Link(_("Khóa"), False, _("Khóa chưa kích hoạt") if pending else _("Chưa có khóa nào đang dùng"))


def _connection(grant: Grant) -> Iterator[Link]:
    """Give the connection and what holds it; a grant made for a trial has none, but a hold on the system binds it."""
    connection = grant.connection
    if connection is None:
        yield Link(_("Kết nối"), True, _("Không cần: quyền tự mở trong môi trường thử nghiệm"))
    elif connection.closed_at is not None:
        yield Link(_("Kết nối"), False, _("Đã hủy"), since=connection.closed_at)
    else:
        yield Link(_("Kết nối"), True, _("Đang mở"), since=connection.opened_at)
    yield from _holds(grant)


def _holds(grant: Grant) -> Iterator[Link]:
    """Give a link for each side: closed by every body that holds, else open."""
    rows = Hold.objects.filter(connection__system=grant.system_id, lifted_at__isnull=True)
    held = list(rows.select_related("agency").order_by("placed_at"))
    for hold in held:
        text = _("Đang tạm dừng")
        yield Link(hold.get_side_display(), False, text, str(hold.agency), hold.placed_at, hold.reason)
    if not held:
        yield Link(_("Tạm dừng"), True, _("Không bên nào tạm dừng"))


def _grant(grant: Grant) -> Link:
    name, today = _("Quyền khai thác"), clock.today()
    if grant.revoked_at is not None:
        return Link(name, False, _("Đã thu hồi"), since=grant.revoked_at, why=grant.revoke_reason)
    if grant.valid_from > today:
        return Link(name, False, _("Chưa tới ngày hiệu lực"), since=grant.valid_from)
    if grant.valid_to is not None and grant.valid_to < today:
        return Link(name, False, _("Đã hết hạn"), since=grant.valid_to)
    return Link(name, True, _("Đang có hiệu lực"), since=grant.valid_from)


def _hours(grant: Grant) -> Iterator[Link]:
    """Give a link for a grant that may not be used at all hours; closed, it says when it opens."""
    if week := week_of(grant.hours):
        name, listed = _("Khung giờ"), "; ".join(said(grant.hours))
        if is_open(week, clock.now()):
            yield Link(name, True, listed)
        else:
            opens = f"{next_opening(week, clock.now()):%H:%M %d/%m/%Y}"
            why = _("chỉ gọi được %(hours)s; mở lại lúc %(at)s") % {"hours": listed, "at": opens}
            yield Link(name, False, _("Ngoài khung giờ"), why=why)


def _service(grant: Grant) -> Link:
    versions = ServiceVersion.objects.filter(service=grant.service_id)
    name, serving = _("Dịch vụ"), versions.filter(state__in=CALLABLE)
    reachable = serving.filter(upstreams__environment=grant.environment, upstreams__active=True)
    found = reachable.order_by("-id").first()
    if found is not None:
        ends = _("sẽ ngừng từ %(day)s") % {"day": f"{found.sunset_on:%d/%m/%Y}"} if found.sunset_on else ""
        return Link(name, True, f"{found.get_state_display()} {found.name} {ends}".strip())
    if serving.exists():
        return Link(name, False, _("Không có địa chỉ hệ thống nguồn đang dùng"), str(grant.service.provider))
    last = versions.order_by("-withdrawn_at").first()
    since, why = (last.withdrawn_at, last.withdraw_reason) if last else (None, "")
    return Link(name, False, _("Không phiên bản nào đang được cung cấp"), str(grant.service.provider), since, why)

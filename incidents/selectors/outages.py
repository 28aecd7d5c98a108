"""Reading what tells of outages: checks that failed twice, checks that succeed again."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import CALLABLE
from catalog.models import Upstream
from core import clock
from core.actor import Actor
from core.web.boards import Board, BoardRow
from incidents.choices import Health
from incidents.models import HealthCheck, Outage, UpstreamHealth

MOST = 7
# An outage that comes back sooner is the same one.
SAME_OUTAGE = timedelta(minutes=30)


def called_upstreams(wanted: Iterable[int]) -> QuerySet[Upstream]:
    """Return those of *wanted* that calls go to now."""
    found = Upstream.objects.filter(pk__in=list(wanted), active=True, version__state__in=CALLABLE)
    return found.select_related("version__service__provider").order_by("pk")


def failed_twice() -> dict[int, tuple[HealthCheck, HealthCheck]]:
    """Return by upstream its last two checks, older first, where both found nobody or only a gateway's error."""
    bad = UpstreamHealth.objects.filter(state__in=(Health.DOWN, Health.REFUSED, Health.WRONG))
    found: dict[int, tuple[HealthCheck, HealthCheck]] = {}
    for upstream_id in bad.values_list("upstream_id", flat=True):
        last = list(HealthCheck.objects.filter(upstream_id=upstream_id).order_by("-at", "-id")[:2])
        if len(last) == 2 and all(map(_nobody, last)):
            found[upstream_id] = last[1], last[0]
    return found


def _nobody(check: HealthCheck) -> bool:
    """A wrong answer below 500 comes from the system itself: only the path of the check is wrong."""
    gateway = check.state == Health.WRONG and check.detail in ("HTTP 502", "HTTP 503", "HTTP 504")
    return gateway or check.state in (Health.DOWN, Health.REFUSED)


def outage_board(actor: Actor) -> list[Board]:
    """Return the outages that last now, of what *actor* watches over; none: no board."""
    found = Outage.objects.visible_to(actor).open().select_related("upstream__version__service__provider")
    rows = [_row(outage, actor) for outage in found.order_by("opened_at", "pk")[:MOST]]
    staff = actor.may("service.view_all")
    more = (_("Xem tất cả"), reverse("admin:incidents_outage_changelist")) if staff else ("", "")
    return [Board(_("Sự cố kết nối với hệ thống nguồn"), rows, "", *more)] if rows else []


def _row(outage: Outage, actor: Actor) -> BoardRow:
    version = outage.upstream.version
    own = actor.agency_id == version.service.provider_id
    address = reverse("own_version", args=[version.service.code, version.name]) if own else ""
    if not own:
        address = reverse("admin:incidents_outage_changelist") + f"?q={version.service.code}"
    hint = _("%(version)s, %(environment)s, địa chỉ thứ %(place)s; từ %(when)s; %(detail)s") % {
        "version": version.name,
        "environment": outage.upstream.get_environment_display().lower(),
        "place": outage.upstream.place,
        "when": f"{outage.opened_at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}",
        "detail": outage.detail,
    }
    return BoardRow(version.service.title, address, hint, _("Mất kết nối"), "wrong")

"""The boards of this floor on the workbench: what does not answer, what was noticed, how services stand."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.models import DataService
from connections.models import Grant
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.web.boards import Board, BoardRow
from core.web.notes import Note
from incidents.alert_choices import AlertState, Detector
from incidents.models import Alert
from incidents.selectors.alerts import KINDS, gravest_first
from incidents.selectors.health import worst_notes
from incidents.selectors.outages import outage_board

MOST = 5


def boards_for(actor: Actor) -> list[Board]:
    """Return the outages and alerts that last, and the health of services the actor's agency provides or may call."""
    return [*outage_board(actor), *_alert_board(actor), *_health_board(actor)] if actor.is_person else []


def _alert_board(actor: Actor) -> list[Board]:
    """Return the alerts nobody closed, the gravest first; outages have a board of their own."""
    lasting = Alert.objects.visible_to(actor).lasting().exclude(rule__detector=Detector.OUTAGE)
    rows = []
    for alert in gravest_first(lasting).select_related("rule")[:MOST]:
        hint = _("%(severity)s, từ %(when)s; %(what)s") % {
            "severity": alert.get_severity_display(),
            "when": f"{alert.first_at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}",
            "what": alert.label or alert.summary,
        }
        state = AlertState(alert.state)
        page = reverse("alert", args=[alert.pk])
        rows.append(BoardRow(alert.rule.name, page, hint, str(state.label), KINDS[state]))
    return [Board(_("Cảnh báo chưa đóng"), rows, "", _("Xem tất cả"), reverse("alerts"))] if rows else []


def _health_board(actor: Actor) -> list[Board]:
    """Return how services stand; none: no board."""
    if not (actor.may("request.view_own") or actor.may("service.edit_own")):
        return []
    agency = actor.agency_id or 0
    used = Grant.objects.open().filter(system__owner_id=agency, environment=Environment.LIVE).values("service_id")
    services = list(
        DataService.objects.published()
        .filter(Q(provider_id=agency) | Q(pk__in=used))
        .select_related("provider")
        .order_by("title", "pk")[:MOST]
    )
    if not services:
        return []
    notes = worst_notes([service.pk for service in services])
    rows = [_row(service, notes.get(service.pk)) for service in services]
    return [Board(_("Tình trạng dịch vụ dữ liệu"), rows, "", _("Xem danh mục"), reverse("catalogue"))]


def _row(service: DataService, note: Note | None) -> BoardRow:
    address = reverse("data_service", args=[service.code])
    if note is None:
        return BoardRow(service.title, address, str(service.provider), _("Chưa có số liệu"))
    hint = str(service.provider)
    if note.as_of is not None:
        when = f"{note.as_of.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
        hint = _("%(provider)s, số liệu đến %(when)s") % {"provider": service.provider, "when": when}
    return BoardRow(service.title, address, hint, note.text, note.kind)

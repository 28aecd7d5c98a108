"""Entries of this floor in the navigation and at the foot of pages (``core.web.boards``)."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.web.boards import Entry
from incidents.guards import violations
from incidents.guards.incidents import REPORT, VIEW_ALL, VIEW_OWN
from incidents.models import alerts
from incidents.models.help import ASK, SEE_ALL
from incidents.models.webhooks import MANAGE_OWN


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    found: list[Entry] = [(_("Trạng thái"), reverse("status"), 93), (_("Hỏi đáp"), reverse("guides"), 94)]
    if actor.may(VIEW_OWN) or actor.may(VIEW_ALL):
        found.append((_("Sự cố"), reverse("incidents"), 43))
    if actor.may(violations.VIEW_OWN) or actor.may(violations.VIEW_ALL):
        found.append((_("Vi phạm"), reverse("violations"), 45))
    if actor.may(SEE_ALL):
        found.append((_("Vận hành"), reverse("operations"), 21))
    if actor.may(ASK) or actor.may(SEE_ALL):
        found.append((_("Yêu cầu hỗ trợ"), reverse("help_requests"), 47))
    if actor.may(alerts.VIEW_OWN) or actor.may(alerts.VIEW_ALL):
        found.append((_("Cảnh báo"), reverse("alerts"), 46))
    if actor.may(MANAGE_OWN):
        found.append((_("Điểm nhận tin"), reverse("webhooks"), 48))
    return found


def footer(actor: Actor, page: str, request_id: str) -> list[Entry]:
    """Return what stands at the foot of *page*: the answers for all; reports and help, with the page, for who may."""
    found: list[Entry] = [(_("Hỏi đáp"), reverse("guides"), 30)]
    if actor.is_person and actor.may(REPORT):
        found.append((_("Báo sự cố"), reverse("report_incident"), 10))
    if actor.may(ASK):
        told = urlencode({"trang": page, "ma": request_id})
        found.append((_("Cần hỗ trợ về trang này"), f"{reverse('help_ask')}?{told}", 20))
    return found

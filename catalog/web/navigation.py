"""Entries of this floor in the portal's navigation."""

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.guards import SERVICE_EDIT_OWN
from catalog.models.data_errors import READ_OWN
from catalog.web.wishes import SEES
from core.actor import Actor
from core.web.boards import Entry


def entries(actor: Actor) -> list[Entry]:
    """Return the entries *actor* may use."""
    found: list[Entry] = [(_("Danh mục"), reverse("catalogue"), 20)]
    found.append((_("Tiêu chuẩn"), reverse("standards"), 90))
    if actor.may(SERVICE_EDIT_OWN):
        found.append((_("Dịch vụ của cơ quan"), reverse("own_services"), 25))
    if actor.may("system.view_own") or actor.may("system.view_all"):
        found.append((_("Hệ thống"), reverse("systems"), 30))
    found.append((_("Tài liệu"), reverse("documents"), 40))
    if any(map(actor.may, (*READ_OWN, "service.view_all"))):
        found.append((_("Sai lệch dữ liệu"), reverse("data_errors"), 42))
    if any(map(actor.may, SEES)):
        found.append((_("Nhu cầu dữ liệu"), reverse("wishes"), 32))
    return found

"""Entries of this floor in the navigation (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from connections.selectors.call_story import VIEW_ALL
from connections.selectors.consumers import SEES_ALL, SEES_OWN
from connections.selectors.old_versions import SEES_OWN as PROVIDES
from connections.services.keys import MANAGE_OWN
from core.actor import Actor
from core.web.boards import Entry

GRANTS = ("request.view_own", "grant.advise")
CONNECTIONS = ("request.view_own", "grant.advise", "people.manage_own")


def navigation(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    entries: list[Entry] = []
    if actor.may("request.view_own"):
        entries.append((_("Hồ sơ kết nối"), reverse("requests"), 20))
        entries.append((_("Quyền và khóa"), reverse("developer"), 25))
    if actor.may(MANAGE_OWN):
        entries.append((_("Gọi thử"), reverse("sandbox"), 28))
    if actor.may(VIEW_ALL):
        entries.append((_("Nhật ký cuộc gọi"), reverse("calls"), 25))
        entries.append((_("Vì sao bị từ chối"), reverse("why"), 26))
    if any(map(actor.may, CONNECTIONS)):
        entries.append((_("Kết nối"), reverse("connections"), 22))
    if any(map(actor.may, GRANTS)):
        entries.append((_("Quyền khai thác"), reverse("grants"), 24))
    if actor.may(SEES_OWN) or actor.may(SEES_ALL):
        entries.append((_("Tải dịch vụ"), reverse("loads"), 34))
    if actor.may(SEES_ALL) or any(map(actor.may, PROVIDES)):
        entries.append((_("Phiên bản ngừng"), reverse("old_versions"), 44))
    return entries

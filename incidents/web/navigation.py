"""Entries of this floor in the navigation (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.web.boards import Entry
from incidents.models.alerts import VIEW_ALL, VIEW_OWN
from incidents.models.webhooks import MANAGE_OWN


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    found: list[Entry] = []
    if actor.may(VIEW_OWN) or actor.may(VIEW_ALL):
        found.append((_("Cảnh báo"), reverse("alerts"), 46))
    if actor.may(MANAGE_OWN):
        found.append((_("Điểm nhận tin"), reverse("webhooks"), 48))
    return found

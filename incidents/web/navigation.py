"""Entries of this floor in the navigation (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.web.boards import Entry


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    found: list[Entry] = [(_("Trạng thái"), reverse("status"), 93)]
    return found

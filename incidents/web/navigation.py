"""Entries of this floor in the navigation (``core.web.boards``)."""

from core.actor import Actor
from core.web.boards import Entry


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    found: list[Entry] = []
    return found

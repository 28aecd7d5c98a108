"""Entries of this floor in the navigation and at the foot of pages (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.web.boards import Entry
from incidents.guards import violations
from incidents.guards.incidents import REPORT, VIEW_ALL, VIEW_OWN


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here."""
    found: list[Entry] = [(_("Trạng thái"), reverse("status"), 93)]
    if actor.may(VIEW_OWN) or actor.may(VIEW_ALL):
        found.append((_("Sự cố"), reverse("incidents"), 43))
    if actor.may(violations.VIEW_OWN) or actor.may(violations.VIEW_ALL):
        found.append((_("Vi phạm"), reverse("violations"), 45))
    return found


def footer(actor: Actor) -> list[Entry]:
    """Return what stands at the foot of every page."""
    return [(_("Báo sự cố"), reverse("report_incident"), 10)] if actor.is_person and actor.may(REPORT) else []

"""Entries of this floor in the navigation (``core.web.boards``)."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.web.boards import Entry
from reports import campaign_guards
from reports.guards import DRAFT, VIEW


def entries(actor: Actor) -> list[Entry]:
    """Return what the actor may open here; the developer's guide is everybody's."""
    found: list[Entry] = [(_("Nhà phát triển"), reverse("developer_guides"), 95)]
    if actor.may(VIEW):
        found.append((_("Điều hành"), reverse("leadership"), 12))
    if actor.may(VIEW) or actor.may(DRAFT):
        found.append((_("Báo cáo"), reverse("reports"), 40))
    if actor.may(campaign_guards.DRAFT) or actor.may(campaign_guards.SEND):
        found.append((_("Báo cáo khai thác"), reverse("statements"), 41))
    return found

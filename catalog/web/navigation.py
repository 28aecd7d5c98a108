"""Entries of this floor in the portal's navigation."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.web.boards import Entry


def entries(actor: Actor) -> list[Entry]:
    """Return the entries *actor* may use."""
    found: list[Entry] = [(_("Danh mục"), reverse("catalogue"), 20)]
    if not actor.is_person:  # those signed in have many entries; theirs is on the pages of systems and of the plan
        found.append((_("Tiêu chuẩn"), reverse("standards"), 90))
    if actor.may("system.view_own") or actor.may("system.view_all"):
        found.append((_("Hệ thống"), reverse("systems"), 30))
    return found

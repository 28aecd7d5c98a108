"""What every page needs to know about the person: name, agency, roles, where they may go."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.selectors.notices import unread_count
from core.actor import Actor
from core.admin import ENTER
from core.web.boards import Entry, navigation_for


@dataclass(frozen=True, slots=True)
class PersonView:
    """The signed-in person as the page head shows them."""

    full_name: str
    agency_name: str
    role_names: list[str]
    other_agencies: list[tuple[int, str]]


def person(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``person``, ``navigation``, the bell (counted only where it is shown) and the session's rest."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"person": None, "navigation": []}
    standings = getattr(request, "standings", [])
    current = next((item for item in standings if item.agency_id == actor.agency_id), None)
    shown = None
    if actor.is_person:
        others = [(item.agency_id, item.agency_name) for item in standings if item is not current]
        shown = PersonView(actor.name, actor.agency_name, current.role_names if current else [], others)
    return {
        "person": shown,
        "actor": actor,
        "navigation": _marked(request, navigation_for(actor)),
        "notifications_url": reverse("notices") if actor.roles else "",
        "unread_count": SimpleLazyObject(lambda: unread_count(actor)),
        "session_seconds": getattr(request, "session_seconds", 0),
    }


def _marked(request: HttpRequest, entries: list[tuple[StrOrPromise, str]]) -> list[tuple[StrOrPromise, str, bool]]:
    """Return *entries* with the one the page lies under marked: the nearest, where one lies under another."""
    here = max((url for _label, url in entries if request.path.startswith(url)), key=len, default="")
    return [(label, url, url == here) for label, url in entries]


def navigation(actor: Actor) -> list[Entry]:
    """Return the entries of this floor that *actor* may use."""
    entries: list[Entry] = [
        (_("Danh bạ"), reverse("agencies"), 50),
        (_("Lịch"), reverse("calendar"), 60),
        (_("Quy chế"), reverse("clauses"), 70),
    ]
    if actor.is_person:
        entries.append((_("Bàn làm việc"), reverse("workbench"), 10))
    if actor.may("people.manage_own") or actor.may("people.view_own"):
        entries.append((_("Người dùng"), reverse("people"), 80))
    if actor.may(ENTER):
        entries.append((_("Quản trị"), reverse("admin:index"), 90))
    return entries

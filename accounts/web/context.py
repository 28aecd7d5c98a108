"""What every page needs to know about the person: name, agency, roles, where they may go."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.admin import ENTER


@dataclass(frozen=True, slots=True)
class PersonView:
    """The signed-in person as the page head shows them."""

    full_name: str
    agency_name: str
    role_names: list[str]
    other_agencies: list[tuple[int, str]]


def person(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``person``, ``navigation`` and the seconds left of the session."""
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
        "navigation": _navigation(request, actor),
        "session_seconds": getattr(request, "session_seconds", 0),
    }


def _navigation(request: HttpRequest, actor: Any) -> list[tuple[str, str, bool]]:
    entries = [(_("Danh bạ cơ quan"), reverse("agencies")), (_("Lịch làm việc"), reverse("calendar"))]
    entries.append((_("Quy chế"), reverse("clauses")))
    if actor.is_person:
        entries.insert(0, (_("Bàn làm việc"), reverse("workbench")))
    if actor.may("people.manage_own") or actor.may("people.view_own"):
        entries.append((_("Người dùng"), reverse("people")))
    if actor.may(ENTER):
        entries.append((_("Quản trị"), reverse("admin:index")))
    return [(label, url, request.path.startswith(url)) for label, url in entries]

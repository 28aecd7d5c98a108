"""Keeping what is being typed, without a press of a button; an enhancement beside «Lưu nháp» (decisions, 28)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from connections.choices import Part
from connections.models import ConnectionRequest
from connections.selectors.parts import FIELDS, seen_part
from connections.services.drafts import save_part
from connections.web.part_forms import PartForm
from core import clock
from core.problems import DomainError, InvalidInput
from core.web.typed import last_seen, wrote


def place_of(found: ConnectionRequest, part: str) -> str:
    """Return the name of a part of a dossier among all places that forms write in."""
    return f"part:{found.pk}:{part}"


def keep_part(request: Any, found: ConnectionRequest, form: PartForm) -> HttpResponse:
    """Save the answers that are understood, leave the others as stored, and say so in the place of the form."""
    form.is_valid()
    place, stored = place_of(found, form.key), {name: getattr(found, name) for name in FIELDS[form.key]}
    seen, given = last_seen(request, place, str(form.cleaned_data.get("seen", ""))), form.given()
    try:
        saved = _saved(request, found, form.key, seen, stored, given)
    except DomainError as refusal:
        return told(request, refused=str(refusal.detail))
    wrote(request, place, seen_part(saved, form.key))
    return told(request, wrong=len(FIELDS[form.key]) - len(given) - form.absent)


def _saved(
    request: Any, found: ConnectionRequest, part: Part, seen: str, stored: dict[str, Any], given: dict[str, Any]
) -> ConnectionRequest:
    """Save what is *given*; answers the deed refuses are left out of it and stay as stored."""
    try:
        return save_part(actor=request.actor, request=found, part=part, seen=seen, **{**stored, **given})
    except InvalidInput as refusal:
        wrong = refusal.errors.keys() & given.keys()
        if not wrong:
            raise
        for name in wrong:
            del given[name]
    return save_part(actor=request.actor, request=found, part=part, seen=seen, **{**stored, **given})


def told(request: Any, *, wrong: int = 0, refused: str = "") -> HttpResponse:
    """Answer an autosave: at what time it was kept, and how many answers were not."""
    when = f"{clock.local_now():%H:%M}"
    said = refused or _("Đã lưu lúc %(time)s") % {"time": when}
    context = {"said": said, "wrong": wrong, "refused": bool(refused), "kept_at": "" if refused else when}
    return render(request, "requests/autosaved.html", context)

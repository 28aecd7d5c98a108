"""What a person typed stays theirs: over the end of a session, and apart from what others wrote meanwhile."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from core import clock

_KEPT, _LEAST, _MOST_BYTES = "typed", 1800, 200_000
_FORM_SECONDS = 24 * 3600


def to_sign_in(request: Any) -> HttpResponse:
    """Lead a visitor to sign in and back here; a form that was sent is kept for them, autosaving is told in place."""
    here = request.get_full_path()
    if getattr(request, "htmx", False):
        kept_at = request.POST.get("kept_at", "")[:5]
        return render(request, "patterns/session_over.html", {"here": here, "kept_at": kept_at})
    if request.method == "GET":
        return redirect_to_login(here)
    return redirect_to_login(here if keep_typed(request) else "/")


def keep_typed(request: HttpRequest) -> bool:
    """Keep what a form sent in the visitor's session, for half an hour; return whether this address takes part."""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    fields = {name: request.POST.getlist(name) for name in names}
    size = sum(len(text) for texts in fields.values() for text in texts)
    if request.method != "POST" or size > _MOST_BYTES or not request.path.startswith(tuple(settings.TYPED_KEPT)):
        return False
    request.session[_KEPT] = {"path": request.path, "fields": fields, "until": _seconds() + _LEAST}
    return True


def sent_or_kept(request: HttpRequest) -> QueryDict | None:
    """Return what fills a form: what was sent now, else what this person typed here before the session ended."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(_KEPT)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    if kept["until"] < _seconds():
        return None
    messages.info(
        request, _("Nội dung đã nhập trước khi phiên hết được giữ bên dưới. Kiểm tra, chọn lại tệp nếu có, rồi lưu.")
    )
    found = QueryDict(mutable=True)
    for name, texts in kept["fields"].items():
        found.setlist(name, texts)
    return found


def new_form_id() -> str:
    """Return the name of one opening of a form."""
    return get_random_string(16)


def wrote(request: Any, place: str, mark: str) -> None:
    """Remember that this opening of a form last left *place* as *mark* says (autosave, or a second press)."""
    if form_id := request.POST.get("form_id", "")[:16]:
        cache.set(_key(request, place, form_id), mark, _FORM_SECONDS)


def last_seen(request: Any, place: str, seen: str) -> str:
    """Return the mark this opening of a form knows: what it wrote last, else what it was opened with."""
    return str(cache.get(_key(request, place, request.POST.get("form_id", "")[:16])) or seen)


def _key(request: Any, place: str, form_id: str) -> str:
    return f"form:{request.actor.user_id}:{place}:{form_id}"


def _seconds() -> int:
    return int(clock.now().timestamp())

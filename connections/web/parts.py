"""Writing the parts of a dossier, each on a page of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from connections.choices import AttachmentKind, Part, State
from connections.models import ConnectionRequest
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.files import files_of
from connections.selectors.parts import seen_part
from connections.services.attachments import attach
from connections.services.drafts import DRAFT, PartChanged, save_part
from connections.web.attachments import take_out
from connections.web.autosave import keep_part, place_of
from connections.web.part_forms import PARTS, SLUGS, PartForm
from connections.web.requests import own
from connections.web.task_list import next_part
from core.forms import show_refusal
from core.problems import DomainError, GuardRefused
from core.web.typed import last_seen, sent_or_kept, wrote

ORDER = list(PARTS)
# Control of files -> what the files are.
KINDS = {"documents": AttachmentKind.DOCUMENT, "message_sample": AttachmentKind.MESSAGE_SAMPLE}


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def part(request: Any, pk: int, slug: str) -> HttpResponse:
    """Write one part: «Lưu và tiếp tục» asks for all of it, «Lưu nháp» keeps what is there."""
    if slug not in PARTS:
        raise Http404
    found, kind = own(request, pk), PARTS[slug]
    half = bool({"draft", "autosave", "remove"} & set(request.POST))
    form = kind(found, sent_or_kept(request), request.FILES or None, saving_draft=half)
    if "autosave" in request.POST:
        return keep_part(request, found, form)
    theirs: list[tuple[Any, Any]] = []
    if request.method == "POST" and _taken(request, found, form) and form.is_valid():
        try:
            _save(request, found, form)
        except GuardRefused as refusal:
            return render(request, "requests/stop.html", {"dossier": found, "refusal": refusal}, status=422)
        except PartChanged as refusal:
            theirs = _theirs(request, found, form)
            show_refusal(form, refusal)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _next(request, found, form)
    return render(request, "requests/part.html", _page(request, found, slug, form) | {"theirs": theirs})


def _page(request: Any, found: ConnectionRequest, slug: str, form: PartForm) -> dict[str, Any]:
    eyebrow = _("Phần %(n)s/%(total)s") % {"n": ORDER.index(slug) + 1, "total": len(ORDER)}
    return {
        "dossier": found,
        "form": form,
        "title": form.key.label,
        "eyebrow": eyebrow,
        "key": form.key,
        "files": files_of(request.actor, found, part=form.key) if "documents" in form.fields else None,
        "lines": lines_of(found) if form.key == Part.SCOPE else [],
        "prefilled": form.key in found.prefilled,
    }


def _taken(request: Any, found: ConnectionRequest, form: PartForm) -> bool:
    """Keep the files that are fit, also when other answers are not; return whether every file was."""
    form.is_valid()
    good = True
    for name, kind in KINDS.items():
        for file in form.cleaned_data.get(name) or ():
            try:
                attach(actor=request.actor, request=found, file=file, kind=kind, part=form.key, field=name)
            except DomainError as refusal:
                show_refusal(form, refusal)
                good = False
    return good


def _save(request: Any, found: ConnectionRequest, form: PartForm) -> None:
    place = place_of(found, form.key)
    seen = last_seen(request, place, form.cleaned_data["seen"])
    saved = save_part(actor=request.actor, request=found, part=form.key, seen=seen, **form.given())
    wrote(request, place, seen_part(saved, form.key))
    take_out(request, files_of(request.actor, found, part=form.key))


def _theirs(request: Any, found: ConnectionRequest, form: PartForm) -> list[tuple[Any, Any]]:
    """Return what the part says now, as a colleague left it; the next press of the button knows it."""
    fresh = own(request, found.pk)
    data = request.POST.copy()
    data["seen"] = seen_part(fresh, form.key)
    form.data = data
    wrote(request, place_of(found, form.key), data["seen"])
    return list(next(item.facts for item in parts_of(fresh) if item.key == form.key))


def _next(request: Any, found: ConnectionRequest, form: PartForm) -> HttpResponse:
    """Go on to the next part that is not complete, then to the check; back to the list when a draft was kept."""
    messages.success(request, _("Đã lưu phần «%(title)s».") % {"title": form.key.label})
    if "remove" in request.POST:
        return redirect("request_part", pk=found.pk, slug=SLUGS[form.key])
    if "draft" in request.POST:
        return redirect("request", pk=found.pk)
    following = next_part(own(request, found.pk), form.key)
    if following:
        return redirect("request_part", pk=found.pk, slug=SLUGS[following])
    return redirect("check_request" if found.state == State.DRAFT else "answer_completion", pk=found.pk)

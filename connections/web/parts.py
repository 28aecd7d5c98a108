"""Writing the parts of a dossier, each on a page of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web.access import needs
from catalog.models import DataService
from connections.models import ConnectionRequest
from connections.selectors.answers import lines_of
from connections.selectors.offered import Offered, offered_by, services_to_choose
from connections.services.drafts import DRAFT, EDITABLE, save_part
from connections.web.part_forms import PARTS, LineForm, PartForm
from connections.web.requests import own
from core.forms import show_refusal
from core.problems import DomainError, GuardRefused, InvalidInput, StateRefused
from core.text import tidy

ORDER = list(PARTS)


def _editable(request: Any, pk: int) -> ConnectionRequest:
    found = own(request, pk)
    if found.state not in EDITABLE:
        raise StateRefused(_("Hồ sơ đã chuyển sang bước khác, không sửa được nữa."))
    return found


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def part(request: Any, pk: int, slug: str) -> HttpResponse:
    """Write one part: «Lưu và tiếp tục» asks for all of it, «Lưu nháp» keeps what is there."""
    if slug not in PARTS:
        raise Http404
    found, (key, title, kind) = own(request, pk), PARTS[slug]
    form = kind(found, request.POST or None, saving_draft="draft" in request.POST)
    if form.is_bound and form.is_valid():
        try:
            save_part(actor=request.actor, request=found, part=key, **_given(form))
        except GuardRefused as refusal:
            return render(request, "requests/stop.html", {"dossier": found, "refusal": refusal}, status=422)
        except (InvalidInput, StateRefused) as refusal:
            show_refusal(form, refusal)
        else:
            return _next(request, found, slug)
    eyebrow = _("Phần %(n)s/%(total)s") % {"n": ORDER.index(slug) + 1, "total": len(ORDER)}
    context = {"dossier": found, "form": form, "title": title, "eyebrow": eyebrow}
    if key == "scope":
        context["lines"] = lines_of(found)
    return render(request, "requests/part.html", context | {"key": key})


def _given(form: PartForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"} | {
        "version": form.cleaned_data.get("version")
    }


def _next(request: Any, found: ConnectionRequest, slug: str) -> HttpResponse:
    """Go on to the next part, or back to the list when a draft was kept or the last part is done."""
    messages.success(request, _("Đã lưu phần «%(title)s».") % {"title": PARTS[slug][1]})
    place = ORDER.index(slug) + 1
    if "draft" in request.POST or place == len(ORDER):
        return redirect("request", pk=found.pk)
    return redirect("request_part", pk=found.pk, slug=ORDER[place])


@require_safe
@never_cache
@needs(DRAFT)
def choose_service(request: Any, pk: int) -> HttpResponse:
    """Find a published service to ask for."""
    found, words = _editable(request, pk), tidy(request.GET.get("q", ""))[:100]
    context = {"dossier": found, "services": services_to_choose(found, words), "words": words}
    return render(request, "requests/choose_service.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def line(request: Any, pk: int, code: str) -> HttpResponse:
    """Say which operations and fields of a service are needed, and how often."""
    found = _editable(request, pk)
    service = get_object_or_404(DataService.objects.published(), code=code)
    offered, known = offered_by(service), found.lines.filter(service=service).first()
    initial = {"version": found.version}
    if known is not None:
        initial |= {
            "operations": known.operations,
            "fields_wanted": known.fields,
            "daily_quota": known.daily_quota,
        }
    form = LineForm(request.POST or None, initial=initial)
    _offer(form, offered)
    if form.is_bound and form.is_valid():
        try:
            _save_lines(request, found, service, form.cleaned_data)
        except (InvalidInput, StateRefused) as refusal:
            _told(form, refusal)
        else:
            messages.success(request, _("Đã lưu dịch vụ «%(title)s».") % {"title": service.title})
            return redirect("request_part", pk=found.pk, slug="pham-vi")
    context = {"dossier": found, "service": service, "form": form, "known": known}
    return render(request, "requests/line.html", context)


@require_POST
@needs(DRAFT)
def remove_line(request: Any, pk: int, code: str) -> HttpResponse:
    """Ask for a service no longer."""
    found = _editable(request, pk)
    service = get_object_or_404(DataService, code=code, pk__in=found.lines.values("service_id"))
    _save_lines(request, found, service, None)
    messages.success(request, _("Đã bỏ dịch vụ «%(title)s» khỏi hồ sơ.") % {"title": service.title})
    return redirect("request_part", pk=found.pk, slug="pham-vi")


def _offer(form: LineForm, offered: Offered) -> None:
    form.fields["operations"].choices = offered.operations  # type: ignore[attr-defined]
    form.fields["fields_wanted"].choices = offered.fields  # type: ignore[attr-defined]


def _save_lines(request: Any, found: ConnectionRequest, service: DataService, given: dict[str, Any] | None) -> None:
    """Save the scope with this service's line replaced, or left out when nothing is given."""
    others = [
        {
            "service": item.service,
            "operations": item.operations,
            "fields": item.fields,
            "daily_quota": item.daily_quota,
        }
        for item in found.lines.exclude(service=service).select_related("service")
    ]
    if given is not None:
        others.append(
            {
                "service": service,
                "operations": given["operations"],
                "fields": given["fields_wanted"],
                "daily_quota": given["daily_quota"],
            }
        )
    answers = {name: getattr(found, name) for name in ("personal_data", "state_secret", "national_database")}
    version = given.get("version") if given else None
    save_part(actor=request.actor, request=found, part="scope", version=version, lines=others, **answers)


def _told(form: LineForm, refusal: DomainError) -> None:
    """Tell a refusal above the form: the deed's fields are the part's, not this form's."""
    form.add_error(None, str(refusal.detail))

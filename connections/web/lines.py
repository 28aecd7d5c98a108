"""The services a dossier asks for, each on a page of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web.access import needs
from catalog.models import DataService
from connections.models import ConnectionRequest
from connections.selectors.offered import offered_by, repeated_fields, services_to_choose
from connections.selectors.parts import seen_line
from connections.services.draft_lines import drop_line, save_line
from connections.services.drafts import DRAFT, EDITABLE
from connections.web.part_forms import LineForm
from connections.web.requests import own
from core.problems import InvalidInput, StateRefused
from core.text import tidy
from core.web.typed import last_seen, sent_or_kept, wrote


def _editable(request: Any, pk: int) -> ConnectionRequest:
    found = own(request, pk)
    if found.state not in EDITABLE:
        raise StateRefused(_("Hồ sơ đã chuyển sang bước khác, không sửa được nữa."))
    return found


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
    form = LineForm(sent_or_kept(request), initial=LineForm.read(known))
    form.fields["operations"].choices = offered.operations  # type: ignore[attr-defined]
    form.fields["fields_wanted"].choices = offered.fields  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, found, service, form.cleaned_data)
        except (InvalidInput, StateRefused) as refusal:
            # The deed names the part's fields, which this form does not have.
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("Đã lưu dịch vụ «%(title)s».") % {"title": service.title})
            return redirect("request_part", pk=found.pk, slug="pham-vi")
    shared = repeated_fields(service, found.system, found.lines.values_list("service_id", flat=True))
    context = {"dossier": found, "service": service, "form": form, "known": known, "shared": shared}
    return render(request, "requests/line.html", context)


def _save(request: Any, found: ConnectionRequest, service: DataService, given: dict[str, Any]) -> None:
    place = f"line:{found.pk}:{service.pk}"
    save_line(
        actor=request.actor,
        request=found,
        service=service,
        seen=last_seen(request, place, given["seen"]),
        operations=given["operations"],
        fields=given["fields_wanted"],
        daily_quota=given["daily_quota"],
    )
    wrote(request, place, seen_line(found.lines.filter(service=service).first()))


@require_POST
@needs(DRAFT)
def remove_line(request: Any, pk: int, code: str) -> HttpResponse:
    """Ask for a service no longer; the answer to a second press is the same."""
    found = _editable(request, pk)
    service = get_object_or_404(DataService, code=code)
    drop_line(actor=request.actor, request=found, service=service)
    messages.success(request, _("Đã bỏ dịch vụ «%(title)s» khỏi hồ sơ.") % {"title": service.title})
    return redirect("request_part", pk=found.pk, slug="pham-vi")

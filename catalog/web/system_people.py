"""Who answers for a system, the papers of its security level, and everything that changed: pages of one system."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.web.access import needs
from audit.selectors.history import moments_of
from catalog.choices import ContactSide, SystemState
from catalog.guards import SYSTEM_EDIT_OWN, edits_system
from catalog.models import InformationSystem, SecurityDossier, SystemContact
from catalog.selectors.system_people import candidates
from catalog.services.system_people import end_contact, keep_dossier, may_name, name_contact, read_dossier
from catalog.web.system_forms import ReasonForm
from catalog.web.system_list import READ
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused
from core.web.downloads import file_response

EDIT = (SYSTEM_EDIT_OWN, "system.manage")


class ContactForm(PortalForm):
    """Who answers, and for what."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Người"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Chọn người"),
        help_text=gettext_lazy("Người đang giữ vai trò tại cơ quan; người khác thì mời vào cơ quan trước."),
    )
    duty = forms.CharField(
        label=gettext_lazy("Phụ trách việc gì"),
        max_length=200,
        help_text=gettext_lazy("Ví dụ quản trị máy chủ, giao diện lập trình."),
    )

    def __init__(self, *args: Any, system: InformationSystem, side: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = candidates(system, side)


class DossierForm(PortalForm):
    """One paper of the security level."""

    file = forms.FileField(
        label=gettext_lazy("Tệp hồ sơ cấp độ"),
        help_text=gettext_lazy("Hồ sơ đề xuất hoặc quyết định phê duyệt cấp độ; tệp PDF, DOCX hoặc XLSX."),
    )


def visible_system(request: Any, code: str) -> InformationSystem:
    """Return the system whose code is, or was, *code*; 404 where the actor may not see it."""
    found = InformationSystem.objects.visible_to(request.actor).select_related("owner", "operating_unit")
    return get_object_or_404(found.known_as(code))


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def new_contact(request: Any, code: str, side: str) -> HttpResponse:
    """Name somebody who answers for the system on one side."""
    found = visible_system(request, code)
    if side not in ContactSide.values or not may_name(request.actor, found, side):
        raise Http404
    form = ContactForm(request.POST or None, system=found, side=side)
    if form.is_bound and form.is_valid():
        try:
            name_contact(actor=request.actor, system=found, side=side, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thêm đầu mối kỹ thuật."))
            return redirect("system", code=found.code)
    context = {"form": form, "system": found, "side": ContactSide(side).label}
    return render(request, "systems/contact.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def contact_ended(request: Any, code: str, pk: int) -> HttpResponse:
    """End a contact, with the reason."""
    found = visible_system(request, code)
    contacts = SystemContact.objects.visible_to(request.actor).select_related("person", "system")
    contact = get_object_or_404(contacts, pk=pk, system=found)
    if not may_name(request.actor, found, contact.side):
        raise Http404
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            end_contact(actor=request.actor, contact=contact, **form.cleaned_data)
        except PermissionRefused:
            raise Http404 from None
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã cho thôi đầu mối kỹ thuật."))
            return redirect("system", code=found.code)
    return render(request, "systems/contact_end.html", {"form": form, "system": found, "contact": contact})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def new_dossier(request: Any, code: str) -> HttpResponse:
    """Hand in a paper of the security level."""
    found = visible_system(request, code)
    if not edits_system(found, request.actor) or found.state == SystemState.RETIRED:
        raise Http404
    form = DossierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            keep_dossier(actor=request.actor, system=found, file=form.cleaned_data["file"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu tệp hồ sơ cấp độ."))
            return redirect("system", code=found.code)
    return render(request, "systems/dossier.html", {"form": form, "system": found})


@require_safe
@never_cache
@needs(*READ)
def dossier(request: Any, code: str, pk: int) -> HttpResponse:
    """Send one paper of the security level."""
    system = visible_system(request, code)
    files = SecurityDossier.objects.visible_to(request.actor).select_related("system")
    found = get_object_or_404(files, pk=pk, system=system)
    return file_response(read_dossier(actor=request.actor, dossier=found))


@require_safe
@never_cache
@needs(*READ)
def history(request: Any, code: str) -> HttpResponse:
    """Show what changed, each field before and after, by whom and why."""
    found = visible_system(request, code)
    moments = moments_of(found, request.actor, maintains=True)
    return render(request, "systems/history.html", {"system": found, "moments": moments})

"""Papers of a dossier in the portal: taken away as files, numbered by the agency's clerk, checked by anybody."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from connections.models import Printout
from connections.permissions import may_register
from connections.printouts.files import FORMATS, file_name, file_of
from connections.services.paper_numbers import register
from connections.services.verification import verify
from core.files import check_upload
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, TooMany
from core.text import tidy
from core.web.addresses import client_address
from core.web.downloads import file_response, name_download

READ = ("request.view_own", "request.view_all")


class RegisterForm(PortalForm):
    """Number, date and, once there is one, the file as signed."""

    number = forms.CharField(
        label=gettext_lazy("Số, ký hiệu"), max_length=60, help_text=gettext_lazy("Như trên văn bản, ví dụ 05/SYT-VP")
    )
    number_date = forms.DateField(label=gettext_lazy("Ngày ban hành"))
    file = forms.FileField(
        label=gettext_lazy("Bản đã ký"),
        required=False,
        help_text=gettext_lazy("PDF, DOCX hoặc XLSX; có thể thêm sau khi văn bản được ký"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do sửa"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Chỉ cần khi sửa số, ngày đã ghi hoặc thay bản đã ký"),
    )


def seen(request: Any, pk: int) -> Printout:
    """Return a paper the actor may see; another agency's is not found."""
    found = Printout.objects.visible_to(request.actor).select_related("request", "issuer")
    return get_object_or_404(found, pk=pk)


@require_safe
@never_cache
@needs(*READ)
def printout_file(request: Any, pk: int, ending: str) -> HttpResponse:
    """Give a paper as Word file or PDF, drawn from what was frozen when it was issued."""
    if ending not in FORMATS:
        raise Http404
    found = seen(request, pk)
    response = HttpResponse(file_of(found, ending), content_type=FORMATS[ending][0])
    return name_download(response, file_name(found, ending))


@require_safe
@never_cache
@needs(*READ)
def signed_file(request: Any, pk: int) -> HttpResponse:
    """Give the newest signed file of a paper."""
    kept = seen(request, pk).signed_files.first()
    if kept is None:
        raise Http404
    return file_response(kept)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def register_printout(request: Any, pk: int) -> HttpResponse:
    """Record number and date of the agency's own paper and keep it as signed."""
    found = seen(request, pk)
    if not may_register(request.actor, found) or found.request.agency_id != request.actor.agency_id:
        raise Http404
    initial = {"number": found.number, "number_date": found.number_date}
    form = RegisterForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            file = form.cleaned_data.pop("file")
            upload = check_upload(file) if file else None
            register(actor=request.actor, printout=found, upload=upload, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi số và ngày ban hành."))
            return redirect("request", pk=found.request_id)
    context = {"printout": found, "dossier": found.request, "form": form}
    return render(request, "requests/register_paper.html", context)


@require_safe
@never_cache
def verify_entry(request: Any) -> HttpResponse:
    """Ask for the code below the QR code of a paper."""
    typed = tidy(request.GET.get("code", ""))[:60]
    if typed.isascii() and (code := "".join(filter(str.isalnum, typed))):
        return redirect("verify_printout", code=code)
    return _open(render(request, "requests/verify.html", {"typed": typed}))


@require_safe
@never_cache
def verify_printout(request: Any, code: str) -> HttpResponse:
    """Say what paper bears a code and whether it still holds; the same answer for every code that none bears."""
    try:
        found = verify(code=code, address=client_address(request))
    except TooMany as refusal:
        response = render(request, "requests/verify.html", {"refusal": refusal.detail}, status=429)
        response["Retry-After"] = str(refusal.retry_after)
        return _open(response)
    context = {"found": found, "asked": True}
    return _open(render(request, "requests/verify.html", context, status=200 if found else 404))


def _open(response: HttpResponse) -> HttpResponse:
    """Keep a page that anybody may open out of search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response

"""Anybody checks a report by the code in its foot, and whether a file they hold is the one that was published."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.files.uploads import too_heavy
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, TooMany
from core.text import visible
from core.web.addresses import client_address
from reports.selectors.verification import Published
from reports.services.verification import hash_of, verify_report

_HEX = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[A-Z0-9-]{1,40}")


class CompareForm(PortalForm):
    """A hash somebody has reckoned, or the file itself."""

    sha256 = forms.CharField(
        label=gettext_lazy("Mã băm SHA-256 của tệp"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("64 ký tự 0–9, a–f; khoảng trắng và chữ hoa đều được"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Hoặc chọn tệp"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("Tệp chỉ được tính mã băm rồi bỏ, không lưu lại"),
    )

    def clean_sha256(self) -> str:
        """Return the hash in lower case without what people put between."""
        typed = re.sub(r"[\s:-]", "", visible(self.cleaned_data["sha256"])).lower()
        if typed and not _HEX.fullmatch(typed):
            text = _("Mã băm SHA-256 gồm đúng 64 ký tự 0–9, a–f; mã đã nhập có %(n)s ký tự")
            raise forms.ValidationError(text % {"n": len(typed)})
        return typed

    def clean_file(self) -> Any:
        """Refuse a file over the size limit."""
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(str(too_heavy(file.size)))
        return file

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("sha256") and not cleaned.get("file"):
            self.add_error("sha256", _("Nhập mã băm, hoặc chọn tệp để so"))
        return cleaned


@require_safe
@never_cache
def verify_report_entry(request: Any) -> HttpResponse:
    """Ask for the code in the foot of a report."""
    typed = visible(request.GET.get("code", ""))[:60]
    code = re.sub(r"[\s.]", "", typed).upper()
    if _CODE.fullmatch(code):
        return redirect("verify_report", code=code)
    return _open(render(request, "reports/verify.html", {"typed": typed, "wrong": bool(typed)}))


@require_http_methods(["GET", "POST"])
@never_cache
def verify_report_page(request: Any, code: str) -> HttpResponse:
    """Say whether a report of that code was published, and compare a file with it.

    Codes that none bears, and those of reports nobody has published yet, get one answer.
    """
    address = client_address(request)
    try:
        found = verify_report(code=code, address=address)
    except TooMany as refusal:
        response = render(request, "reports/verify.html", {"refusal": refusal.detail}, status=429)
        response["Retry-After"] = str(refusal.retry_after)
        return _open(response)
    if found is None:
        return _open(render(request, "reports/verify.html", {"asked": True}, status=404))
    form = CompareForm(request.POST or None, request.FILES or None)
    compared = None
    if request.method == "POST" and form.is_valid():
        try:
            compared = _compared(found, form.cleaned_data, address)
        except DomainError as refusal:
            show_refusal(form, refusal)
    context = {"found": found, "form": form, "compared": compared}
    return _open(render(request, "reports/verify.html", context))


def _compared(found: Published, given: dict[str, Any], address: str | None) -> dict[str, Any]:
    file = given["file"]
    digest = hash_of(file.chunks(), address=address) if file else given["sha256"]
    return {"sha256": digest, "same": found.file_with(digest), "file": file.name if file else ""}


def _open(response: HttpResponse) -> HttpResponse:
    """Keep a page that anybody may open out of search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response

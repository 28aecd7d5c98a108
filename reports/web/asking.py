"""Asking for a report by hand: any period of any kind, or ad hoc days."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from core.forms import show_refusal
from core.problems import DomainError
from reports.choices import Kind
from reports.guards import DRAFT
from reports.selectors.runs import template_of
from reports.services.requesting import request_report
from reports.web.forms import request_form


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def ask(request: Any) -> HttpResponse:
    """Ask for a report of the kind named in the address, a month's where none is."""
    kind = _kind(request.GET.get("loai", Kind.MONTH))
    form = request_form(kind, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        asked = {"period": form.period(), "preliminary": form.cleaned_data["preliminary"], **form.words()}
        try:
            run, fresh = request_report(actor=request.actor, **asked)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã nhận yêu cầu lập báo cáo.") if fresh else _("Báo cáo của kỳ này đã có."))
            return redirect("report", code=run.code)
    context = {"form": form, "kind": kind, "kinds": list(Kind), "template": template_of(kind)}
    return render(request, "reports/ask.html", context)


def _kind(typed: str) -> Kind:
    if typed not in Kind.values:
        raise Http404
    return Kind(typed)

"""How current data is: the list to follow it by, and the page on which a provider says data was updated (QC11.4)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE, may_edit_services_of
from catalog.models import DataService
from catalog.selectors.freshness import freshness_of, overdue, seen_by, watched
from catalog.services.freshness import mark_updated
from core import clock
from core.forms import PortalForm, show_refusal
from core.problems import InvalidInput
from core.text import tidy

PAGE_SIZE = 50


class UpdatedForm(PortalForm):
    """Until which day data is up to date."""

    day = forms.DateField(
        label=gettext_lazy("Dữ liệu đã cập nhật đến ngày"), help_text=gettext_lazy("Ngày/tháng/năm, ví dụ 19/03/2026")
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Chỉ cần khi ngày sớm hơn ngày đã xác nhận trước đó."),
    )


@require_safe
@never_cache
@needs(SERVICE_EDIT_OWN, "service.view_all")
def freshness(request: Any) -> HttpResponse:
    """List published services with a promise, the most urgent first; only what is late when asked."""
    actor, words = request.actor, tidy(request.GET.get("q", ""))[:100]
    late = request.GET.get("tab") == "late"
    seen = seen_by(actor).matching(words)  # type: ignore[attr-defined]
    found = (overdue(seen) if late else watched(seen)).select_related("provider")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    services = list(page)
    standings = freshness_of(services)
    context = {
        "page": page,
        "rows": [(item, standings[item.pk], may_edit_services_of(actor, item.provider_id)) for item in services],
        "late": late,
        "words": words,
    }
    return render(request, "freshness/freshness.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN, SERVICE_MANAGE)
def mark(request: Any, code: str) -> HttpResponse:
    """Say that the data of an own service was brought up to date."""
    seen = DataService.objects.visible_to(request.actor).select_related("provider")
    found = get_object_or_404(seen, code=code)
    if not may_edit_services_of(request.actor, found.provider_id):
        raise Http404
    form = UpdatedForm(request.POST if request.method == "POST" else None, initial={"day": clock.today()})
    if form.is_bound and form.is_valid():
        try:
            mark_updated(actor=request.actor, service=found, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã xác nhận ngày cập nhật dữ liệu."))
            return redirect("freshness")
    context = {"form": form, "service": found, "standing": freshness_of([found])[found.pk]}
    return render(request, "freshness/mark.html", context)

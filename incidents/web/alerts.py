"""Alerts of one's own side: the list, and one with what may be done (QC14.3)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from core.forms import PortalForm, show_refusal
from core.problems import InvalidInput, StateRefused
from core.text import tidy
from incidents.alert_choices import AlertState
from incidents.models import Alert
from incidents.models.alerts import VIEW_ALL, VIEW_OWN
from incidents.selectors.alerts import ACKNOWLEDGE, CLOSE, KINDS, RELATED, TABS, alert_offers, alerts_listed, shown_of
from incidents.services.alerts import acknowledge_alert, close_alert

PAGE_SIZE = 25


class CloseForm(PortalForm):
    """Why an alert is closed."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do đóng"),
        max_length=300,
        help_text=gettext_lazy("Nguyên nhân và việc đã làm; không ghi dữ liệu cá nhân."),
    )


@require_safe
@never_cache
@needs(VIEW_ALL, VIEW_OWN)
def alerts(request: Any) -> HttpResponse:
    """List the alerts the actor sees, those nobody closed unless others are asked for."""
    tab, words = request.GET.get("tab", ""), tidy(request.GET.get("q", ""))[:100]
    tab = tab if tab in TABS else ""
    page = Paginator(alerts_listed(request.actor, tab=tab, words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(item, KINDS[AlertState(item.state)]) for item in page],
        "tab": tab,
        "tabs": TABS.items(),
        "words": words,
    }
    return render(request, "alerts/alerts.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(VIEW_ALL, VIEW_OWN)
def alert(request: Any, pk: int) -> HttpResponse:
    """Show an alert and carry out the step whose form was sent."""
    actor = request.actor
    found = get_object_or_404(Alert.objects.visible_to(actor).select_related(*RELATED), pk=pk)
    pressed = request.POST.get("do", "")[:12]
    form = CloseForm(request.POST if pressed == CLOSE else None)
    if request.method == "POST" and (pressed == ACKNOWLEDGE or (pressed == CLOSE and form.is_valid())):
        try:
            messages.success(request, _carried_out(actor, found, pressed, form))
            return redirect("alert", pk=found.pk)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        except StateRefused as refusal:
            messages.info(request, str(refusal.detail))
            return redirect("alert", pk=found.pk)
    context = {
        "alert": found,
        "kind": KINDS[AlertState(found.state)],
        "offers": {offer.name: offer for offer in alert_offers(found, actor)},
        "form": form,
        **shown_of(found, actor),
    }
    return render(request, "alerts/alert.html", context, status=422 if form.errors else 200)


def _carried_out(actor: Any, found: Alert, pressed: str, form: CloseForm) -> str:
    if pressed == ACKNOWLEDGE:
        acknowledge_alert(actor=actor, alert=found)
        return _("Đã nhận xử lý cảnh báo; cảnh báo không bị chuyển cấp nữa.")
    close_alert(actor=actor, alert=found, **form.cleaned_data)
    return _("Đã đóng cảnh báo; các bên đã được báo nhận tin.")

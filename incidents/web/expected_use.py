"""Declaring what use a grant is expected to have (QC7.5)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from connections.models import Grant
from core.forms import PortalForm, QuantityField, show_refusal
from core.problems import DomainError, PermissionRefused
from incidents.alert_choices import Cadence
from incidents.selectors.alert_audience import HANDLE
from incidents.selectors.expected_use import DECLARE_OWN, declared_for, declares
from incidents.services.expected_use import declare_use

MOST_CALLS = 10_000_000


class ExpectedUseForm(PortalForm):
    """How often, how much."""

    cadence = forms.ChoiceField(
        label=gettext_lazy("Nhịp khai thác"),
        choices=Cadence.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Quá nhịp mà không có lượt gọi nào thì hai bên nhận cảnh báo."),
    )
    daily_calls = QuantityField(
        label=gettext_lazy("Số lượt dự kiến mỗi ngày"),
        most=MOST_CALLS,
        required=False,
        help_text=gettext_lazy("Để trống nếu chưa biết. Gọi vượt xa mức này thì hai bên nhận cảnh báo."),
    )


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DECLARE_OWN, HANDLE)
def expected_use(request: Any, code: str) -> HttpResponse:
    """Declare the expected use of a grant, or change it."""
    seen = Grant.objects.visible_to(request.actor).select_related("system__owner", "service__provider")
    grant = get_object_or_404(seen, code=code)
    if not declares(request.actor, grant):
        raise PermissionRefused(
            _("Khai báo mức khai thác thuộc Cán bộ cơ quan quản lý hệ thống, hoặc Cán bộ vận hành nền tảng.")
        )
    known = declared_for(grant)
    initial = {"cadence": known.cadence, "daily_calls": known.daily_calls} if known else {"cadence": Cadence.NONE}
    form = ExpectedUseForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            declare_use(actor=request.actor, grant=grant, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã khai báo mức khai thác của quyền %(code)s.") % {"code": grant})
            return redirect("grant", code=grant.code)
    context = {"grant": grant, "form": form, "known": known}
    return render(request, "alerts/expected_use.html", context, status=422 if form.errors else 200)

"""Handing over what ended bodies hold: which ones, what each holds, and the deed (QC2)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import Agency
from connections.admin.pages import staff_page
from connections.admin.steps import take
from connections.selectors.succession import HAND_OVER, ended_holders, held_by
from connections.services.succession import hand_over, succession_refusal
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal

PAGE = 50
LIST = "admin:connections_connection_handovers"


class HandOverForm(PortalForm):
    """On whose decision."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("Số, ngày quyết định sắp xếp; được ghi vào nhật ký của từng nội dung bàn giao."),
    )


def list_page(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """List the bodies that have ended and still hold something."""
    shown = Paginator(ended_holders(), PAGE).get_page(request.GET.get("page"))
    title, template = _("Bàn giao của cơ quan đã kết thúc"), "admin/connections/handovers.html"
    return staff_page(admin, request, template, title=title, page=shown)


def hand_over_page(admin: BaseAdmin, request: HttpRequest, agency_id: int) -> HttpResponse:
    """Show what one body holds and hand it to its successor."""
    actor = acting(request)
    if not actor.may(HAND_OVER):
        raise PermissionDenied
    agency = get_object_or_404(Agency.objects.visible_to(actor).select_related("successor"), pk=agency_id)
    form, status = HandOverForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound:
        refusal = take(form, lambda: hand_over(actor=actor, agency=agency, **form.cleaned_data))
        if refusal is None and form.is_valid():
            said = {"agency": agency, "successor": agency.successor}
            messages.success(request, _("Đã bàn giao từ %(agency)s sang %(successor)s.") % said)
            return redirect(LIST)
        status = refusal.problem.status if refusal else 422
        if refusal is not None:
            show_refusal(form, refusal)
    return staff_page(
        admin,
        request,
        "admin/connections/hand_over.html",
        status=status,
        title=_("Bàn giao cho cơ quan kế thừa"),
        agency=agency,
        held=held_by(agency),
        refusal=succession_refusal(agency),
        form=form,
    )

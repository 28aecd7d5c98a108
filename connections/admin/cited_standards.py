"""The staff page that says which standards a criterion rests on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Standard
from catalog.selectors.standards import in_force_first
from connections.admin.pages import staff_page
from connections.models import Criterion, CriterionStandard
from connections.services.checklists import set_criterion_standards
from core.admin import BaseAdmin, acting
from core.forms import PortalForm


class StandardsForm(PortalForm):
    """The standards of one criterion."""

    standards = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Tiêu chuẩn, văn bản áp dụng"),
        queryset=Standard.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["standards"]
        field.queryset = in_force_first()


def standards_page(admin: BaseAdmin, request: HttpRequest, criterion: Criterion) -> HttpResponse:
    """Choose the standards of *criterion*; every version with its code shows them."""
    known = CriterionStandard.objects.filter(criterion_code=criterion.code).values_list("standard_id", flat=True)
    posted = request.POST if request.method == "POST" else None
    form = StandardsForm(posted, initial={"standards": list(known)})
    if form.is_bound and form.is_valid():
        set_criterion_standards(
            actor=acting(request), criterion=criterion, standards=list(form.cleaned_data["standards"])
        )
        messages.success(request, _("Đã lưu tiêu chuẩn của tiêu chí."))
        return redirect("admin:connections_checklist_change", criterion.checklist_id)
    return staff_page(
        admin,
        request,
        "admin/connections/cited_standards.html",
        title=_("Tiêu chuẩn của tiêu chí"),
        criterion=criterion,
        form=form,
    )

"""Versions of the checklist of Điều 9: read as they are; a new version is one deed, begun from the last one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from connections.admin.cited_standards import standards_page
from connections.admin.pages import staff_page
from connections.choices import CriterionGroup, Probe
from connections.models import Checklist, Criterion
from connections.selectors.standards import Cited, standards_by_criterion
from connections.services.checklists import next_number, publish_checklist
from core import clock
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError

ASKED = ("code", "group", "text", "guidance", "clause", "national_only", "may_not_apply", "probes")
SPARE_ROWS = 3


class VersionForm(PortalForm):
    """The next version: which, from when, on whose word."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    valid_from = forms.DateField(
        label=gettext_lazy("Áp dụng từ ngày"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Dạng ngày/tháng/năm; hồ sơ đang đánh giá vẫn theo phiên bản cũ."),
    )
    source = forms.CharField(
        label=gettext_lazy("Nguồn"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Văn bản làm căn cứ; nêu rõ phần nào là mặc định hệ thống."),
    )
    note = forms.CharField(
        label=gettext_lazy("Ghi chú"),
        required=False,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class CriterionForm(PortalForm):
    """One criterion; a row without code and text, or one to be left out, says nothing."""

    code = forms.SlugField(label=gettext_lazy("Mã"), required=False, max_length=40, widget=UnfoldAdminTextInputWidget)
    group = forms.ChoiceField(
        label=gettext_lazy("Nhóm"), choices=CriterionGroup.choices, widget=UnfoldAdminSelectWidget
    )
    text = forms.CharField(
        label=gettext_lazy("Tiêu chí"), required=False, max_length=300, widget=UnfoldAdminTextInputWidget
    )
    guidance = forms.CharField(
        label=gettext_lazy("Cách đánh giá"),
        required=False,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    clause = forms.CharField(
        label=gettext_lazy("Điều khoản"),
        required=False,
        max_length=16,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Ví dụ QC9.4"),
    )
    national_only = forms.BooleanField(
        label=gettext_lazy("Chỉ khi trao đổi với cơ sở dữ liệu quốc gia"), required=False, widget=UnfoldBooleanWidget
    )
    may_not_apply = forms.BooleanField(
        label=gettext_lazy("Có thể không áp dụng"), required=False, widget=UnfoldBooleanWidget
    )
    probes = forms.MultipleChoiceField(
        label=gettext_lazy("Kiểm tra tự động phục vụ tiêu chí"),
        required=False,
        choices=Probe.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    drop = forms.BooleanField(
        label=gettext_lazy("Bỏ tiêu chí này ở phiên bản mới"), required=False, widget=UnfoldBooleanWidget
    )

    def said(self) -> bool:
        """Return whether the row goes into the version."""
        data = self.cleaned_data
        return not data.get("drop") and bool(data.get("code") or data.get("text"))


CriterionRows = forms.formset_factory(CriterionForm, extra=SPARE_ROWS, max_num=100, absolute_max=100)


@admin.register(Checklist)
class ChecklistAdmin(BaseAdmin):
    """Versions of the criteria."""

    view_permission = "request.view_all"
    manage_permission = "checklist.manage"
    list_display = ("__str__", "valid_from", "source")

    def get_urls(self) -> list[Any]:
        """Add the page that chooses the standards of one criterion."""
        page = self.admin_site.admin_view(self.standards_view)
        address = "<int:pk>/tieu-chi/<slug:code>/tieu-chuan/"
        return [path(address, page, name="connections_checklist_standards"), *super().get_urls()]

    def standards_view(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """Choose the standards that one criterion rests on."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        criterion = get_object_or_404(Criterion.objects.select_related("checklist"), checklist_id=pk, code=code)
        return standards_page(self, request, criterion)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version once issued stays; evaluations rest on it."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a version."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return staff_page(
            self,
            request,
            "admin/connections/checklist.html",
            title=str(found),
            checklist=found,
            criteria=_with_standards(found),
            may_add=self.has_add_permission(request),
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Write the next version, begun from the last one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        last = Checklist.objects.order_by("-number").first()
        posted = request.POST if request.method == "POST" else None
        form = VersionForm(posted, initial={"number": next_number(), "valid_from": f"{clock.today():%d/%m/%Y}"})
        known = [{name: getattr(row, name) for name in ASKED} for row in last.criteria.all()] if last else []
        rows = CriterionRows(posted, prefix="criteria", initial=None if posted else known)
        fit = posted is not None and form.is_valid() and rows.is_valid()
        if fit and (made := _publish(request, form, rows)) is not None:
            messages.success(request, _("Đã ban hành %(checklist)s.") % {"checklist": made})
            return redirect("admin:connections_checklist_change", made.pk)
        return staff_page(
            self,
            request,
            "admin/connections/checklist_new.html",
            status=422 if posted is not None else 200,
            title=_("Lập phiên bản mới của bộ tiêu chí"),
            form=form,
            rows=rows,
            last=last,
        )


def _with_standards(checklist: Checklist) -> list[tuple[Criterion, list[Cited]]]:
    criteria = list(checklist.criteria.all())
    cited = standards_by_criterion(row.code for row in criteria)
    return [(row, cited.get(row.code, [])) for row in criteria]


def _publish(request: HttpRequest, form: VersionForm, rows: Any) -> Checklist | None:
    """Issue the version; None when the deed refused, which the form then says."""
    criteria = [{name: row.cleaned_data[name] for name in ASKED} for row in rows if row.cleaned_data and row.said()]
    try:
        return publish_checklist(actor=acting(request), criteria=criteria, **form.cleaned_data)
    except DomainError as refusal:
        show_refusal(form, refusal)
        data = request.POST.copy()
        data["number"] = str(next_number())
        form.data = data
    return None

"""Staff pages of one standard: what replaces it, its end, the services that follow it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from catalog.models import DataService, Standard
from catalog.selectors.standards import in_force_first
from catalog.services import standards as deeds
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused


class _EndForm(PortalForm):
    """The last day something is in force."""

    last_day = forms.DateField(
        label=gettext_lazy("Ngày hiệu lực cuối cùng"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Ngày/tháng/năm, ví dụ 31/12/2026."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReplaceForm(_EndForm):
    """What replaces it."""

    by = forms.ModelChoiceField(
        label=gettext_lazy("Được thay bằng"),
        queryset=Standard.objects.none(),
        widget=UnfoldAdminSelectWidget,
        empty_label=gettext_lazy("Chọn văn bản"),
    )
    field_order = ("by", "last_day")

    def __init__(self, *args: Any, standard: Standard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["by"]
        field.queryset = in_force_first().exclude(pk=standard.pk)


class EndForm(_EndForm):
    """Why it ends."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Ví dụ số văn bản bãi bỏ."),
    )


class ServicesForm(PortalForm):
    """The services that follow it."""

    services = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Dịch vụ dữ liệu áp dụng"),
        queryset=DataService.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["services"]
        field.queryset = DataService.objects.order_by("title")
        if not field.queryset.exists():
            field.help_text = _("Chưa có dịch vụ dữ liệu nào trong danh mục.")


def replace_page(admin: BaseAdmin, request: HttpRequest, standard: Standard) -> HttpResponse:
    """Name what replaces *standard*, and its last day."""
    form = ReplaceForm(request.POST or None, standard=standard, initial={"revision": standard.revision})
    lines = [
        _("Văn bản hết hiệu lực sau ngày đã nhập; trang công khai dẫn tới văn bản thay thế."),
        _("Dịch vụ và tiêu chí đang viện dẫn vẫn hiện văn bản này, kèm tình trạng."),
    ]
    title = _("Thay bằng văn bản khác")
    return _deed(admin, request, standard, form, deeds.replace_standard, title=title, consequences=lines)


def end_page(admin: BaseAdmin, request: HttpRequest, standard: Standard) -> HttpResponse:
    """End the validity of *standard*."""
    form = EndForm(request.POST or None, initial={"revision": standard.revision})
    lines = [_("Văn bản hết hiệu lực sau ngày đã nhập; không bị xóa, trang công khai ghi rõ tình trạng.")]
    title = _("Cho hết hiệu lực")
    return _deed(admin, request, standard, form, deeds.end_standard, title=title, consequences=lines)


def services_page(admin: BaseAdmin, request: HttpRequest, standard: Standard) -> HttpResponse:
    """Choose the services that follow *standard*."""
    chosen = list(standard.services.values_list("pk", flat=True))
    posted = request.POST if request.method == "POST" else None
    form = ServicesForm(posted, initial={"services": chosen})
    lines = [_("Trang của mỗi dịch vụ được chọn ghi tiêu chuẩn này là tiêu chuẩn áp dụng.")]
    title = _("Dịch vụ áp dụng")
    return _deed(admin, request, standard, form, deeds.set_standard_services, title=title, consequences=lines)


def _deed(
    admin: BaseAdmin, request: HttpRequest, standard: Standard, form: Any, deed: Callable[..., Any], **context: Any
) -> HttpResponse:
    address = reverse("admin:catalog_standard_change", args=[standard.pk])
    if form.is_bound and form.is_valid():
        try:
            deed(actor=acting(request), standard=standard, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thực hiện: %(deed)s.") % {"deed": context["title"]})
            return redirect(address)
    thing = {"name": standard.title, "code": standard.number}
    shared = {**admin.admin_site.each_context(request), "opts": admin.opts, "thing": thing, "back_url": address}
    shared |= {"form": form, "action_label": _("Lưu"), "code_word": _("số")}
    return TemplateResponse(request, "staff/deed.html", {**shared, **context})

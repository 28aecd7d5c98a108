"""Staff pages of one version that ask more than a reason: its announced end, its OpenAPI descriptions."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.agency_pages import show_refusal, staff_page
from catalog.choices import ServiceState
from catalog.guards import SERVICE_MANAGE
from catalog.models import ApiDescription, ServiceVersion
from catalog.services import descriptions, versions
from core.admin import BaseAdmin, acting
from core.forms import PortalForm
from core.problems import DomainError, PermissionRefused


class EndForm(PortalForm):
    """From which day a version is provided no more, and why."""

    sunset_on = forms.DateField(
        label=gettext_lazy("Ngừng cung cấp từ ngày"),
        help_text=gettext_lazy("Ngày/tháng/năm, sau hôm nay, ví dụ 31/12/2026."),
        widget=UnfoldAdminTextInputWidget(),
    )
    reason = forms.CharField(
        label=gettext_lazy("Lý do"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class FileForm(PortalForm):
    """An OpenAPI file."""

    file = forms.FileField(
        label=gettext_lazy("Tệp mô tả OpenAPI"),
        help_text=gettext_lazy("JSON hoặc YAML, OpenAPI 3.0 hoặc 3.1, mã hóa UTF-8, tối đa 2 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,.yaml,.yml"}),
    )


class SeenForm(PortalForm):
    """Which difference the person saw."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


def version_of(admin: BaseAdmin, request: HttpRequest, pk: int) -> ServiceVersion:
    """Return the version of the address; 404 for one the actor may not see."""
    found: ServiceVersion | None = admin.get_object(request, str(pk))
    if found is None or not admin.has_view_permission(request, found):
        raise Http404
    return found


def managing(request: HttpRequest) -> None:
    """Let nobody through but who keeps the catalogue. Raises PermissionRefused."""
    if not acting(request).may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))


def back_to(version: ServiceVersion) -> str:
    """Return the address of the version's own page."""
    return reverse("admin:catalog_serviceversion_change", args=[version.pk])


def deprecate_page(admin: BaseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Say from which day a published version is provided no more."""
    version = version_of(admin, request, pk)
    managing(request)
    if request.method != "POST" and version.state != ServiceState.PUBLISHED:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            versions.deprecate_version(actor=acting(request), version=version, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã báo ngừng cung cấp."))
            return redirect(back_to(version))
    consequences = [
        _("Đến ngày này phiên bản vẫn được gọi như thường; trang công khai ghi ngày ngừng."),
        _("Cơ quan cung cấp được báo ngay."),
        _("Phiên bản chỉ thôi được gọi khi cán bộ vận hành ngừng cung cấp."),
    ]
    return staff_page(
        admin,
        request,
        "catalog/staff_version.html",
        title=_("Báo ngừng cung cấp"),
        version=version,
        form=form,
        consequences=consequences,
        back_url=back_to(version),
    )


def hand_in_page(admin: BaseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Take an OpenAPI file and lead to its difference."""
    version = version_of(admin, request, pk)
    managing(request)
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        try:
            made = descriptions.hand_in(actor=acting(request), version=version, file=form.cleaned_data["file"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("admin:catalog_serviceversion_description", version.pk, made.pk)
    return staff_page(
        admin,
        request,
        "catalog/staff_version.html",
        title=_("Gửi mô tả OpenAPI"),
        version=version,
        form=form,
        button=_("Xem khác biệt"),
        back_url=back_to(version),
    )


def description_page(admin: BaseAdmin, request: HttpRequest, pk: int, description: int) -> HttpResponse:
    """Show what a description would change; applied to a draft, or the next version made of it."""
    version = version_of(admin, request, pk)
    rows = ApiDescription.objects.select_related("version__service")
    found = get_object_or_404(rows, version=version, pk=description)
    form = SeenForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        managing(request)
    if form.is_bound and form.is_valid():
        try:
            done = descriptions.take_over(actor=acting(request), description=found, seen=form.cleaned_data["seen"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã áp dụng mô tả vào phiên bản %(name)s.") % {"name": done.name})
            return redirect(back_to(done))
    reading = descriptions.read_again(found)
    return staff_page(
        admin,
        request,
        "catalog/staff_description.html",
        title=_("Khác biệt theo mô tả OpenAPI"),
        version=version,
        description=found,
        said=reading.said,
        difference=reading.difference,
        draft=version.state == ServiceState.DRAFT,
        may_apply=acting(request).may(SERVICE_MANAGE) and descriptions.applicable(version, reading),
        form=form,
        back_url=back_to(version),
    )

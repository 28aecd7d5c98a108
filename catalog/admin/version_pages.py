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
from catalog.form_fields import DESCRIPTION_HINT
from catalog.guards import SERVICE_MANAGE
from catalog.models import ApiDescription, ServiceVersion
from catalog.selectors.endings import notice_days
from catalog.services import descriptions, versions
from core import clock
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
    short_notice = forms.CharField(
        label=gettext_lazy("Lý do báo trước ít ngày hơn"),
        help_text=gettext_lazy("Chỉ khi ngày ngừng sớm hơn thời hạn báo trước; lý do được ghi lại và công khai."),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class FileForm(PortalForm):
    """An OpenAPI file."""

    file = forms.FileField(
        label=gettext_lazy("Tệp mô tả OpenAPI hoặc WSDL"),
        help_text=DESCRIPTION_HINT,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,.yaml,.yml,.wsdl,.xml"}),
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
    return _end_page(admin, request, pk, "deprecate")


def redate_page(admin: BaseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Name another day for the end that was announced."""
    return _end_page(admin, request, pk, "redate")


# Step -> the state it is offered in, its title, and what is said when it is done.
_ENDS = {
    "deprecate": (ServiceState.PUBLISHED, gettext_lazy("Báo ngừng cung cấp"), gettext_lazy("Đã báo ngừng cung cấp.")),
    "redate": (
        ServiceState.DEPRECATED,
        gettext_lazy("Đổi ngày ngừng cung cấp"),
        gettext_lazy("Đã đổi ngày ngừng cung cấp."),
    ),
}


def _end_page(admin: BaseAdmin, request: HttpRequest, pk: int, step: str) -> HttpResponse:
    version, (state, title, done) = version_of(admin, request, pk), _ENDS[step]
    managing(request)
    if request.method != "POST" and version.state != state:
        raise Http404
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            versions.move_version(actor=acting(request), version=version, step=step, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back_to(version))
    return staff_page(
        admin,
        request,
        "catalog/staff_version.html",
        title=title,
        version=version,
        form=form,
        consequences=_of_end(version),
        back_url=back_to(version),
    )


def _of_end(version: ServiceVersion) -> list[str]:
    """Say what an announced end does, and how far ahead it is announced."""
    rule, said = notice_days(), []
    if rule.days is not None:
        text = _("Báo trước ít nhất %(n)s ngày (%(label)s), tức từ ngày %(day)s; sớm hơn phải có lý do.")
        first = rule.first_day(clock.today())
        said.append(text % {"n": rule.days, "label": rule.label.lower(), "day": f"{first:%d/%m/%Y}"})
    if version.sunset_on is not None:
        said.append(_("Ngày đã báo: %(day)s.") % {"day": f"{version.sunset_on:%d/%m/%Y}"})
    return [
        *said,
        _("Đến hết ngày liền trước, phiên bản vẫn được gọi như thường; trang công khai ghi ngày ngừng."),
        _("Cơ quan cung cấp và các cơ quan đang khai thác được báo ngay, rồi được nhắc trước ngày ngừng."),
        _("Từ 00:00 ngày ngừng, mọi lượt gọi bị từ chối và phiên bản tự ngừng cung cấp với lý do đã báo."),
    ]


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
        title=_("Gửi tệp mô tả"),
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
            chosen = request.POST.getlist("reads")
            done = descriptions.take_over(
                actor=acting(request), description=found, seen=form.cleaned_data["seen"], reads=chosen
            )
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
        title=_("Khác biệt theo tệp mô tả"),
        version=version,
        description=found,
        said=reading.said,
        difference=reading.difference,
        readable=reading.readable,
        draft=version.state == ServiceState.DRAFT,
        may_apply=acting(request).may(SERVICE_MANAGE) and descriptions.applicable(version, reading),
        form=form,
        back_url=back_to(version),
    )

"""The staff page of a version's messages: which structure each follows, and the deed that changes it (QC4.9)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.agency_pages import show_refusal, staff_page
from catalog.admin.version_pages import back_to, managing, version_of
from catalog.choices import CALLABLE, ServiceState
from catalog.profile_form import UseForm
from catalog.selectors.profiles import last_use, places_of
from catalog.services.profile_uses import set_profile_use
from core.admin import BaseAdmin, acting
from core.problems import DomainError


class StaffUseForm(UseForm):
    """In the dress of the staff rooms."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in ("place", "profile"):
                offered: Any = field.widget
                field.widget = UnfoldAdminSelectWidget(choices=offered.choices)
            elif name != "seen":
                field.widget = UnfoldAdminTextInputWidget()
        if "reason" in self.fields:  # a published version
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("Ghi lý do đổi cấu trúc của phiên bản đã công bố")


def messages_page(admin: BaseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Show which structure each message of a version follows; set another."""
    version = version_of(admin, request, pk)
    if request.method == "POST":
        managing(request)
    places = places_of(version)
    form: Any = StaffUseForm(request.POST if request.method == "POST" else None, version=version, places=places)
    if form.is_bound and form.is_valid():
        try:
            made = set_profile_use(actor=acting(request), **form.given())
        except DomainError as refusal:
            show_refusal(form, refusal)
            form.data = form.data.copy()
            form.data["seen"] = str(last_use(version))
        else:
            messages.success(request, _("Đã đặt: %(use)s.") % {"use": made})
            return redirect("admin:catalog_serviceversion_messages", version.pk)
    changeable = version.state == ServiceState.DRAFT or version.state in CALLABLE
    return staff_page(
        admin,
        request,
        "catalog/staff_messages.html",
        title=_("Cấu trúc thông điệp"),
        version=version,
        places=places,
        form=form,
        may_set=changeable and admin.has_add_permission(request),
        consequences=_consequences(version.state),
        back_url=back_to(version),
    )


def _consequences(state: str) -> list[str]:
    if state not in CALLABLE:
        return []
    return [
        _("Từ ngày áp dụng, yêu cầu không đúng cấu trúc bị từ chối với mã 422 và không được chuyển đi."),
        _("Câu trả lời không đúng cấu trúc không được chuyển cho bên khai thác; nhật ký ghi lỗi của bên cung cấp."),
        _("Cơ quan cung cấp được báo ngay."),
    ]

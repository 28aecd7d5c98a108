"""The staff page that gives a system its official code."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from catalog.services.system_codes import replace_system_code
from core.admin import BaseAdmin, acting
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused


class CodeForm(PortalForm):
    """The official code and on what ground it is given."""

    code = forms.CharField(
        label=gettext_lazy("Mã chính thức"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Giữ nguyên mã hiện tại nếu chỉ xác nhận mã đó là chính thức."),
    )
    basis = forms.CharField(
        label=gettext_lazy("Căn cứ"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Ví dụ số và ngày văn bản cấp mã."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


def replace_code_page(admin: BaseAdmin, request: HttpRequest, system: Any) -> HttpResponse:
    """Say what will happen, then give *system* its official code."""
    form = CodeForm(request.POST or None, initial={"code": system.code, "revision": system.revision})
    if form.is_bound and form.is_valid():
        try:
            done = replace_system_code(actor=acting(request), system=system, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            said = {"name": done.name, "code": done.code}
            messages.success(request, _("%(name)s nay có mã chính thức %(code)s.") % said)
            return redirect("admin:catalog_informationsystem_change", done.pk)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Thay mã chính thức"),
        "thing": system,
        "back_url": reverse("admin:catalog_informationsystem_change", args=[system.pk]),
        "form": form,
        "consequences": [
            _("Mã mới được đánh dấu là chính thức, kể cả khi trùng với mã hiện tại."),
            _("Mã %(code)s nếu bị thay sẽ thôi dùng, không cấp lại cho hệ thống nào.") % {"code": system.code},
            _("Địa chỉ cũ của hệ thống trên cổng vẫn dẫn tới hệ thống này."),
        ],
        "action_label": _("Thay mã"),
    }
    return TemplateResponse(request, "staff/deed.html", context)

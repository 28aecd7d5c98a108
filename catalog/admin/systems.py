"""Staff pages of the register of systems."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from catalog.admin.seen import SeenForm
from catalog.form_fields import NetworksField
from catalog.guards import SYSTEM_MANAGE
from catalog.models import InformationSystem
from catalog.services import systems as deeds
from core.actor import Actor
from core.admin_steps import StepsAdmin
from core.choices import Environment


class SystemForm(SeenForm):
    """A system with its networks one a line."""

    networks = NetworksField(
        label=gettext_lazy("Địa chỉ mạng"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=gettext_lazy("Mỗi dòng một địa chỉ IP hoặc một dải, ví dụ 10.20.30.40 hoặc 10.20.30.0/24."),
    )
    environments = forms.MultipleChoiceField(
        label=gettext_lazy("Môi trường"),
        required=False,
        choices=Environment.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    draft = forms.BooleanField(
        label=gettext_lazy("Lưu nháp, chưa đăng ký"), required=False, widget=UnfoldBooleanWidget
    )


@admin.register(InformationSystem)
class InformationSystemAdmin(StepsAdmin):
    """The register of systems: each form calls one deed."""

    form = SystemForm
    view_permission = "system.view_all"
    manage_permission = SYSTEM_MANAGE
    list_display = ("name", "code", "owner", "security_level", "state")
    list_filter = ("state", "security_level", "is_sample")
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Tên hoặc mã hệ thống; gõ không dấu cũng được")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show code and state of a system there is; a new one may stay a draft."""
        if obj is None:
            return [*deeds.FIELDS, "draft"]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        return ["code", "state", *deeds.FIELDS, *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is issued; the state moves by its steps."""
        return ("code", "state")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Register or change the system."""
        if change:
            return deeds.change_system(actor=actor, system=obj, **data)
        return deeds.register_system(actor=actor, **data)

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Register a draft, or retire."""
        deeds.move_system(actor=actor, system=obj, step=step, reason=reason)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what retiring does."""
        if step != "retire":
            return []
        return [
            _("Hệ thống ngừng sử dụng, không đăng ký lại được; mã %(code)s không cấp cho hệ thống khác.")
            % {"code": obj.code},
            _("Các kết nối của hệ thống không còn được dùng."),
        ]

"""Staff pages of the register of systems."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from catalog.admin.seen import SeenForm
from catalog.admin.system_codes import replace_code_page
from catalog.form_fields import LinesField, NetworksField
from catalog.guards import SYSTEM_MANAGE
from catalog.models import InformationSystem
from catalog.services import system_import
from catalog.services import systems as deeds
from catalog.services.system_table import TABLE, export_systems, import_template
from core.actor import Actor
from core.admin import acting
from core.admin_import import Door, download, preview_page, upload_page
from core.admin_steps import StepsAdmin
from core.choices import Environment
from core.sheets import XLSX

_MANAGE_ONLY = ["change"]


class SystemForm(SeenForm):
    """A system with its networks and technologies one a line."""

    technologies = LinesField(
        label=gettext_lazy("Công nghệ sử dụng"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("Mỗi dòng một công nghệ, ví dụ ngôn ngữ, hệ quản trị cơ sở dữ liệu."),
    )
    sandbox_networks = NetworksField(
        label=gettext_lazy("Địa chỉ mạng thử nghiệm"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=gettext_lazy("Chỉ khi môi trường thử nghiệm dùng địa chỉ khác."),
    )
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


DOOR = Door(
    title=gettext_lazy("Nhập danh mục hệ thống từ tệp"),
    preview_title=gettext_lazy("Xem trước khi nhập danh mục hệ thống"),
    thing=gettext_lazy("hệ thống"),
    register=gettext_lazy("danh mục hệ thống"),
    key=gettext_lazy("mã hệ thống; ô mã để trống là hệ thống mới"),
    pages={
        "list": "admin:catalog_informationsystem_changelist",
        "upload": "admin:catalog_informationsystem_import_systems",
        "preview": "admin:catalog_informationsystem_preview",
        "template": "admin:catalog_informationsystem_import_template",
        "export": "admin:catalog_informationsystem_export_xlsx",
    },
    columns=[(column, column.field in TABLE.kept) for column in TABLE.columns],
    open=system_import.open_preview,
    find=system_import.find_preview,
    show=system_import.show_preview,
    carry=system_import.import_systems,
)


@admin.register(InformationSystem)
class InformationSystemAdmin(StepsAdmin):
    """The register of systems: each form calls one deed."""

    form = SystemForm
    view_permission = "system.view_all"
    manage_permission = SYSTEM_MANAGE
    list_display = ("name", "code", "kind", "owner", "security_level", "state")
    list_filter = ("state", "kind", "security_level", "code_is_official", "is_sample")
    list_select_related = ("owner",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Tên hoặc mã hệ thống; gõ không dấu cũng được")

    actions_list = (
        {"title": gettext_lazy("Nhập, xuất"), "items": ["import_systems", "export_xlsx", "import_template"]},
    )
    actions_detail = ("open_portal", "replace_code")

    def get_urls(self) -> list[Any]:
        """Add the preview of a file, which belongs to no system."""
        preview = self.admin_site.admin_view(self.preview)
        return [path("nhap/<str:token>/", preview, name="catalog_informationsystem_preview"), *super().get_urls()]

    @action(description=gettext_lazy("Nhập từ tệp"), url_path="nhap", permissions=_MANAGE_ONLY, icon="upload")
    def import_systems(self, request: HttpRequest) -> HttpResponse:
        """Choose a file."""
        return upload_page(DOOR, self, request)

    def preview(self, request: HttpRequest, token: str) -> HttpResponse:
        """Preview and confirm a file."""
        return preview_page(DOOR, self, request, token=token)

    @action(description=gettext_lazy("Xuất XLSX"), url_path="xuat-xlsx", permissions=["view"], icon="download")
    def export_xlsx(self, request: HttpRequest) -> HttpResponse:
        """Take the register away as a workbook."""
        found = InformationSystem.objects.visible_to(acting(request)).select_related("owner", "operating_unit")
        return download(*export_systems(found), XLSX)

    @action(description=gettext_lazy("Tải tệp mẫu"), url_path="mau-nhap", permissions=_MANAGE_ONLY, icon="description")
    def import_template(self, request: HttpRequest) -> HttpResponse:
        """Take away the empty table."""
        return download(*import_template(), XLSX)

    @action(
        description=gettext_lazy("Đầu mối, hồ sơ cấp độ, kết nối"),
        url_path="tren-cong",
        permissions=["view"],
        icon="open_in_new",
    )
    def open_portal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the page of the system on the portal, where its contacts, papers and connections stand."""
        return redirect("system", code=self._visible(request, object_id).code)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("Thay mã chính thức"), url_path="thay-ma", permissions=_MANAGE_ONLY, icon="tag")
    def replace_code(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the system its official code."""
        return replace_code_page(self, request, self._visible(request, object_id))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show code and state of a system there is; a new one may stay a draft."""
        if obj is None:
            return [*deeds.FIELDS, "draft"]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        basis = ["code_basis"] if obj.code_basis else []
        return ["code", "code_is_official", *basis, "state", *deeds.FIELDS, *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is issued; the state moves by its steps."""
        return ("code", "code_is_official", "code_basis", "state")

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

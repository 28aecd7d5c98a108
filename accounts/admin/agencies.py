"""Staff pages of the register."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin import agency_import, agency_pages
from accounts.admin.agency_forms import AgencyForm
from accounts.models import Agency
from accounts.services import agencies as deeds
from core.actor import Actor
from core.admin import BaseAdmin
from core.admin_import import preview_page, upload_page

_MANAGE_ONLY = ["change"]


@admin.register(Agency)
class AgencyAdmin(BaseAdmin):
    """The register: each form calls one deed."""

    form = AgencyForm
    manage_permission = deeds.MANAGE
    list_display = ("name", "code", "code_is_official", "kind", "parent", "valid_to")
    list_filter = ("kind", "code_is_official", "may_file")
    list_select_related = ("parent",)
    search_fields = ("name",)
    search_help_text = _("Tên, tên viết tắt hoặc mã; gõ không dấu cũng được")
    actions_list = (
        {"title": _("Nhập, xuất"), "items": ["import_register", "export_xlsx", "export_csv", "import_template"]},
    )
    actions_detail = ("replace_code", "end")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Leave out what is set by a deed of its own: the end of an agency that goes on, and its successor."""
        names = tuple(name for name in deeds.FIELDS if name != "valid_to" or obj is None or obj.valid_to)
        if not self.has_change_permission(request, obj):
            return (*names, "successor")
        return (*names, *(("successor",) if obj and obj.successor_id else ()), "reason", "seen_version")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is replaced, and a successor named, by deeds of their own."""
        return ("code", "code_is_official", "successor") if obj else ()

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer what the agency's state allows."""
        offered = super().get_actions_detail(request, object_id)
        agency = self.get_object(request, str(object_id))
        ended = agency is None or agency.valid_to is not None
        return [item for item in offered if not (ended and item.action_name.endswith("_end"))]

    def get_urls(self) -> list[URLPattern]:
        """Add the preview of a file, which belongs to no agency."""
        preview = self.admin_site.admin_view(self.preview)
        return [path("nhap/<str:token>/", preview, name="accounts_agency_preview"), *super().get_urls()]

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Create or change the agency."""
        version = data.pop("seen_version", None) or 0
        if change:
            return deeds.change_agency(actor=actor, agency=obj, version=version, **data)
        return deeds.create_agency(actor=actor, **data)

    @action(description=_("Nhập từ tệp"), url_path="nhap", permissions=_MANAGE_ONLY, icon="upload")
    def import_register(self, request: HttpRequest) -> HttpResponse:
        """Choose a file."""
        return upload_page(agency_import.DOOR, self, request)

    def preview(self, request: HttpRequest, token: str) -> HttpResponse:
        """Preview and confirm a file."""
        return preview_page(agency_import.DOOR, self, request, token=token)

    @action(description=_("Xuất XLSX"), url_path="xuat-xlsx", permissions=["view"], icon="download")
    def export_xlsx(self, request: HttpRequest) -> HttpResponse:
        """Take the register away as a workbook."""
        return agency_import.export_file(request, as_csv=False)

    @action(description=_("Xuất CSV"), url_path="xuat-csv", permissions=["view"], icon="download")
    def export_csv(self, request: HttpRequest) -> HttpResponse:
        """Take the register away as csv."""
        return agency_import.export_file(request, as_csv=True)

    @action(description=_("Tải tệp mẫu"), url_path="mau-nhap", permissions=_MANAGE_ONLY, icon="description")
    def import_template(self, request: HttpRequest) -> HttpResponse:
        """Take away the empty table."""
        return agency_import.template_file()

    @action(description=_("Thay mã chính thức"), url_path="thay-ma", permissions=_MANAGE_ONLY, icon="tag")
    def replace_code(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give the agency its official code."""
        return agency_pages.replace_code_page(self, request, object_id)

    @action(description=_("Kết thúc, sáp nhập"), url_path="ket-thuc", permissions=_MANAGE_ONLY, icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the agency."""
        return agency_pages.end_page(self, request, object_id)

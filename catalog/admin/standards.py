"""Staff pages of the register of standards, code lists and plans."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from catalog.admin.seen import SeenForm
from catalog.admin.standard_pages import end_page, replace_page, services_page
from catalog.choices import StandardKind
from catalog.guards import SERVICE_MANAGE
from catalog.models import Standard
from catalog.services import code_entries
from catalog.services import standards as deeds
from core.actor import Actor
from core.admin_import import RowsAdmin, RowsDoor

_MANAGE_ONLY = ["change"]


DOOR = RowsDoor(
    title=_("Nhập mã của danh mục dùng chung"),
    preview_title=_("Xem trước khi nhập mã"),
    thing=_("mã"),
    register=_("danh mục"),
    key=_("mã trong danh mục"),
    pages={
        "list": "admin:catalog_standard_change",
        "upload": "admin:catalog_standard_import_entries",
        "preview": "admin:catalog_standard_entries_preview",
        "template": "admin:catalog_standard_entries_template",
        "export": "admin:catalog_standard_export_entries",
    },
    columns=[(column, False) for column in code_entries.COLUMNS],
    open=code_entries.open_preview,
    find=code_entries.find_preview,
    show=code_entries.show_preview,
    carry=code_entries.import_entries,
    path="ma",
    blank=code_entries.entries_template,
    whole=code_entries.export_entries,
)


@admin.register(Standard)
class StandardAdmin(RowsAdmin):
    """Each form calls one deed; the public page is /tieu-chuan/."""

    form = SeenForm
    manage_permission = SERVICE_MANAGE
    list_display = ("number", "title", "kind", "issuer", "valid_from", "valid_to", "needs_check", "is_default")
    list_filter = ("kind", "needs_check", "is_default")
    search_fields = ("title",)
    search_help_text = _("Số, tên hoặc cơ quan ban hành; gõ không dấu cũng được")
    actions_detail = ("replace", "end", "services_of", "import_entries")
    door = DOOR

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show what replaced one that was replaced."""
        seen = ["seen"] if obj is not None and self.has_change_permission(request, obj) else []
        replaced = ["replaced_by"] if obj is not None and obj.replaced_by_id else []
        return [*deeds.FIELDS, *replaced, *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A replacement is a deed of its own."""
        return ("replaced_by",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer codes only to code lists."""
        offered = super().get_actions_detail(request, object_id)
        found = self.get_object(request, str(object_id))
        is_list = found is not None and found.kind == StandardKind.CODE_LIST
        return [item for item in offered if is_list or not item.action_name.endswith("_import_entries")]

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the standard."""
        return deeds.set_standard(actor=actor, standard=obj if change else None, **data)

    @action(description=_("Thay bằng văn bản khác"), url_path="thay", permissions=_MANAGE_ONLY, icon="swap_horiz")
    def replace(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Name what replaces it."""
        return replace_page(self, request, self.found(request, object_id))

    @action(description=_("Cho hết hiệu lực"), url_path="het-hieu-luc", permissions=_MANAGE_ONLY, icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End its validity."""
        return end_page(self, request, self.found(request, object_id))

    @action(description=_("Dịch vụ áp dụng"), url_path="dich-vu", permissions=_MANAGE_ONLY, icon="link")
    def services_of(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose the services that follow it."""
        return services_page(self, request, self.found(request, object_id))

    @action(description=_("Nhập mã từ tệp"), url_path="ma/nhap", permissions=_MANAGE_ONLY, icon="upload")
    def import_entries(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose a file of codes."""
        return self.upload_rows(request, object_id)

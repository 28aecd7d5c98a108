"""Staff pages of operations, in drafts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.choices import ServiceState
from catalog.elements import write_line
from catalog.form_fields import ELEMENTS_HINT, MESSAGE_HELP, ElementsField
from catalog.guards import SERVICE_MANAGE
from catalog.models import Operation, ServiceVersion
from catalog.selectors.elements import SharedField, already_shared
from catalog.services import operations as deeds
from core.actor import Actor
from core.admin import DeedForm
from core.admin_steps import StepsAdmin
from core.problems import StateRefused
from core.text import fold
from core.transitions import Offer


class OperationForm(DeedForm):
    """An operation with the fields of its answer, one a line."""

    elements = ElementsField(
        label=gettext_lazy("Các trường dữ liệu"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=ELEMENTS_HINT,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["elements"] = deeds.fields_of(self.instance)


HELP = {
    "template": gettext_lazy("Bắt đầu bằng dấu /, tham số đặt trong ngoặc nhọn, ví dụ /communes/{code}"),
    "xml_root": MESSAGE_HELP["xml_root"],
    "record_path": gettext_lazy("Để trống khi câu trả lời chính là bản ghi."),
}


@admin.register(Operation)
class OperationAdmin(StepsAdmin):
    """Operations: entered, changed and removed while their version is a draft."""

    form = OperationForm
    view_permission = "service.view_all"
    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "method", "template", "version")
    list_filter = ("method", "version__state")
    list_select_related = ("version__service",)
    search_fields = ("version__service__search", "code", "template")
    change_form_outer_after_template = "catalog/admin_shared.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the fields only where the form can read them."""
        more = ["elements"] if obj is None or self.has_change_permission(request, obj) else ["elements_shown"]
        return ["version", *deeds.FIELDS, *more]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An operation stays with its version."""
        return ("version", "elements_shown") if obj else ()

    @admin.display(description=gettext_lazy("Các trường dữ liệu"))
    def elements_shown(self, obj: Operation) -> str:
        """List the fields with their meaning."""
        return "; ".join(write_line(item) for item in deeds.fields_of(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is published stays as it is."""
        draft = obj is None or obj.version.state == ServiceState.DRAFT
        return super().has_change_permission(request, obj) and draft

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer drafts only."""
        if db_field.name == "version":
            kwargs["queryset"] = ServiceVersion.objects.filter(state=ServiceState.DRAFT).select_related("service")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what to enter."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Point to fields that other services share already (QC4.4)."""
        found = self.get_object(request, object_id)
        shared: list[SharedField] = []
        if found is not None and found.version.state == ServiceState.DRAFT:
            told = [(item.name, item.label) for item in deeds.fields_of(found)]
            shared = already_shared(told, besides=found.version.service_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "shared": shared})

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the operation."""
        if change:
            return deeds.set_operation(actor=actor, operation=obj, version=obj.version, **data)
        return deeds.set_operation(actor=actor, **data)

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer the removal while the version is a draft."""
        if obj.version.state != ServiceState.DRAFT or not actor.may(SERVICE_MANAGE):
            return []
        return [Offer("remove", _("Gỡ thao tác"), "QC11.2", False, ())]

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Remove the operation."""
        if step != "remove":
            raise StateRefused(_("Việc này không có ở thao tác của dịch vụ."))
        deeds.remove_operation(actor=actor, operation=obj)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what removal does."""
        return [_("Thao tác và danh sách trường của nó được gỡ khỏi bản nháp.")]

"""Staff pages of service versions: bounds, parts, and the steps of their life."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from catalog.admin import version_pages as pages
from catalog.admin.profile_pages import messages_page
from catalog.admin.seen import SeenForm
from catalog.choices import ServiceState
from catalog.form_fields import MESSAGE_HELP
from catalog.guards import SERVICE_MANAGE
from catalog.models import ServiceVersion
from catalog.services import versions as deeds
from core.actor import Actor
from core.admin_steps import StepsAdmin
from core.text import fold

MOMENTS = (
    "published_at",
    "deprecated_at",
    "sunset_on",
    "sunset_reason",
    "short_notice_reason",
    "withdrawn_at",
    "withdraw_reason",
)
SAID = {
    "publish": (
        _("Thông tin chung của dịch vụ hiện trong danh mục công khai; địa chỉ hệ thống nguồn không hiện."),
        _("Các thao tác của phiên bản được giữ nguyên từ đây; muốn đổi thì lập phiên bản mới."),
    ),
    "give_back": (_("Phiên bản trở lại bản nháp; cơ quan cung cấp nhận lý do và sửa."),),
    "resume": (_("Thông báo ngừng không còn hiệu lực; cơ quan cung cấp được báo."),),
    "withdraw": (
        _("Mọi lượt gọi tới phiên bản này bị từ chối ngay, kể cả của hệ thống đang có quyền khai thác."),
        _("Phiên bản không công bố lại được."),
    ),
}


@admin.register(ServiceVersion)
class ServiceVersionAdmin(StepsAdmin):
    """Versions: each step is offered by its transition and confirmed on a page."""

    form = SeenForm
    view_permission = "service.view_all"
    manage_permission = SERVICE_MANAGE
    list_display = ("service", "name", "state", "published_at")
    list_filter = ("state",)
    list_select_related = ("service",)
    search_fields = ("service__search", "name")
    change_form_outer_after_template = "catalog/admin_parts.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show state and moments of a version there is."""
        if obj is None:
            return ["service", "name", *deeds.FIELDS]
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        return ["service", "name", "state", *MOMENTS, *deeds.FIELDS, *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Service and name are its address and stay."""
        return ("service", "name", "state", *MOMENTS) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What lies before SKHCN or was withdrawn stays as it is."""
        stays = obj is not None and obj.state in (ServiceState.AWAITING, ServiceState.WITHDRAWN)
        return super().has_change_permission(request, obj) and not stays

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show operations and addresses below the form, with the ways to add."""
        found = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if found is not None:
            managing = self.has_add_permission(request) and found.state != ServiceState.WITHDRAWN
            more = {
                "operations": list(found.operations.prefetch_related("elements")),
                "upstreams": list(found.upstreams.all()),
                "descriptions": list(found.descriptions.defer("content")[:20]),
                "hand_in_url": reverse("admin:catalog_serviceversion_hand_in", args=[found.pk]) if managing else "",
                "add_operation_url": self._add("operation", found, managing and found.state == ServiceState.DRAFT),
                "add_upstream_url": self._add("upstream", found, managing),
            }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def _add(self, model: str, version: ServiceVersion, allowed: bool) -> str:
        return f"{reverse(f'admin:catalog_{model}_add')}?version={version.pk}" if allowed else ""

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Leave the form of messages at what it is where nothing is said."""
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        if db_field.name == "message_form":
            field.required = False
        return field

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what they do."""
        return super().get_form(request, obj, change=change, help_texts=MESSAGE_HELP, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Make or change the version."""
        left_out = [name for name in ("max_answer_bytes", "message_form") if not data.get(name)]
        data = {name: value for name, value in data.items() if name not in left_out}
        if change:
            return deeds.change_version(actor=actor, version=obj, **data)
        names = ("service", "name", *deeds.FIELDS)
        return deeds.create_version(actor=actor, **{name: data[name] for name in names if name in data})

    def get_urls(self) -> list[Any]:
        """Add the pages that ask more than a reason, before the general page of steps."""
        return [
            path("<int:pk>/viec/deprecate/", self._page(pages.deprecate_page), name=self._name("deprecate")),
            path("<int:pk>/viec/redate/", self._page(pages.redate_page), name=self._name("redate")),
            path("<int:pk>/thong-diep/", self._page(messages_page), name=self._name("messages")),
            path("<int:pk>/openapi/", self._page(pages.hand_in_page), name=self._name("hand_in")),
            path(
                "<int:pk>/openapi/<int:description>/",
                self._page(pages.description_page),
                name=self._name("description"),
            ),
            *super().get_urls(),
        ]

    def _page(self, view: Any) -> Any:
        return self.admin_site.admin_view(partial(view, self))

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """Take the step."""
        deeds.move_version(actor=actor, version=obj, step=step, reason=reason)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say what the step does."""
        return [str(text) for text in SAID.get(step, ())]

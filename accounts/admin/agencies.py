"""Staff pages of the register."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.services import agencies as deeds
from core.actor import Actor
from core.admin import BaseAdmin


@admin.register(Agency)
class AgencyAdmin(BaseAdmin):
    """The register: each form calls one deed."""

    manage_permission = deeds.MANAGE
    list_display = ("name", "code", "code_is_official", "kind", "parent", "valid_to")
    list_filter = ("kind", "code_is_official", "may_file")
    list_select_related = ("parent",)
    search_fields = ("name",)
    search_help_text = _("Tên, tên viết tắt hoặc mã; gõ không dấu cũng được")
    fields = deeds.FIELDS

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is replaced by a deed of its own."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Create or change the agency."""
        if change:
            return deeds.change_agency(actor=actor, agency=obj, **data)
        return deeds.create_agency(actor=actor, **data)

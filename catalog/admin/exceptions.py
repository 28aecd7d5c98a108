"""Staff pages of direct sharing: the register, overdue cases first, and its reviews (QC11.8)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.seen import SeenForm
from catalog.guards import SERVICE_MANAGE
from catalog.models import DirectSharing, SharingReview
from catalog.selectors.exceptions import NEAREST_FIRST
from catalog.services import exceptions as deeds
from core.actor import Actor
from core.admin import BaseAdmin
from core.admin_steps import StepsAdmin
from core.text import fold
from core.transitions import Offer

READ = "service.view_all"


class OverdueFilter(admin.SimpleListFilter):
    """Cases whose last day or day of review has passed, those that go on, those that ended."""

    title = gettext_lazy("thời hạn, rà soát")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the three."""
        return [("1", _("Quá hạn")), ("0", _("Chưa chấm dứt")), ("2", _("Đã chấm dứt"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        if self.value() == "1":
            return queryset.overdue()
        if self.value() == "0":
            return queryset.open()
        return queryset.filter(ended_on__isnull=False) if self.value() == "2" else queryset


@admin.register(DirectSharing)
class DirectSharingAdmin(StepsAdmin):
    """The register of direct sharing."""

    form = SeenForm
    view_permission = READ
    manage_permission = SERVICE_MANAGE
    list_display = ("provider", "receiver_shown", "valid_to", "review_on", "state_shown", "overdue_shown")
    list_display_links = ("provider", "receiver_shown")
    list_filter = (OverdueFilter,)
    list_select_related = ("provider", "receiver")
    search_fields = ("data",)
    search_help_text = gettext_lazy("Cơ quan, dữ liệu hoặc số văn bản; gõ không dấu cũng được")
    list_before_template = "catalog/admin_sharing_list.html"
    change_form_outer_after_template = "catalog/admin_sharing.html"

    def get_ordering(self, request: HttpRequest) -> Any:
        """Put what is overdue first, what has ended last."""
        return NEAREST_FIRST

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show how a case ended."""
        seen = ["seen"] if obj and self.has_change_permission(request, obj) else []
        return [*deeds.FIELDS, *(["ended_on", "end_reason"] if obj else []), *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The end is a step of its own."""
        return ("ended_on", "end_reason") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has ended stays as it was."""
        return super().has_change_permission(request, obj) and (obj is None or obj.ended_on is None)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    @admin.display(description=gettext_lazy("Bên nhận"))
    def receiver_shown(self, obj: DirectSharing) -> str:
        """Name who receives."""
        return obj.to_whom

    @admin.display(description=gettext_lazy("Tình trạng"))
    def state_shown(self, obj: DirectSharing) -> str:
        """Say how it stands today."""
        return str(obj.state.label)

    @admin.display(description=gettext_lazy("Quá hạn"))
    def overdue_shown(self, obj: DirectSharing) -> str:
        """Say whether a day has passed."""
        return _("Quá hạn") if obj.is_overdue else "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the reviews below the form, with the way to the next."""
        found = self.get_object(request, object_id)
        more: dict[str, Any] = {}
        if found is not None:
            address = f"{reverse('admin:catalog_sharingreview_add')}?sharing={found.pk}"
            more["reviews"] = list(found.reviews.select_related("reviewed_by"))
            more["review_url"] = address if self.has_change_permission(request, found) else ""
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the case."""
        if change:
            return deeds.change_sharing(actor=actor, sharing=obj, **data)
        return deeds.enter_sharing(actor=actor, **data)

    def steps(self, obj: Any, actor: Actor) -> list[Offer]:
        """Offer to end a case that goes on."""
        if obj.ended_on is not None or not actor.may(SERVICE_MANAGE):
            return []
        return [Offer("end", gettext_lazy("Chấm dứt chia sẻ trực tiếp"), "QC11.8", reason_required=True, missing=())]

    def move(self, actor: Actor, obj: Any, step: str, reason: str) -> None:
        """End it."""
        deeds.end_sharing(actor=actor, sharing=obj, reason=reason)

    def consequences(self, obj: Any, step: str) -> list[str]:
        """Say who hears of it."""
        return [_("Trường hợp này chấm dứt từ hôm nay và không mở lại được; hai bên nhận thông báo.")]


@admin.register(SharingReview)
class SharingReviewAdmin(BaseAdmin):
    """Reviews of direct sharing: added, never changed."""

    view_permission = READ
    manage_permission = SERVICE_MANAGE
    list_display = ("sharing", "outcome", "until", "reviewed_at", "reviewed_by")
    list_filter = ("outcome",)
    list_select_related = ("sharing__provider", "sharing__receiver", "reviewed_by")
    search_fields = ("sharing__search",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show by whom and when."""
        return ["sharing", "outcome", "until", "note", *(["reviewed_at", "reviewed_by"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was decided stays."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer cases that go on."""
        if db_field.name == "sharing":
            kwargs["queryset"] = DirectSharing.objects.open().select_related("provider", "receiver")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Review the case."""
        return deeds.review_sharing(actor=actor, **data)

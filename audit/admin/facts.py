"""Facts: what was done, by whom, to what, why."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.admin.lists import ChosenFilter, DayRangeFilter, EvidenceAdmin, PersonFilter, in_cell
from audit.deeds import all_deeds, named
from audit.models import Fact
from audit.selectors.differences import details_of, kind_named
from audit.selectors.history import facts_of_request, is_request_id
from core.admin import acting
from core.text import nfc


class DeedFilter(ChosenFilter):
    """By deed."""

    title = _("việc")
    parameter_name = column = "deed"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the deeds that have a name."""
        return all_deeds()


@admin.register(Fact)
class FactAdmin(EvidenceAdmin):
    """Facts, newest first."""

    view_permission = "facts.view"
    list_display = ("at", "deed_named", "subject_shown", "who", "why")
    list_filter = (("at", DayRangeFilter), DeedFilter, PersonFilter)
    search_fields = ("subject_name",)
    search_help_text = _("Tên đối tượng, tên người thực hiện, hoặc mã yêu cầu")
    fields = (
        "at",
        "deed_named",
        "subject_shown",
        "actor_name",
        "agency_name",
        "reason",
        "clause",
        "details",
        "request_id",
        "address",
    )
    readonly_fields = ("deed_named", "subject_shown", "details")

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find one request by its id, else names."""
        words = nfc(search_term).strip()
        if not words:
            return queryset, False
        if is_request_id(words):
            return facts_of_request(words, acting(request)).order_by("-id"), False
        return queryset.filter(subject_name__icontains=words) | queryset.filter(actor_name__icontains=words), False

    @admin.display(description=_("việc"), ordering="deed")
    def deed_named(self, obj: Fact) -> str:
        """Name the deed."""
        return named(obj.deed)

    @admin.display(description=_("đối tượng"), ordering="subject_name")
    def subject_shown(self, obj: Fact) -> SafeString:
        """Name the subject and what it is."""
        return in_cell(f"{obj.subject_name} ({kind_named(obj.subject_type)})")

    @admin.display(description=_("người thực hiện"), ordering="actor_name")
    def who(self, obj: Fact) -> SafeString:
        """Say who, and for which agency."""
        return in_cell(", ".join(filter(None, (obj.actor_name, obj.agency_name))))

    @admin.display(description=_("lý do"))
    def why(self, obj: Fact) -> SafeString:
        """Say why."""
        return in_cell(obj.reason or "–")

    @admin.display(description=_("nội dung"))
    def details(self, obj: Fact) -> SafeString:
        """Show what the fact keeps before and after."""
        return render_to_string("staff/differences.html", {"differences": details_of(obj)})

"""Changes of governed rows as the database saw them: what was written around the services stands out."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.views import ChangeList

from audit.admin.history import SHOWN
from audit.admin.lists import ChosenFilter, DayRangeFilter, EvidenceAdmin, in_cell
from audit.deeds import named
from audit.models import RowChange
from audit.selectors.changes import deeds_of, governed, in_words, kind_of, names_of, unwatched
from core.text import nfc

OUTSIDE = "ngoai"
INSIDE = "trong"


class OutsideFilter(ChosenFilter):
    """By whether a deed accounts for the change."""

    title = gettext_lazy("quy trình")
    parameter_name = "quy-trinh"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [(OUTSIDE, _("Ghi ngoài quy trình")), (INSIDE, _("Ghi theo quy trình"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """Keep changes with a deed or without."""
        known = {OUTSIDE: True, INSIDE: False}.get(str(self.value()))
        return queryset if known is None else queryset.filter(fact_id__isnull=known)


class TableFilter(ChosenFilter):
    """By what was changed."""

    title = gettext_lazy("loại bản ghi")
    parameter_name = "loai"
    column = "table"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the governed tables."""
        return sorted(((table, capfirst(kind_of(table))) for table in governed()), key=lambda item: item[1])


class ChangesOnPage(ChangeList):
    """Reads names, deeds and differences of the rows on the page at once."""

    def get_results(self, request: Any) -> None:
        """Fetch the page and what stands beside its rows."""
        super().get_results(request)
        self.result_list = completed(list(self.result_list))  # type: ignore[has-type]


def completed(rows: list[Any]) -> list[Any]:
    """Put name, deed and differences beside each row."""
    names, deeds = names_of(rows), deeds_of(rows)
    for row, differences in zip(rows, in_words(rows), strict=True):
        row.name = names.get((row.table, row.key), row.key)
        row.deed, row.differences = deeds.get(row.fact_id), differences
    return rows


@admin.register(RowChange)
class RowChangeAdmin(EvidenceAdmin):
    """Changes, newest first; nobody changes them."""

    view_permission = "facts.view"
    list_display = ("at", "verdict", "what_row", "what", "who")
    list_display_links = ("at",)
    list_filter = (("at", DayRangeFilter), OutsideFilter, TableFilter)
    list_before_template = "staff/unwatched.html"
    search_fields = ("key",)
    search_help_text = gettext_lazy("Mã bản ghi")
    fields = (
        *("at", "verdict", "what_row", "operation", "all_differences", "deed_told"),
        *("role", "application", "address", "claimed"),
    )
    readonly_fields = ("verdict", "what_row", "all_differences", "deed_told")

    def get_changelist(self, request: Any, **kwargs: Any) -> type[ChangeList]:
        """Read the page at once."""
        return ChangesOnPage

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """Return one change with what stands beside it."""
        found = super().get_object(request, object_id, from_field)
        return completed([found])[0] if found is not None else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Say above the list which tables are not watched."""
        return super().changelist_view(request, {**(extra_context or {}), "unwatched": unwatched()})

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find the rows of one key."""
        words = nfc(search_term).strip()
        return (queryset.filter(key=words) if words else queryset), False

    @display(description=gettext_lazy("Quy trình"), label={"outside": "danger", "inside": "success"})
    def verdict(self, obj: Any) -> tuple[str, str]:
        """Say whether a deed accounts for it; the colour says the same."""
        return ("outside", _("Ghi ngoài quy trình")) if obj.fact_id is None else ("inside", _("Theo quy trình"))

    @admin.display(description=gettext_lazy("bản ghi"))
    def what_row(self, obj: Any) -> SafeString:
        """Name the row and what it is."""
        return in_cell(f"{obj.name} ({kind_of(obj.table)})")

    @admin.display(description=gettext_lazy("thay đổi"))
    def what(self, obj: Any) -> SafeString:
        """Show the first differences."""
        context = {"action": obj.get_operation_display(), "differences": obj.differences[:SHOWN]}
        context |= {"more": max(len(obj.differences) - SHOWN, 0)}
        return in_cell(render_to_string("staff/differences.html", context), wide=True)

    @admin.display(description=gettext_lazy("người ghi và việc"))
    def who(self, obj: Any) -> SafeString:
        """Say who did which deed, else what the database knows of who wrote."""
        return in_cell(_told(obj) if obj.deed else obj.who)

    @admin.display(description=gettext_lazy("thay đổi"))
    def all_differences(self, obj: Any) -> SafeString:
        """Show every difference."""
        return render_to_string("staff/differences.html", {"differences": obj.differences})

    @admin.display(description=gettext_lazy("việc đã ghi"))
    def deed_told(self, obj: Any) -> str:
        """Say which deed of whom, with its reason and clause."""
        if not obj.deed:
            return _("Không có việc nào được ghi trong cùng giao dịch")
        return " · ".join(part for part in (_told(obj), obj.deed.reason, obj.deed.clause) if part)


def _told(obj: Any) -> str:
    return f"{obj.deed.who}: {named(obj.deed.deed)}"

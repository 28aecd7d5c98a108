"""Field history: what each change of a tracked row replaced, with the fact that says why."""

from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from audit.admin.lists import ChosenFilter, DayRangeFilter, EvidenceAdmin, PersonFilter, in_cell
from audit.selectors.differences import differences_of
from audit.selectors.history import facts_beside, facts_of_request, is_request_id, what_happened, who_changed
from core import clock
from core.admin import acting
from core.text import nfc

# Of a row just made the list shows the first fields, the page all of them.
SHOWN = 6


class ObjectTypeFilter(ChosenFilter):
    """By what was changed."""

    title = _("loại đối tượng")
    parameter_name = "loai"
    column = "content_type_id"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the kinds of row that keep a history."""
        kinds = ContentType.objects.get_for_models(*auditlog.get_models())
        return sorted(
            ((str(kind.pk), capfirst(str(model._meta.verbose_name))) for model, kind in kinds.items()),
            key=lambda item: item[1],
        )


class HistoryList(ChangeList):
    """Reads differences and facts of the rows on the page at once."""

    def get_results(self, request: Any) -> None:
        """Fetch the page and what stands beside its rows."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
        for row, differences, facts in zip(
            rows, differences_of(rows), facts_beside(rows, acting(request)), strict=True
        ):
            row.differences, row.facts = differences, facts
        self.result_list = rows


# The library's own page knows neither our roles nor Vietnamese.
admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class HistoryAdmin(EvidenceAdmin):
    """Differences, newest first; nobody changes them."""

    view_permission = "history.view"
    ordering = ("-id",)
    list_display = ("moment", "who", "subject", "what", "why")
    list_display_links = ("moment",)
    list_filter = (("timestamp", DayRangeFilter), ObjectTypeFilter, PersonFilter)
    list_select_related = ("content_type", "actor")
    search_fields = ("object_repr",)
    search_help_text = _("Mã yêu cầu hoặc tên đối tượng")
    fields = ("moment", "who", "subject", "what_kind", "all_differences", "facts", "cid", "remote_addr")
    readonly_fields = ("moment", "who", "subject", "what_kind", "all_differences", "facts")

    def get_changelist(self, request: Any, **kwargs: Any) -> type[ChangeList]:
        """Read the page at once."""
        return HistoryList

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """Return one difference with its facts, for its page."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.facts = list(facts_of_request(found.cid or "", acting(request)))
        return found

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find one request by its id, else names of objects."""
        words = nfc(search_term).strip()
        if not words:
            return queryset, False
        if is_request_id(words):
            return queryset.filter(cid=words.lower()), False
        return queryset.filter(object_repr__icontains=words), False

    @admin.display(description=_("thời điểm"), ordering="id")
    def moment(self, obj: Any) -> str:
        """Say when."""
        return f"{obj.timestamp.astimezone(clock.VIETNAM):%H:%M:%S %d/%m/%Y}"

    @admin.display(description=_("người thực hiện"))
    def who(self, obj: Any) -> SafeString:
        """Say who."""
        return in_cell(who_changed(obj, obj.facts))

    @admin.display(description=_("đối tượng"))
    def subject(self, obj: Any) -> SafeString:
        """Name the object and what it is."""
        model = obj.content_type.model_class()
        return in_cell(f"{obj.object_repr} ({model._meta.verbose_name if model else obj.content_type.model})")

    @admin.display(description=_("thay đổi"))
    def what(self, obj: Any) -> SafeString:
        """Show the first differences."""
        context = {"action": what_happened(obj), "differences": obj.differences[:SHOWN]}
        context |= {"more": max(len(obj.differences) - SHOWN, 0)}
        return in_cell(render_to_string("staff/differences.html", context), wide=True)

    @admin.display(description=_("việc và lý do"))
    def why(self, obj: Any) -> SafeString:
        """Show the facts of the same request about the same object."""
        return in_cell(render_to_string("staff/facts.html", {"facts": obj.facts}))

    @admin.display(description=_("loại thay đổi"))
    def what_kind(self, obj: Any) -> str:
        """Say whether the row was made, changed or removed."""
        return what_happened(obj)

    @admin.display(description=_("thay đổi"))
    def all_differences(self, obj: Any) -> SafeString:
        """Show every difference."""
        return render_to_string("staff/differences.html", {"differences": differences_of([obj])[0]})

    @admin.display(description=_("việc của cùng yêu cầu"))
    def facts(self, obj: Any) -> SafeString:
        """Show all facts of the request, whatever they are about."""
        return render_to_string("staff/facts.html", {"facts": obj.facts, "whole_request": True})

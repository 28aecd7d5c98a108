"""Staff pages of funding: lines with their entries, words of the budget (QC13)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.admin import BaseAdmin
from core.web.downloads import file_response
from reports.admin.funding_forms import AdjustForm, LineForm, SpendForm, VoidForm
from reports.admin.working import Action, WorkAdmin
from reports.cells import Link, Rows
from reports.funding_choices import TermGroup, YearState
from reports.funding_tables import adjustments_table, spendings_table
from reports.models import BudgetLine, BudgetTerm, BudgetYear, SpendingFile
from reports.models.funding import MANAGE, VIEW
from reports.money import dong
from reports.services import funding as deeds
from reports.services import funding_entries as entries


@admin.register(BudgetTerm)
class BudgetTermAdmin(BaseAdmin):
    """Kinds of spending and sources of funds; codes once given stay."""

    view_permission = VIEW
    manage_permission = MANAGE
    list_display = ("name", "group", "code", "place", "active")
    list_filter = ("group", "active")
    fields = deeds.TERM_FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Group and code once given stay."""
        return ("group", "code") if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the word."""
        return deeds.save_term(actor=actor, term=obj if change else None, **data)


@admin.register(BudgetLine)
class BudgetLineAdmin(WorkAdmin):
    """Lines with their balances; a line opens with its adjustments and spending."""

    form = LineForm
    view_permission = VIEW
    manage_permission = MANAGE
    noun = "line"
    list_display = ("code", "title", "year", "kind", "source", "allowed_shown", "spent_shown", "left_shown")
    list_filter = ("year", "kind", "source")
    list_select_related = ("year", "kind", "source")
    search_fields = ("code", "title")
    fields = ("year", *deeds.LINE_FIELDS)
    work_actions = {
        "spend": Action(
            gettext_lazy("Ghi khoản chi"), SpendForm, entries.record_spending, gettext_lazy("Đã ghi khoản chi.")
        ),
        "adjust": Action(
            gettext_lazy("Điều chỉnh dự toán"),
            AdjustForm,
            entries.adjust_line,
            gettext_lazy("Đã điều chỉnh dòng dự toán."),
            gettext_lazy("Dự toán ban đầu giữ nguyên; điều chỉnh không sửa được sau khi ghi."),
        ),
        "void": Action(
            gettext_lazy("Hủy bút toán chi"),
            VoidForm,
            lambda line, **given: entries.void_spending(**given),
            gettext_lazy("Đã hủy bút toán."),
            gettext_lazy("Bút toán vẫn xem được, ghi rõ đã hủy và lý do; ghi lại khoản chi đúng nếu cần."),
            danger=True,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the balances with the lines."""
        found: Any = super().get_queryset(request)
        return found.with_sums()

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer open years and the words in use."""
        if field.name == "year":
            kwargs["queryset"] = BudgetYear.objects.filter(state=YearState.OPEN)
        elif field.name in TermGroup.values:
            kwargs["queryset"] = BudgetTerm.objects.filter(group=field.name, active=True)
        return super().formfield_for_foreignkey(field, request, **kwargs)

    @admin.display(description=gettext_lazy("Được chi"))
    def allowed_shown(self, obj: Any) -> str:
        """Show what may be spent."""
        return dong(obj.allowed)

    @admin.display(description=gettext_lazy("Đã chi"))
    def spent_shown(self, obj: Any) -> str:
        """Show what was spent."""
        return dong(obj.spent)

    @admin.display(description=gettext_lazy("Còn lại"))
    def left_shown(self, obj: Any) -> str:
        """Show what is left."""
        return dong(obj.left)

    def get_urls(self) -> list[URLPattern]:
        """Add the files of spending."""
        return [*self.file_urls(self.file_view), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out the document of an entry."""
        line = self.found(request, str(pk))
        return file_response(get_object_or_404(SpendingFile, pk=file, spending__line=line))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter the line."""
        return deeds.add_line(actor=actor, **data)

    def offered(self, thing: Any, actor: Actor) -> list[str]:
        """Offer entries while the year is open."""
        return list(self.work_actions) if actor.may(MANAGE) and thing.year.state == YearState.OPEN else []

    def facts(self, thing: Any) -> list[tuple[Any, Any]]:
        """Say what the line is and how it stands."""
        return [
            (_("Năm ngân sách"), f"{thing.year.year}, {thing.year.get_state_display().lower()}"),
            (_("Loại chi"), thing.kind),
            (_("Nguồn kinh phí"), thing.source),
            (_("Số quyết định, căn cứ"), thing.basis),
            (_("Dự toán ban đầu"), dong(thing.amount)),
            (_("Điều chỉnh"), dong(thing.adjusted)),
            (_("Được chi"), dong(thing.allowed)),
            (_("Đã chi"), dong(thing.spent)),
            (_("Còn lại"), dong(thing.left)),
        ]

    def tables(self, thing: Any) -> list[Rows]:
        """List adjustments and spending."""
        return [adjustments_table(thing), spendings_table(thing, "admin:reports_budgetline_file")]

    def links(self, thing: Any, actor: Actor) -> list[Link]:
        """Lead to the year."""
        return [Link(_("Mở năm ngân sách"), reverse("admin:reports_budgetyear_change", args=[thing.year_id]))]

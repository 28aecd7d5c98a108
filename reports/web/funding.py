"""Funding in the portal, for SKHCN's readers and leaders of the province: years, lines, documents (QC13)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from core.web.downloads import file_response
from reports.cells import Rows
from reports.funding_tables import adjustments_table, spendings_table
from reports.models import BudgetLine, BudgetYear, SpendingFile
from reports.models.funding import MANAGE, VIEW
from reports.money import dong, rate
from reports.selectors.funding import Sums, lines_of, year_sums, years_for

PAGE_SIZE = 50


@require_safe
@never_cache
@needs(VIEW)
def budget_years(request: Any) -> HttpResponse:
    """List the budget years."""
    page = Paginator(years_for(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "funding/years.html", {"page": page, "may_manage": request.actor.may(MANAGE)})


@require_safe
@never_cache
@needs(VIEW)
def budget_year(request: Any, year: int) -> HttpResponse:
    """Show one year: sums by kind and source beside the year before, lines with balances."""
    found = get_object_or_404(BudgetYear.objects.visible_to(request.actor), year=year)
    sums = year_sums(year)
    page = Paginator(lines_of(request.actor, found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "total": sums.total,
        "page": page,
        "may_manage": request.actor.may(MANAGE),
        "tables": [
            _sums_table(_("Theo loại chi"), _("Loại chi"), sums.kinds, year),
            _sums_table(_("Theo nguồn kinh phí"), _("Nguồn kinh phí"), sums.sources, year),
        ],
    }
    return render(request, "funding/year.html", context)


def _sums_table(title: str, head: str, sums: list[Sums], year: int) -> Rows:
    before = _("Đã chi năm %(year)s") % {"year": year - 1}
    return Rows(
        title=title,
        heads=(head, _("Được chi"), _("Đã chi"), _("Còn lại"), _("Tỷ lệ chi"), before),
        rows=[
            (one.name, dong(one.allowed), dong(one.spent), dong(one.left), rate(one.share), _before(one))
            for one in sums
        ],
        empty=_("Chưa có dòng dự toán nào."),
        numeric=frozenset(range(1, 6)),
    )


def _before(one: Sums) -> str:
    return dong(one.before.spent) if one.before else _("Không có số liệu")


@require_safe
@never_cache
@needs(VIEW)
def budget_line(request: Any, pk: int) -> HttpResponse:
    """Show one line with its adjustments and spending."""
    seen: Any = BudgetLine.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    line: Any = get_object_or_404(seen.with_sums().select_related("year", "kind", "source"), pk=pk)
    facts = [
        (_("Loại chi"), line.kind),
        (_("Nguồn kinh phí"), line.source),
        (_("Số quyết định, căn cứ"), line.basis),
        (_("Dự toán ban đầu"), dong(line.amount)),
        (_("Được chi sau điều chỉnh"), dong(line.allowed)),
        (_("Đã chi"), dong(line.spent)),
        (_("Còn lại"), dong(line.left)),
    ]
    tables = [adjustments_table(line), spendings_table(line, "spending_file")]
    return render(request, "funding/line.html", {"line": line, "facts": facts, "tables": tables})


@require_safe
@needs(VIEW)
def spending_file(request: Any, pk: int, file: int) -> HttpResponse:
    """Hand out the document of a spending entry."""
    seen = BudgetLine.objects.visible_to(request.actor).filter(pk=pk)  # type: ignore[attr-defined]
    return file_response(get_object_or_404(SpendingFile, pk=file, spending__line__in=seen))

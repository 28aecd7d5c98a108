"""The two regulations, clause by clause, in our own short words."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import RegulationPeriod
from accounts.web.access import needs
from core import clock, regulation
from reports.guards import DRAFT, VIEW
from reports.selectors.coverage import coverage_lines, coverage_of


@require_safe
def clause_list(request: Any) -> HttpResponse:
    """List both regulations with the clauses under their articles."""
    periods = {period.regulation: period for period in RegulationPeriod.objects.all()}
    books = [
        {"regulation": book, "period": periods.get(book.code), "clauses": regulation.clauses(book.code)}
        for book in regulation.regulations()
    ]
    return render(request, "reports/clauses.html", {"books": books, "watches": _watches(request)})


STATES = ("served", "missing", "untested")


@require_safe
@needs(VIEW, DRAFT)
def coverage(request: Any) -> HttpResponse:
    """Show, clause by clause of the requirements, what serves it, how many tests prove it, when it was last used."""
    lines = coverage_lines(request.actor)
    counts = {state: sum(line.state == state for line in lines) for state in STATES}
    asked = request.GET.get("xem", "")
    periods = {period.regulation: period for period in RegulationPeriod.objects.all()}
    books = [
        {
            "regulation": book,
            "period": periods.get(book.code),
            "in_force": _in_force(periods.get(book.code)),
            "lines": [
                line
                for line in lines
                if line.clause.regulation == book.code and (asked not in STATES or line.state == asked)
            ],
        }
        for book in regulation.regulations()
    ]
    context = {"books": books, "counts": counts, "total": len(lines), "asked": asked if asked in STATES else ""}
    return render(request, "reports/coverage.html", context)


def _watches(request: Any) -> bool:
    return bool(request.actor.may(VIEW) or request.actor.may(DRAFT))


def _in_force(period: RegulationPeriod | None) -> bool:
    """Return whether the regulation is in force today, by the dates staff entered."""
    today = clock.today()
    return bool(
        period
        and period.valid_from
        and period.valid_from <= today
        and (period.valid_to is None or period.valid_to >= today)
    )


@require_safe
def clause_detail(request: Any, clause_id: str) -> HttpResponse:
    """Show one clause with its citation and what corresponds to it in the other regulation."""
    try:
        found = regulation.clause(clause_id)
    except regulation.UnknownClause as error:
        raise Http404 from error
    counterparts = [regulation.clause(item) for item in found.counterparts]
    context = {
        "clause": found,
        "citation": regulation.cite(found.id),
        "counterparts": counterparts,
        "line": coverage_of(request.actor, found.id) if _watches(request) else None,
    }
    return render(request, "reports/clause.html", context)

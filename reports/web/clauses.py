"""The two regulations, clause by clause, in our own short words."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import RegulationPeriod
from core import regulation


@require_safe
def clause_list(request: HttpRequest) -> HttpResponse:
    """List both regulations with the clauses under their articles."""
    periods = {period.regulation: period for period in RegulationPeriod.objects.all()}
    books = [
        {"regulation": book, "period": periods.get(book.code), "clauses": regulation.clauses(book.code)}
        for book in regulation.regulations()
    ]
    return render(request, "reports/clauses.html", {"books": books})


@require_safe
def clause_detail(request: HttpRequest, clause_id: str) -> HttpResponse:
    """Show one clause with its citation and what corresponds to it in the other regulation."""
    try:
        found = regulation.clause(clause_id)
    except regulation.UnknownClause as error:
        raise Http404 from error
    counterparts = [regulation.clause(item) for item in found.counterparts]
    context = {"clause": found, "citation": regulation.cite(found.id), "counterparts": counterparts}
    return render(request, "reports/clause.html", context)

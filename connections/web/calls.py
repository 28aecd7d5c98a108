"""The call log of one's own agency (ux.md C6), and everybody's for those who watch (B8): never content."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Agency
from accounts.web.access import needs
from audit.selectors.archive import archived_until
from audit.selectors.call_pages import Place, calls_of
from audit.selectors.calls import CallRow
from audit.services.looking import note_export, note_look
from connections.selectors.call_reach import reach_of
from connections.selectors.call_steps import problem_of
from connections.selectors.call_story import VIEW_ALL, VIEW_OWN
from connections.web.call_cells import cells_of, headers, place_of
from connections.web.call_forms import USUAL_DAYS, CallsForm
from core import clock
from core.sheets import CSV, XLSX, write_csv, write_xlsx
from core.web.downloads import name_download

PAGE, MOST_ROWS = 50, 10_000


@require_safe
@never_cache
@needs(VIEW_OWN, VIEW_ALL)
def calls(request: Any) -> HttpResponse:
    """Show the calls within reach, newest first; what narrows them is in the address. A watcher's look is recorded."""
    reach = reach_of(request.actor)
    form = CallsForm(request.GET, reach)
    rows: list[CallRow] = []
    last: Place | None = None
    if form.is_valid():
        after = Place.read(request.GET.get("after", ""))
        rows, last = calls_of(form.bodies(), form.wanted(), after=after, limit=PAGE)
        if reach.watching:
            note_look(actor=request.actor, subject=body_of(request, form), asked=form.asked())
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "form": form,
        "rows": [(row, place_of(row), _reason(row)) for row in rows],
        "bodies": reach.bodies or (),
        "watching": reach.watching,
        "narrowed": any(asked.values()),
        "asked": asked.urlencode(),
        "older": _with(asked, after=str(last)) if last else "",
        "further": "after" in request.GET,
        "usual_days": USUAL_DAYS,
        "most_rows": MOST_ROWS,
        "archived": None if rows else archived_until(),
    }
    return render(request, "developer/calls.html", context)


@require_safe
@never_cache
@needs(VIEW_OWN, VIEW_ALL)
def calls_file(request: Any) -> HttpResponse:
    """Give what the page shows as csv (``dang=xlsx``: a workbook), as far as a file holds; that it was taken is kept.

    A wrong filter gives the page with what to mend.
    """
    reach = reach_of(request.actor)
    form = CallsForm(request.GET, reach)
    if not form.is_valid():
        return calls(request)
    rows, last = calls_of(form.bodies(), form.wanted(), limit=MOST_ROWS)
    kind = "xlsx" if request.GET.get("dang") == "xlsx" else "csv"
    note_export(actor=request.actor, subject=body_of(request, form), asked=form.asked(), kind=kind, rows=len(rows))
    table = cells_of(rows, reach.bodies, cut=last is not None)
    name = f"nhat-ky-{clock.today():%Y%m%d}.{kind}"
    if kind == "xlsx":
        return name_download(HttpResponse(write_xlsx(headers(), table, title="Nhật ký"), content_type=XLSX), name)
    return name_download(HttpResponse(write_csv(headers(), table), content_type=CSV), name)


def body_of(request: Any, form: CallsForm) -> Agency:
    """Return the agency a look is about: the one chosen, else the reader's own."""
    chosen: Agency | None = form.cleaned_data.get("agency")
    return chosen or Agency.objects.get(pk=request.actor.agency_id)


def _with(asked: Any, **more: str) -> str:
    found = asked.copy()
    found.update(more)
    return str(found.urlencode())


def _reason(row: CallRow) -> str:
    problem = problem_of(row)
    return str(problem.title) if problem else row.reason or ""

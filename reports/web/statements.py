"""An agency's statements of use: what is asked, filling in, checking, handing in, the receipt (QC15.5, ux.md A8)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.selectors.calendar import work_calendar
from accounts.web.access import needs
from connections.printouts.files import FORMATS
from connections.web.autosave import told
from core import clock
from core.documents.frozen import thaw
from core.forms import show_refusal
from core.problems import DomainError, PermissionRefused, StateRefused
from core.transitions import offers
from core.web.downloads import file_response, name_download
from core.web.typed import last_seen, sent_or_kept, wrote
from core.workdays import remaining
from reports.campaign_guards import DRAFT, SEND
from reports.models import Statement, StatementFile
from reports.selectors.statement_facts import answers_of, sections_of
from reports.selectors.statements import heir_of, kind_of, rows_of, statements_for, versions_of
from reports.services.statement_steps import submit_statement
from reports.services.statements import attach_file, missing_of, remove_file, save_statement
from reports.web.statement_forms import StatementForm, SubmitForm

PAGE_SIZE = 20
READ = (DRAFT, SEND)


def _own(request: Any, code: str) -> Statement:
    """Return a statement the actor's agency answers for; any other is not found."""
    return get_object_or_404(statements_for(request.actor), code=code)


def _left(statement: Statement, calendar: Any = None) -> int | None:
    due = statement.campaign.due_at
    if due is None or not statement.is_open or statement.first_submitted_at is not None:
        return None  # what was handed in once has met, or missed, its deadline
    return remaining(clock.now(), due, calendar or work_calendar())


@require_safe
@never_cache
@needs(*READ)
def statement_list(request: Any) -> HttpResponse:
    """List what the agency is asked, the newest first."""
    page = Paginator(statements_for(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = work_calendar()
    rows = [(item, kind_of(item), _left(item, calendar)) for item in page]
    return render(request, "statements/statements.html", {"page": page, "rows": rows})


@require_safe
@never_cache
@needs(*READ)
def statement(request: Any, code: str) -> HttpResponse:
    """Show where a statement stands, what was handed in, who acts next."""
    found = _own(request, code)
    rows = rows_of(found)
    context = {
        **_head(request, found),
        "rows": rows,
        "explained": any(row.explanation for row in rows),
        "answers": answers_of(found) if any(found.answers.values()) else [],
        "versions": versions_of(found),
        "files": found.files.current(),
        "may": {offer.name for offer in offers(found, request.actor)},
        "may_write": request.actor.may(DRAFT) and found.is_open,
        "may_send": request.actor.may(SEND) and found.is_open,
    }
    return render(request, "statements/statement.html", context)


def _head(request: Any, found: Statement) -> dict[str, Any]:
    foreign = found.agency_id != request.actor.agency_id
    return {
        "found": found,
        "campaign": found.campaign,
        "kind": kind_of(found),
        "left": _left(found),
        "heir": heir_of(found.agency) if foreign else None,
    }


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def fill(request: Any, code: str) -> HttpResponse:
    """Fill in a statement; what is understood is kept at every press, what is not comes back as it was typed."""
    found = _own(request, code)
    if request.method == "GET" and not found.is_open:
        return redirect("statement", code=code)
    form = StatementForm(found, rows_of(found), sent_or_kept(request), request.FILES or None)
    if "autosave" in request.POST:
        return _autosave(request, found, form)
    theirs: list[Any] = []
    status = 200
    if request.method == "POST":
        form.is_valid()
        try:
            _keep(request, found, form)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            theirs = _theirs(request, found, form, refusal)
            show_refusal(form, refusal)
            status = 409 if isinstance(refusal, StateRefused) else 200
        if not form.errors:
            return _next(request, found)
    return _form_page(request, form, theirs, status)


def _keep(request: Any, found: Statement, form: StatementForm) -> None:
    """Keep answers and files that are fit, and take out the file whose button was pressed."""
    place = f"statement:{found.pk}"
    seen = last_seen(request, place, str(form.cleaned_data.get("seen", "")))
    saved = save_statement(
        actor=request.actor,
        statement=found,
        revision=int(seen) if seen.isdecimal() else None,
        **form.given(),
    )
    for file in form.cleaned_data.get("files") or ():
        try:
            attach_file(actor=request.actor, statement=saved, file=file)
        except DomainError as refusal:
            show_refusal(form, refusal)
    pressed = request.POST.get("remove", "")[:18]
    if pressed:
        files = saved.files.current().select_related("statement")
        remove_file(actor=request.actor, file=get_object_or_404(files, pk=pressed if pressed.isdecimal() else 0))
    _mark(request, form, _own(request, found.code))


def _mark(request: Any, form: StatementForm, fresh: Statement) -> None:
    """Let the next press of this opening of the form know the statement as it is now."""
    data: Any = form.data
    data = data.copy()
    data["seen"] = str(fresh.revision)
    form.data = data
    wrote(request, f"statement:{fresh.pk}", data["seen"])


def _theirs(request: Any, found: Statement, form: StatementForm, refusal: DomainError) -> list[Any]:
    """Return what is stored now where a colleague was faster; the next press replaces it."""
    fresh = _own(request, found.code)
    if not isinstance(refusal, StateRefused) or not fresh.is_open:
        return []
    _mark(request, form, fresh)
    return sections_of(fresh, rows_of(fresh))


def _autosave(request: Any, found: Statement, form: StatementForm) -> HttpResponse:
    form.is_valid()
    place = f"statement:{found.pk}"
    seen = last_seen(request, place, str(form.cleaned_data.get("seen", "")))
    try:
        saved = save_statement(
            actor=request.actor,
            statement=found,
            revision=int(seen) if seen.isdecimal() else None,
            **form.given(),
        )
    except DomainError as refusal:
        return told(request, refused=str(refusal.detail))
    wrote(request, place, str(saved.revision))
    return told(request, wrong=len(form.errors))


def _next(request: Any, found: Statement) -> HttpResponse:
    if "remove" in request.POST:
        messages.success(request, _("Đã bỏ tệp."))
        return redirect("fill_statement", code=found.code)
    messages.success(request, _("Đã lưu bản nháp."))
    return redirect("statement" if "draft" in request.POST else "check_statement", code=found.code)


def _form_page(request: Any, form: StatementForm, theirs: list[Any], status: int) -> HttpResponse:
    fresh = form.statement
    context = {
        **_head(request, fresh),
        "form": form,
        "theirs": theirs,
        "files": fresh.files.current().select_related("added_by"),
        "partly": request.method == "POST" and bool(form.errors) and status == 200,
    }
    return render(request, "statements/fill.html", context, status=status)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def check(request: Any, code: str) -> HttpResponse:
    """Show everything a statement says and lacks; the representative hands it in from here."""
    found = _own(request, code)
    if not found.is_open:
        if request.method == "POST":
            messages.info(request, _("Báo cáo không còn chờ nộp; xem tình trạng dưới đây."))
        return redirect("statement", code=code)
    rows = rows_of(found)
    form = SubmitForm(request.POST or None, initial={"seen": found.revision})
    status = 200
    if form.is_bound and form.is_valid():
        try:
            made = submit_statement(
                actor=request.actor,
                statement=found,
                committed=form.cleaned_data["committed"],
                revision=form.cleaned_data["seen"],
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = refusal.problem.status if refusal.problem.status != 422 else 200
        else:
            messages.success(request, _("Đã nộp báo cáo. Mã biên nhận: %(code)s.") % {"code": made.code})
            return redirect("statement", code=code)
    context = {
        **_head(request, found),
        "form": form,
        "sections": sections_of(found, rows),
        "missing": missing_of(found, rows),
        "files": found.files.current(),
        "may_write": request.actor.may(DRAFT),
        "may_send": request.actor.may(SEND),
    }
    return render(request, "statements/check.html", context, status=status)


@require_safe
@never_cache
@needs(*READ)
def statement_file(request: Any, code: str, file: int) -> HttpResponse:
    """Hand out a file of a statement."""
    found = StatementFile.objects.filter(statement__in=statements_for(request.actor), statement__code=code)
    return file_response(get_object_or_404(found.current(), pk=file))


@require_safe
@never_cache
@needs(*READ)
def statement_paper(request: Any, code: str, number: int, ending: str) -> HttpResponse:
    """Give what was handed in as Word file or PDF, drawn from what was frozen then."""
    if ending not in FORMATS:
        raise Http404
    version = get_object_or_404(_own(request, code).versions.all(), number=number)
    kind, drawn = FORMATS[ending]
    name = _("Báo cáo khai thác %(code)s") % {"code": version.code}
    return name_download(HttpResponse(drawn(thaw(version.paper)), content_type=kind), f"{name}.{ending}")

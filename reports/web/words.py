"""The words of a report: read beside the figures, edited on one page, every version kept."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from core.forms import show_refusal
from core.problems import DomainError, StateRefused
from reports.choices import RunState
from reports.guards import DRAFT, sees_drafts
from reports.models import NarrativeVersion, ReportRun
from reports.selectors.runs import facts_of, narrative_of, report_name
from reports.services.narratives import restore_draft, save_narrative
from reports.web.forms import NarrativeForm, parts_of


def with_words(sections: Iterable[dict[str, Any]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return *sections* with their paragraphs: the words as they stand, else the sentence of the figures."""
    return [{**part, "paragraphs": paragraphs(texts.get(part["code"]) or part["summary"])} for part in sections]


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of *text*, parted by blank lines."""
    return [block for block in text.split("\n\n") if block]


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def edit_words(request: Any, code: str) -> HttpResponse:
    """Edit every part on one page; what somebody else saved meanwhile is shown beside what was typed."""
    run = _visible(request, code)
    current = narrative_of(run)
    if current is None:
        raise Http404
    parts = parts_of(run, current.texts)
    form = NarrativeForm(parts, request.POST or None, initial={**current.texts, "version": current.version})
    theirs: list[tuple[str, str]] = []
    if form.is_bound and form.is_valid():
        try:
            _save(request, run, form)
        except StateRefused as refusal:
            show_refusal(form, refusal)
            theirs, form = _theirs(request, run, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("report", code=run.code)
    context = {"run": run, "name": report_name(run), "form": form, "theirs": theirs, "current": current}
    return render(request, "reports/words.html", context)


@require_safe
@never_cache
@needs(DRAFT, "report.publish", "report.view")
def history(request: Any, code: str) -> HttpResponse:
    """Show what was done with a report, and each version of its words with what it changed; for SKHCN's staff."""
    run = _visible(request, code)
    if not sees_drafts(request.actor):
        raise Http404
    events = [
        {"when": fact.at, "what": name, "who": fact.actor_name, "detail": fact.reason} for fact, name in facts_of(run)
    ]
    versions = list(run.narratives.select_related("by").order_by("version"))
    context = {"run": run, "name": report_name(run), "events": events, "versions": _changes(run, versions)}
    return render(request, "reports/history.html", context)


def _save(request: Any, run: ReportRun, form: NarrativeForm) -> None:
    version = form.cleaned_data["version"]
    if "restore" in request.POST:
        restore_draft(actor=request.actor, run=run, version=version)
        messages.success(request, _("Đã lấy lại bản soạn tự động từ số liệu."))
        return
    save_narrative(actor=request.actor, run=run, texts=form.texts(), version=version)
    messages.success(request, _("Đã lưu lời văn báo cáo."))


def _theirs(request: Any, run: ReportRun, form: NarrativeForm) -> tuple[list[tuple[str, str]], NarrativeForm]:
    """Return what differs in the words as they stand, and the form with what was typed against that version."""
    current = narrative_of(run)
    if current is None:
        return [], form
    parts = parts_of(run, current.texts)
    given = form.texts()
    theirs = [(label, current.texts[code]) for code, label in parts.items() if current.texts[code] != given[code]]
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    again = NarrativeForm(parts, typed)
    again.is_valid()
    for text in form.non_field_errors():
        again.add_error(None, str(text))
    return theirs, again


def _changes(run: ReportRun, versions: list[NarrativeVersion]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before: dict[str, str] = {}
    for item in versions:
        labels = parts_of(run, item.texts)
        changed = [
            (label, paragraphs(item.texts[code]))
            for code, label in labels.items()
            if item.texts[code] != before.get(code)
        ]
        found.append({"version": item, "changed": [pair for pair in changed if item.version > 1 or pair[1]]})
        before = item.texts
    return found[::-1]


def _visible(request: Any, code: str) -> ReportRun:
    found: ReportRun = get_object_or_404(ReportRun.objects.visible_to(request.actor), code=code)
    if request.method == "POST" and found.state == RunState.SUPERSEDED:
        raise StateRefused(_("Báo cáo này đã được thay thế; mở báo cáo mới của cùng kỳ."))
    return found

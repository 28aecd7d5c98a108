"""Reports to the People's Committee: list, read one, download its files, take its steps."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.web.access import needs
from core import files
from core.forms import show_refusal
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.transitions import offers
from core.web.downloads import name_download
from reports.choices import Format, Kind, RunState
from reports.guards import DRAFT, VIEW, sees_drafts
from reports.models import ReportFile, ReportRun
from reports.selectors.recounts import last_recount
from reports.selectors.runs import (
    files_of,
    narrative_of,
    period_name,
    report_name,
    reports_for,
    template_of,
    years_for,
)
from reports.services.approving import approve_report, publish_report, return_report
from reports.services.recounting import recount_report
from reports.services.requesting import renew_report, retry_report
from reports.services.submitting import submit_report
from reports.web.corrections import shown_differences
from reports.web.figures import sections_for
from reports.web.forms import ReasonForm
from reports.web.words import with_words

PAGE_SIZE = 20
# While a job works the page draws itself again so often (seconds), so many times.
EVERY, TIMES = 3, 60
STAGES = tuple(map(gettext_lazy, ("Lập số liệu", "Soạn lời văn", "Tạo tệp trình duyệt", "Duyệt", "Phát hành")))
_STAGE = {
    RunState.REQUESTED: 1,
    RunState.FAILED: 1,
    RunState.DRAFTED: 2,
    RunState.RENDERING: 3,
    RunState.SUBMITTED: 4,
    RunState.APPROVED: 5,
    RunState.PUBLISHED: 5,
}


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def report_list(request: Any) -> HttpResponse:
    """List the reports the actor sees, the newest period first, narrowed to a kind and a year."""
    kind, year = request.GET.get("loai", ""), request.GET.get("nam", "")
    found = reports_for(request.actor, kind=kind, year=year).prefetch_related("files")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(run, report_name(run), run.files.all() if run.is_written else []) for run in page],
        "kinds": Kind.choices,
        "kind": kind,
        "years": [(str(item), item) for item in years_for(request.actor)],
        "year": year,
        "active": bool(kind) + bool(year),
    }
    return render(request, "reports/reports.html", context)


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def report(request: Any, code: str) -> HttpResponse:
    """Show one report: where it stands, its words and figures with their definitions, files, later corrections."""
    run = _visible(request, code)
    words, recount = narrative_of(run), last_recount(run)
    left = _left(request.GET.get("cho", "")) if run.is_being_made else 0
    context = {
        "run": run,
        "name": report_name(run),
        "period": period_name(run),
        "sections": with_words(sections_for(run, request.actor), words.texts if words else {}),
        "words": words,
        "files": files_of(run),
        "offers": offers(run, request.actor),
        "template": template_of(run.kind),
        "stages": STAGES,
        "stage": _STAGE.get(RunState(run.state), 0),
        "recount": recount,
        "differences": shown_differences(recount),
        "staff": sees_drafts(request.actor),
        "drafts": request.actor.may(DRAFT),
        "every": EVERY if left else 0,
        "next": left - 1,
    }
    return render(request, "reports/report.html", context)


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def download(request: Any, code: str, ending: str = Format.DOCX) -> HttpResponse:
    """Give a file of the report, the same bytes every time."""
    run = _visible(request, code)
    if not run.is_written:
        text = _("Báo cáo đang ở tình trạng «%(state)s», chưa có tệp.")
        raise StateRefused(text % {"state": run.get_state_display()})
    found = get_object_or_404(ReportFile, run=run, format=ending)
    name = _("Báo cáo LGSP %(period)s") % {"period": run.title or period_name(run)}
    response = HttpResponse(files.fetch(found.sha256), content_type=files.MEDIA[found.format])
    return name_download(response, f"{name}.{found.format}")


@require_http_methods(["GET", "POST"])
@never_cache
@needs(VIEW, DRAFT)
def step(request: Any, code: str, name: str) -> HttpResponse:
    """Confirm and take one step: submitting, approving, returning, publishing, trying again, making anew."""
    run = _visible(request, code)
    offer = next((item for item in offers(run, request.actor) if item.name == name), None)
    known = {"reason": str(_("Số liệu điều chỉnh sau khi chốt"))} if "dieu-chinh" in request.GET else None
    form = ReasonForm(request.POST or None, initial=known) if offer is not None and offer.reason_required else None
    if request.method == "POST":
        try:
            done = _take(request, run, name)
        except InvalidInput as refusal:
            if form is None:
                raise
            form.is_valid()
            if not form.errors:
                show_refusal(form, refusal)
        except PermissionRefused:
            raise Http404 from None
        else:
            messages.success(request, _("Đã thực hiện: %(deed)s.") % {"deed": offer.label if offer else name})
            return redirect("report", code=done.code)
    if offer is None:
        raise Http404
    context = {"run": run, "name": report_name(run), "offer": offer, "form": form, "seen": _seen(run, name)}
    return render(request, "reports/step.html", context)


@require_POST
@never_cache
@needs(VIEW, DRAFT)
def recount(request: Any, code: str) -> HttpResponse:
    """Compare the frozen figures with what they would be now."""
    run = _visible(request, code)
    found = recount_report(actor=request.actor, run=run)
    text = _("Đã đối chiếu: %(n)s chỉ tiêu khác với khi chốt.") % {"n": len(found.differences)}
    messages.success(request, text if found.differences else _("Đã đối chiếu: số liệu không thay đổi từ khi chốt."))
    return redirect("report", code=run.code)


def _take(request: Any, run: ReportRun, name: str) -> ReportRun:
    actor, reason, seen = request.actor, str(request.POST.get("reason", "")), request.POST.get("seen", "")
    if name in ("approve", "publish"):
        return {"approve": approve_report, "publish": publish_report}[name](actor=actor, run=run, seen=seen)
    if name == "submit":
        known = int(seen) if seen.isdecimal() and len(seen) < 10 else None
        return submit_report(actor=actor, run=run, version=known)
    if name == "retry":
        return retry_report(actor=actor, run=run)
    if name == "supersede":
        return renew_report(actor=actor, run=run, reason=reason)
    if name == "give_back":
        return return_report(actor=actor, run=run, reason=reason)
    raise Http404


def _seen(run: ReportRun, name: str) -> str:
    """Return what the step is taken of, so that nobody takes it of something else: the words, or the files."""
    words = narrative_of(run) if name == "submit" else None
    return str(words.version) if words else run.sha256 if name in ("approve", "publish") else ""


def _left(typed: str) -> int:
    return min(int(typed), TIMES) if typed.isdecimal() and len(typed) < 4 else TIMES


def _visible(request: Any, code: str) -> ReportRun:
    people = ("requested_by", "submitted_by", "approved_by", "published_by", "closing_rule")
    return get_object_or_404(ReportRun.objects.visible_to(request.actor).select_related(*people), code=code)

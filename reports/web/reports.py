"""Reports to the People's Committee: list, ask for one, read it, download it, take its steps."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from core import files
from core.documents.docx import CONTENT_TYPE
from core.forms import show_refusal
from core.problems import DomainError, InvalidInput, PermissionRefused
from core.transitions import offers
from core.web.downloads import name_download
from reports.choices import Kind
from reports.guards import DRAFT, VIEW
from reports.models import ReportRun
from reports.selectors.runs import period_name, reports_for, template_of
from reports.services.requesting import renew_report, request_report, require_written, retry_report
from reports.services.writing import publish_report
from reports.web.figures import sections_for
from reports.web.forms import ReasonForm, RequestForm

PAGE_SIZE = 20


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def report_list(request: Any) -> HttpResponse:
    """List the reports the actor sees, the newest period first."""
    page = Paginator(reports_for(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [(run, period_name(run)) for run in page]}
    return render(request, "reports/reports.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def ask(request: Any) -> HttpResponse:
    """Ask for the report of a month."""
    form = RequestForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            run, fresh = request_report(
                actor=request.actor, period=form.period(), preliminary=form.cleaned_data["preliminary"]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã nhận yêu cầu lập báo cáo.") if fresh else _("Báo cáo của kỳ này đã có."))
            return redirect("report", code=run.code)
    return render(request, "reports/ask.html", {"form": form, "template": template_of(Kind.MONTH)})


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def report(request: Any, code: str) -> HttpResponse:
    """Show one report: where it stands, its figures with their definitions, its file."""
    run = _visible(request, code)
    context = {
        "run": run,
        "period": period_name(run),
        "sections": sections_for(run, request.actor),
        "offers": offers(run, request.actor),
        "template": template_of(run.kind),
    }
    return render(request, "reports/report.html", context)


@require_safe
@never_cache
@needs(VIEW, DRAFT)
def download(request: Any, code: str) -> HttpResponse:
    """Give the file, the same bytes every time."""
    run = _visible(request, code)
    require_written(run)
    name = _("Báo cáo LGSP %(period)s") % {"period": period_name(run)}
    return name_download(HttpResponse(files.fetch(run.sha256), content_type=CONTENT_TYPE), f"{name}.docx")


@require_http_methods(["GET", "POST"])
@never_cache
@needs(VIEW, DRAFT)
def step(request: Any, code: str, name: str) -> HttpResponse:
    """Confirm and take one step: publishing, trying again, making anew."""
    run = _visible(request, code)
    offer = next((item for item in offers(run, request.actor) if item.name == name), None)
    form = ReasonForm(request.POST or None) if offer is not None and offer.reason_required else None
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
    return render(request, "reports/step.html", {"run": run, "period": period_name(run), "offer": offer, "form": form})


def _take(request: Any, run: ReportRun, name: str) -> ReportRun:
    if name == "publish":
        return publish_report(actor=request.actor, run=run)
    if name == "retry":
        return retry_report(actor=request.actor, run=run)
    if name == "supersede":
        return renew_report(actor=request.actor, run=run, reason=str(request.POST.get("reason", "")))
    raise Http404


def _visible(request: Any, code: str) -> ReportRun:
    found = ReportRun.objects.visible_to(request.actor).select_related("requested_by", "published_by")
    return get_object_or_404(found, code=code)

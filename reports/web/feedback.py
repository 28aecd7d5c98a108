"""Feedback in the portal: agencies file it in one short page, read answers; answers to all (QC16)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.selectors.calendar import work_calendar
from accounts.web.access import needs
from core.forms import show_refusal
from core.problems import DomainError, PermissionRefused
from core.web.downloads import file_response
from reports.feedback_choices import FeedbackState
from reports.feedback_form import FeedbackForm
from reports.models import Feedback, FeedbackFile
from reports.models.feedback import FILE, SEE_ALL
from reports.selectors.feedback import days_left, feedback_for, published_answers
from reports.services.feedback import file_feedback

PAGE_SIZE = 25
READ = (FILE, SEE_ALL)
KINDS = {FeedbackState.OPEN: "progress", FeedbackState.ANSWERED: "live"}


@require_safe
@never_cache
@needs(*READ)
def feedback_list(request: Any) -> HttpResponse:
    """List the feedback the actor sees, what waits first."""
    tab = request.GET.get("tab", "")
    page = Paginator(feedback_for(request.actor, tab=tab), PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = work_calendar()
    context = {
        "page": page,
        "rows": [(item, KINDS[FeedbackState(item.state)], days_left(item, calendar)) for item in page],
        "tab": tab,
        "may_file": request.actor.may(FILE),
    }
    return render(request, "feedback/list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(FILE)
def file_one(request: Any) -> HttpResponse:
    """File feedback; a request for help in the address is what it grew out of."""
    posted = request.method == "POST"
    files = request.FILES if posted else None
    initial = {"help_request": request.GET.get("ho-tro", "")[:24]}
    form = FeedbackForm(request.POST if posted else None, files, initial=initial, actor=request.actor)
    if form.is_bound and form.is_valid():
        try:
            made = file_feedback(actor=request.actor, **form.given())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi %(code)s tới Sở Khoa học và Công nghệ.") % {"code": made.code})
            return redirect("feedback", code=made.code)
    return render(request, "feedback/file.html", {"form": form})


@require_safe
@never_cache
@needs(*READ)
def feedback(request: Any, code: str) -> HttpResponse:
    """Show one piece of feedback with its answer."""
    seen = Feedback.objects.visible_to(request.actor).select_related("agency", "author", "help_request", "file")
    found = get_object_or_404(seen, code=code)
    context = {
        "found": found,
        "kind": KINDS[FeedbackState(found.state)],
        "left": days_left(found),
        "file": getattr(found, "file", None),
        "staff": request.actor.may(SEE_ALL),
    }
    return render(request, "feedback/feedback.html", context)


@require_safe
@needs(*READ)
def feedback_file(request: Any, code: str, file: int) -> HttpResponse:
    """Hand out the file that came with it."""
    seen = Feedback.objects.visible_to(request.actor).filter(code=code)
    return file_response(get_object_or_404(FeedbackFile, pk=file, feedback__in=seen))


@require_safe
@never_cache
@needs(*READ)
def answers(request: Any) -> HttpResponse:
    """List what was answered to all."""
    page = Paginator(published_answers(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "feedback/answers.html", {"page": page, "may_file": request.actor.may(FILE)})

"""Requests for help in the portal: the agency asks from any page, reads, writes, closes (QC14.2)."""

import re
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
from core.text import tidy
from core.transitions import offers
from core.web.downloads import file_response
from incidents.help_form import AskForm, EntryForm
from incidents.help_words import GuideTopic, HelpState
from incidents.models import HelpFile, HelpRequest
from incidents.models.help import ASK, SEE_ALL
from incidents.selectors.help import days_left, guide_list, help_list, thread_of
from incidents.services import help as deeds

PAGE_SIZE = 25
READ = (ASK, SEE_ALL)
KINDS = {HelpState.OPEN: "progress", HelpState.ANSWERED: "yours", HelpState.CLOSED: "quiet"}
_REQUEST = re.compile(r"[0-9a-f-]{1,64}")


@require_safe
@never_cache
@needs(*READ)
def help_requests(request: Any) -> HttpResponse:
    """List the requests the actor sees, what waits first."""
    tab, words = request.GET.get("tab", ""), tidy(request.GET.get("q", ""))[:100]
    page = Paginator(help_list(request.actor, tab=tab, words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = work_calendar()
    context = {
        "page": page,
        "rows": [(item, KINDS[HelpState(item.state)], days_left(item, calendar)) for item in page],
        "tab": tab,
        "words": words,
        "may_ask": request.actor.may(ASK),
    }
    return render(request, "help/help_requests.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(ASK)
def ask(request: Any) -> HttpResponse:
    """Ask for help; the link in the foot of each page says which page that was."""
    posted = request.method == "POST"
    form = AskForm(request.POST if posted else None, request.FILES if posted else None, initial=_seen(request))
    if form.is_bound and form.is_valid():
        try:
            made = deeds.ask_help(actor=request.actor, **form.given())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi yêu cầu hỗ trợ %(code)s.") % {"code": made.code})
            return redirect("help_request", code=made.code)
    return render(request, "help/ask.html", {"form": form, "page_asked": form["page"].value()})


def _seen(request: Any) -> dict[str, str]:
    """Return page and request id of the link, nothing of what no page of ours is."""
    page, known = request.GET.get("trang", ""), request.GET.get("ma", "")
    return {
        "page": page if deeds.PAGE.fullmatch(page) else "",
        "page_request": known if _REQUEST.fullmatch(known) else "",
    }


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def help_request(request: Any, code: str) -> HttpResponse:
    """Show a request and what was written; take what the agency writes, or close it."""
    seen = HelpRequest.objects.visible_to(request.actor).select_related("agency", "asker", "owner")
    found = get_object_or_404(seen, code=code)
    may = {offer.name for offer in offers(found, request.actor)}
    posted = request.method == "POST"
    form = EntryForm(request.POST if posted else None, request.FILES if posted else None)
    status = 200
    try:
        if posted and request.POST.get("do") == "close":
            deeds.close_help(actor=request.actor, request=found)
            messages.success(request, _("Đã đóng yêu cầu hỗ trợ."))
            return redirect("help_request", code=code)
        if posted and form.is_valid():
            deeds.write_more(actor=request.actor, request=found, **form.given())
            messages.success(request, _("Đã gửi. Sở Khoa học và Công nghệ nhận được thông báo."))
            return redirect("help_request", code=code)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        form.is_valid()
        show_refusal(form, refusal)
        status = refusal.problem.status if refusal.problem.status != 422 else 200
    context = {
        "found": found,
        "kind": KINDS[HelpState(found.state)],
        "left": days_left(found),
        "entries": thread_of(found, request.actor),
        "guides": list(found.guides.published()),
        "form": form,
        "may": may,
        "file_address": "help_file",
    }
    return render(request, "help/help_request.html", context, status=status)


@require_safe
@needs(*READ)
def help_file(request: Any, code: str, file: int) -> HttpResponse:
    """Hand out the file of an entry."""
    seen = HelpRequest.objects.visible_to(request.actor).filter(code=code)
    return file_response(get_object_or_404(HelpFile, pk=file, entry__request__in=seen))


@require_safe
def guides(request: Any) -> HttpResponse:
    """List the published questions and answers, found by words; for everybody."""
    words, topic = tidy(request.GET.get("q", ""))[:100], request.GET.get("muc", "")[:16]
    page = Paginator(guide_list(words=words, topic=topic), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "topic": topic, "topics": GuideTopic.choices}
    return render(request, "help/guides.html", context)


@require_safe
def guide_answer(request: Any, pk: int) -> HttpResponse:
    """Show one question with its answer; for everybody."""
    found = get_object_or_404(guide_list(), pk=pk)
    return render(request, "help/guide_answer.html", {"guide": found})

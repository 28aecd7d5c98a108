"""Asking for data that does not exist yet: list, send after seeing what comes near, read, answer (QC4.4, QC11.3)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.models import DataWish
from catalog.models.wishes import MANAGE, READ, SEND
from catalog.selectors.wishes import TABS, near_services, wishes_seen
from catalog.services.wishes import answer_wish, send_wish
from catalog.web.wish_forms import AnswerForm, WishForm
from catalog.wish_words import WishState
from core import clock
from core.forms import show_refusal
from core.problems import DomainError
from core.text import tidy

SEES = (READ, "service.view_all", "service.edit_own")


@require_safe
@never_cache
@needs(*SEES)
def wishes(request: Any) -> HttpResponse:
    """List the wishes the actor sees: all of them, or those of one tab."""
    tab = request.GET.get("tab", "")
    found = wishes_seen(request.actor, tab if tab in TABS else "")
    context = {
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "tab": tab if tab in TABS else "",
        "tabs": [
            ("", _("Tất cả")),
            ("open", _("Chờ trả lời")),
            ("overdue", _("Quá hạn")),
            ("answered", _("Đã trả lời")),
        ],
        "may_send": request.actor.may(SEND),
        "now": clock.now(),
    }
    return render(request, "wishes/wishes.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SEND)
def new(request: Any) -> HttpResponse:
    """Ask for data: what comes near is shown first, and the wish is sent when none of it will do."""
    title = tidy(request.GET.get("title", ""))[:300]
    form = WishForm(request.POST or None, initial={"title": title})
    near = near_services(tidy(request.POST.get("title", title))[:300])
    if form.is_bound and form.is_valid() and ("sure" in request.POST or not near):
        try:
            made = send_wish(actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi nhu cầu dữ liệu tới Sở Khoa học và Công nghệ."))
            return redirect("wish", pk=made.pk)
    return render(request, "wishes/new.html", {"form": form, "near": near, "ready": form.is_bound and form.is_valid()})


def _seen(request: Any, pk: int) -> DataWish:
    related = ("agency", "wanted_provider", "service", "planned_agency", "created_by", "answered_by")
    return get_object_or_404(wishes_seen(request.actor).select_related(*related), pk=pk)


@require_safe
@never_cache
@needs(*SEES)
def wish(request: Any, pk: int) -> HttpResponse:
    """Show one wish and its answer."""
    found = _seen(request, pk)
    may_answer = request.actor.may(MANAGE) and found.state == WishState.OPEN
    context = {"wish": found, "may_answer": may_answer, "now": clock.now()}
    return render(request, "wishes/wish.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE)
def answer(request: Any, pk: int) -> HttpResponse:
    """Answer a wish; services that come near stand beside the form."""
    found = _seen(request, pk)
    form = AnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            answer_wish(actor=request.actor, wish=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã trả lời và báo cho %(agency)s.") % {"agency": found.agency.name})
            return redirect("wish", pk=found.pk)
    return render(request, "wishes/answer.html", {"form": form, "wish": found, "near": near_services(found.title)})

"""Violations in the portal, for the agency they are about: read, explained, appealed (QC5)."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from core.forms import PortalForm, show_refusal
from core.problems import DomainError
from core.text import tidy
from core.transitions import offers
from core.web.typed import sent_or_kept
from incidents.guards.violations import VIEW_ALL, VIEW_OWN
from incidents.models import Violation
from incidents.register_choices import ViolationState
from incidents.selectors.papers import papers_of
from incidents.selectors.violations import said_of, violation_list
from incidents.services.violation_steps import appeal_violation, explain_violation

READ = (VIEW_OWN, VIEW_ALL)
PAGE_SIZE = 25
KINDS = {"hearing": "yours", "heard": "progress", "decided": "wrong", "appealed": "progress"}
DEEDS: Mapping[str, Callable[..., Violation]] = {"explain": explain_violation, "appeal": appeal_violation}
DONE = {
    "explain": _("Đã gửi giải trình tới Sở Khoa học và Công nghệ."),
    "appeal": _("Đã gửi khiếu nại; người không ra kết luận trả lời trên trang này."),
}


class SayForm(PortalForm):
    """What the agency says."""

    text = forms.CharField(
        label=_("Nội dung"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Sở Khoa học và Công nghệ đọc được. Không ghi dữ liệu cá nhân."),
    )


@require_safe
@never_cache
@needs(*READ)
def violations(request: Any) -> HttpResponse:
    """List the violations the actor may see, newest first."""
    words, tab = tidy(request.GET.get("q", ""))[:100], request.GET.get("tab", "")
    page = Paginator(violation_list(request.actor, words=words, state=tab), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [(item, KINDS.get(item.state, "quiet")) for item in page],
        "words": words,
        "tab": tab,
        "states": [choice for choice in ViolationState.choices if choice[0] != ViolationState.OPENED],
    }
    return render(request, "incidents/violations.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def violation(request: Any, code: str) -> HttpResponse:
    """Show a violation as the agency may read it; its representative explains and appeals."""
    actor = request.actor
    related = ("agency", "system", "grant__service")
    found = get_object_or_404(Violation.objects.visible_to(actor).select_related(*related), code=code)
    sent = sent_or_kept(request)
    pressed = sent.get("do", "")[:12] if sent else ""
    bound = SayForm(sent) if pressed in DEEDS else None
    if bound is not None and request.method == "POST" and bound.is_valid():
        try:
            DEEDS[pressed](actor=actor, violation=found, **bound.cleaned_data)
        except DomainError as refusal:
            show_refusal(bound, refusal)
        else:
            messages.success(request, str(DONE[pressed]))
            return redirect("violation", code=code)
    mine = [offer for offer in offers(found, actor) if offer.name in DEEDS]
    context = {
        "violation": found,
        "kind": KINDS.get(found.state, "quiet"),
        "entries": said_of(found, inner=False),
        "papers": [paper for paper in papers_of(actor, found) if paper.superseded_at is None],
        "steps": [(offer, bound if bound is not None and pressed == offer.name else SayForm()) for offer in mine],
        "form": bound,
        "staff": actor.may(VIEW_ALL),
    }
    return render(request, "incidents/violation.html", context)

"""Yearly reviews in the portal, for leaders and SKHCN's readers of reports: what it says, its files (Q50-15.7)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.printouts.files import FORMATS
from core.documents.frozen import thaw
from core.web.downloads import name_download
from reports.feedback_choices import ReviewState
from reports.models import YearlyReview
from reports.models.reviews import APPROVE, DRAFT, READ
from reports.selectors.reviews import reviews_for

PAGE_SIZE = 25
MAY_READ = (READ, DRAFT, APPROVE)
KINDS = {
    ReviewState.DRAFT: "quiet",
    ReviewState.SUBMITTED: "progress",
    ReviewState.APPROVED: "progress",
    ReviewState.ISSUED: "live",
}


@require_safe
@never_cache
@needs(*MAY_READ)
def reviews(request: Any) -> HttpResponse:
    """List the reviews the reader sees."""
    page = Paginator(reviews_for(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(item, KINDS[ReviewState(item.state)]) for item in page]
    return render(request, "feedback/reviews.html", {"page": page, "rows": rows, "staff": request.actor.may(DRAFT)})


@require_safe
@never_cache
@needs(*MAY_READ)
def review(request: Any, year: int) -> HttpResponse:
    """Show one review."""
    found = get_object_or_404(reviews_for(request.actor), year=year)
    context = {
        "found": found,
        "kind": KINDS[ReviewState(found.state)],
        "themes": list(found.themes.all()),
        "issued": found.state == ReviewState.ISSUED,
        "endings": list(FORMATS),
        "works": request.actor.may(DRAFT) or request.actor.may(APPROVE),
    }
    return render(request, "feedback/review.html", context)


@require_safe
@never_cache
@needs(*MAY_READ)
def review_file(request: Any, year: int, ending: str) -> HttpResponse:
    """Give an issued review as Word file or PDF, drawn from what was frozen; the same bytes every time."""
    if ending not in FORMATS:
        raise Http404
    issued = YearlyReview.objects.visible_to(request.actor).filter(state=ReviewState.ISSUED)
    found = get_object_or_404(issued, year=year)
    kind, render_file = FORMATS[ending]
    response = HttpResponse(render_file(thaw(found.content or {})), content_type=kind)
    return name_download(response, f"{found}.{ending}")

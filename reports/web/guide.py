"""The developer's guide: an index, its pages, and the file of test vectors; for everybody."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from core.problems import PROBLEMS
from core.web.problem_pages import SIDES
from reports.guide.changes import PLATFORM, service_changes
from reports.guide.figures import figures
from reports.guide.pages import BY_SLUG, PAGES
from reports.guide.sources import first_vector, script, vectors

_HOUR = 3_600
Context = dict[str, Any]


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """List the pages of the guide, and what else a developer needs."""
    return render(request, "guide/index.html", {"pages": PAGES})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page with the figures in force."""
    page = BY_SLUG.get(slug)
    if page is None:
        raise Http404
    more = _CONTEXTS.get(slug)
    context = {"page": page, "pages": PAGES, **(more() if more else {})}
    return render(request, page.template, context)


@require_safe
@conditional_page
@cache_control(public=True, max_age=_HOUR)
def signature_vectors(request: HttpRequest) -> HttpResponse:
    """Give the test vectors of the signing profile."""
    response = HttpResponse(vectors(), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="lgsp-1.json"'
    return response


def _beginning() -> Context:
    return {"figures": figures(), "script": script("calling.md", "sh"), "sandbox_url": _address("sandbox_start")}


def _proving() -> Context:
    return {
        "figures": figures(),
        "vector": first_vector(),
        "proof": script("calling.md", "sh", 1),
        "token": script("tokens.md", "sh"),
        "assertion": script("tokens.md", "python"),
    }


def _refusing() -> Context:
    told = [item for item in PROBLEMS.values() if item.side and item.told_as is None]
    counted = [(names[0], sum(item.acts == side for item in told)) for side, names in SIDES.items()]
    return {"counted": counted}


def _forms() -> Context:
    return {"json": script("conversion.md", "json"), "xml": script("conversion.md", "xml")}


def _address(name: str) -> str:
    """Return the address of a page another room may have, "" while it has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


_CONTEXTS: Mapping[str, Callable[[], Context]] = {
    "bat-dau": _beginning,
    "xac-thuc": _proving,
    "gioi-han": lambda: {"figures": figures()},
    "loi": _refusing,
    "json-xml": _forms,
    "thay-doi": lambda: {"platform": PLATFORM, "services": service_changes()},
}

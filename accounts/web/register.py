"""The register of agencies, for everyone."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.choices import AgencyKind
from accounts.selectors.agencies import agency_with_code, counts_by_kind, found_agencies
from core.text import tidy

PAGE_SIZE = 50


@require_safe
def agencies(request: Any) -> HttpResponse:
    """List agencies: searched without diacritics, narrowed by kind, living ones unless asked."""
    words = tidy(request.GET.get("q", ""))[:100]
    kind = request.GET.get("loai", "")
    ended = request.GET.get("da-ket-thuc") == "1"
    kind = kind if kind in AgencyKind.values else ""
    found = found_agencies(words=words, kind=kind, ended=ended).select_related("parent")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "words": words,
        "kind": kind,
        "ended": ended,
        "kinds": _kinds(counts_by_kind(words=words, ended=ended)),
        "active": bool(words) + bool(kind) + ended,
    }
    return render(request, "register/agencies.html", context)


def _kinds(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    return [(item.value, str(item.label), counts[item.value]) for item in AgencyKind if counts.get(item.value)]


@require_safe
def agency(request: Any, code: str) -> HttpResponse:
    """Show one agency; a retired code of the ledger leads to the agency that had it."""
    found = agency_with_code(code)
    if found is None:
        raise Http404
    if found.code != code:
        return redirect("agency", code=found.code)
    context = {
        "agency": found,
        "children": found.children.order_by("sort_key")[:200],
        "predecessors": found.predecessors.order_by("sort_key"),
        "former_codes": found.codes.filter(retired_on__isnull=False),
    }
    return render(request, "register/agency.html", context)

"""The catalogue of shared data, for everyone: public metadata only, never an address of a source system."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from catalog.guards import may_edit_services_of
from catalog.models import DataService
from catalog.selectors.catalogue import FoundPage, find, versions_for
from catalog.selectors.finding import FACETS, SORTS, Wanted
from core.text import tidy
from core.web.notes import notes_on, parts_on

PAGE_SIZE = 20
LAST_PAGE = 1000
SHOWN_OPTIONS = 8
MOST_CHOSEN = 50


@require_safe
def catalogue(request: Any) -> HttpResponse:
    """List published services: words, facets with counts and order, all in the address."""
    chosen = {name: request.GET.getlist(name)[:MOST_CHOSEN] for name in FACETS}
    wanted = Wanted.asked(tidy(request.GET.get("q", ""))[:100], chosen, request.GET.get("sort", ""))
    number = _number(request.GET.get("page", ""))
    found = find(wanted, start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE)
    if found.total and not found.services:
        number = -(-found.total // PAGE_SIZE)
        found = find(wanted, start=(number - 1) * PAGE_SIZE, size=PAGE_SIZE)
    context = {
        "page": _page(found, number),
        "found": found,
        "wanted": wanted,
        "facets": _facets(found, wanted),
        "sorts": list(zip(SORTS, (_("Phù hợp nhất"), _("Mới công bố"), _("Nhiều cơ quan khai thác")), strict=True)),
    }
    return render(request, "catalog/catalogue.html", context)


def _number(text: str) -> int:
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdecimal() and int(text[:6]) else 1


def _page(found: FoundPage, number: int) -> Page[Any]:
    page = Paginator(range(found.total), PAGE_SIZE).get_page(number)
    page.object_list = found.services  # type: ignore[assignment]
    return page


def _facets(found: FoundPage, wanted: Wanted) -> list[dict[str, Any]]:
    chosen = dict(wanted.chosen)
    facets = [_facet(name, found.counts[name], chosen.get(name, ())) for name in FACETS]
    return [facet for facet in facets if facet["options"]]


def _facet(name: str, counts: list[tuple[str, str, int]], chosen: tuple[str, ...]) -> dict[str, Any]:
    """Return a facet of the filter bar: what is chosen and what most results have stands open, the rest is folded."""
    known = {value for value, _label, _n in counts}
    rows = [*counts, *((value, value, 0) for value in dict.fromkeys(chosen) if value not in known)]
    by_weight = sorted(rows, key=lambda row: (row[0] not in chosen, -row[2]))
    shown = {value for value, _label, _n in by_weight[:SHOWN_OPTIONS]} | set(chosen)
    options = [{"value": value, "label": text, "count": n, "selected": value in chosen} for value, text, n in rows]
    return {
        "name": name,
        "label": _labels()[name],
        "options": [option for option in options if option["value"] in shown],
        "more": [option for option in options if option["value"] not in shown],
    }


def _labels() -> dict[str, StrOrPromise]:
    return {
        "provider": _("Cơ quan cung cấp"),
        "sector": _("Lĩnh vực"),
        "share": _("Mức chia sẻ"),
        "method": _("Phương thức chia sẻ"),
        "personal": _("Dữ liệu cá nhân"),
        "state": _("Tình trạng"),
    }


@require_safe
def data_service(request: Any, code: str) -> HttpResponse:
    """Show one service: the four legal items, classes, promises, versions with operations and fields.

    People with a role see what protects the data too; its provider and SKHCN what load it can bear.
    """
    actor = request.actor
    visible = DataService.objects.visible_to(actor).select_related("provider", "sector")
    service = get_object_or_404(visible, code=code)
    parts = parts_on("data_service", service.pk, actor)
    context = {
        "service": service,
        "versions": versions_for(actor, service),
        "notes": notes_on("data_service", service.pk),
        "actions": [part for part in parts if part.place == "action"],
        "parts": [part for part in parts if part.place != "action"],
        "inside": actor.is_person and bool(actor.roles),
        "keeper": actor.may("service.view_all") or may_edit_services_of(actor, service.provider_id),
    }
    return render(request, "catalog/service.html", context)

"""The catalogue of shared data, for everyone: public metadata only, never an address of a source system."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import DataService
from catalog.selectors.catalogue import Wanted, found_services, method_counts, provider_counts, versions_for
from core.text import tidy
from core.web.notes import notes_on

PAGE_SIZE = 20


@require_safe
def catalogue(request: Any) -> HttpResponse:
    """List published services: searched without diacritics, narrowed by providing agency and sharing method."""
    wanted = Wanted(
        words=tidy(request.GET.get("q", ""))[:100],
        providers=tuple(request.GET.getlist("provider")[:50]),
        methods=tuple(request.GET.getlist("method")[:5]),
    )
    found = found_services(wanted).select_related("provider")
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "facets": [
            _facet("provider", _("Cơ quan cung cấp"), provider_counts(wanted), wanted.providers),
            _facet("method", _("Phương thức chia sẻ"), method_counts(wanted), wanted.methods),
        ],
    }
    return render(request, "catalog/catalogue.html", context)


def _facet(name: str, label: str, counts: list[tuple[str, str, int]], chosen: tuple[str, ...]) -> dict[str, Any]:
    options = [{"value": value, "label": text, "count": n, "selected": value in chosen} for value, text, n in counts]
    return {"name": name, "label": label, "options": options}


@require_safe
def data_service(request: Any, code: str) -> HttpResponse:
    """Show one service: the four legal items, classification, versions with operations and fields."""
    visible = DataService.objects.visible_to(request.actor).select_related("provider")
    service = get_object_or_404(visible, code=code)
    context = {
        "service": service,
        "versions": versions_for(request.actor, service),
        "notes": notes_on("data_service", service.pk),
    }
    return render(request, "catalog/service.html", context)

"""The public register of standards, code lists and plans."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.choices import StandardKind
from catalog.models import DataService, Standard
from catalog.selectors.standards import STANDINGS, StandardsWanted, standard_counts, standards_found
from catalog.services.code_entries import export_entries
from core import clock
from core.sheets import XLSX
from core.text import tidy
from core.web.downloads import name_download

PAGE_SIZE = 50


@require_safe
def standards(request: Any) -> HttpResponse:
    """List what is applied on the platform: found by words, narrowed by kind and standing."""
    given = request.GET
    kinds = tuple(kind for kind in StandardKind.values if kind in given.getlist("kind"))
    standings = tuple(name for name, _label in STANDINGS if name in given.getlist("standing"))
    wanted = StandardsWanted(tidy(given.get("q", ""))[:100], kinds, standings)
    counts, today = standard_counts(wanted), clock.today()
    page = Paginator(standards_found(wanted), PAGE_SIZE).get_page(given.get("page"))
    context = {
        "page": page,
        "rows": [(item, *item.standing(today)) for item in page],
        "wanted": wanted,
        "facets": [
            _facet("kind", _("Loại"), counts["kind"], wanted.kinds),
            _facet("standing", _("Hiệu lực"), counts["standing"], wanted.standings),
        ],
    }
    return render(request, "standards/standards.html", context)


def _facet(name: str, label: str, counts: list[Any], chosen: tuple[str, ...]) -> dict[str, Any]:
    options = [{"value": value, "label": text, "count": n, "selected": value in chosen} for value, text, n in counts]
    return {"name": name, "label": label, "options": options}


@require_safe
def standard(request: Any, pk: int) -> HttpResponse:
    """Show one standard: validity, what it replaces and what replaces it, services, and the codes of a code list."""
    found = get_object_or_404(Standard.objects.select_related("replaced_by"), pk=pk)
    words = tidy(request.GET.get("q", ""))[:100]
    text, kind = found.standing(clock.today())
    context = {
        "standard": found,
        "standing": text,
        "standing_kind": kind,
        "replaces": list(found.replaces.all()),
        "services": list(DataService.objects.published().filter(standards=found).select_related("provider")),
        "is_list": found.kind == StandardKind.CODE_LIST,
        "words": words,
        "page": Paginator(found.entries.matching(words), PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "standards/standard.html", context)


@require_safe
def entries(request: Any, pk: int) -> HttpResponse:
    """Send the codes of a code list as a workbook."""
    found = get_object_or_404(Standard, pk=pk)
    if found.kind != StandardKind.CODE_LIST or not found.entries.exists():
        raise Http404
    name, content = export_entries(found)
    return name_download(HttpResponse(content, content_type=XLSX), name)

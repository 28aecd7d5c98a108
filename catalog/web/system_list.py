"""The register of systems as a list: found by words, narrowed, taken away as a workbook."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from catalog.guards import SYSTEM_EDIT_OWN
from catalog.selectors.systems import FACETS, Wanted, facet_counts, owner_choices, systems_found
from catalog.services.system_table import export_systems
from core.sheets import XLSX
from core.text import tidy
from core.web.downloads import name_download

READ = ("system.view_own", "system.view_all")
PAGE_SIZE = 50


def wanted_of(request: Any) -> Wanted:
    """Return what the address asks for; values no facet has count for nothing."""
    given = request.GET
    values = []
    for facet, known in FACETS.items():
        asked = set(given.getlist(facet))
        if facet == "state" and given.get("retired") == "1":
            asked.add("retired")
        chosen = tuple(value for value, _label in known if value in asked)
        if chosen:
            values.append((facet, chosen))
    return Wanted(tidy(given.get("q", ""))[:100], tidy(given.get("owner", ""))[:35], tuple(values))


@require_safe
@never_cache
@needs(*READ)
def systems(request: Any) -> HttpResponse:
    """List the systems the actor sees; retired ones only when asked."""
    wanted, staff = wanted_of(request), request.actor.may("system.view_all")
    context = {
        "page": Paginator(systems_found(request.actor, wanted), PAGE_SIZE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "facets": _facets(request.actor, wanted),
        "owners": owner_choices(request.actor) if staff else [],
        "query": request.GET.urlencode(),
        "may_register": request.actor.may(SYSTEM_EDIT_OWN),
    }
    return render(request, "systems/systems.html", context)


@require_safe
@never_cache
@needs(*READ)
def export(request: Any) -> HttpResponse:
    """Send what the list shows, all its pages, as a workbook that staff can import again."""
    name, content = export_systems(systems_found(request.actor, wanted_of(request)))
    return name_download(HttpResponse(content, content_type=XLSX), name)


def _facets(actor: Any, wanted: Wanted) -> list[dict[str, Any]]:
    labels = {
        "state": _("Tình trạng"),
        "kind": _("Loại hệ thống"),
        "level": _("Cấp độ an toàn"),
        "environment": _("Môi trường"),
        "decision": _("Quyết định cấp độ"),
    }
    found = []
    for facet, rows in facet_counts(actor, wanted).items():
        options = [
            {"value": value, "label": label, "count": n, "selected": value in wanted.of(facet)}
            for value, label, n in rows
        ]
        if options:
            found.append({"name": facet, "label": labels[facet], "options": options})
    return found

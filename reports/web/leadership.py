"""The leadership page, what its figures are made of, and everything that waits for direction (ux.md D1)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from reports.guards import VIEW
from reports.selectors.leadership import CODES, Situation, situation
from reports.selectors.leadership_periods import names
from reports.selectors.leadership_ranking import ranking
from reports.selectors.leadership_rows import tables_of
from reports.web.leadership_links import LIST_NAMES, list_of, waiting_groups

#: Parts of addresses for the figures, in the order of ``CODES``.
SLUGS = dict(zip(("he-thong", "dich-vu", "luot-khai-thac", "ty-le-thanh-cong", "ho-so", "su-co"), CODES, strict=True))
SLUG_OF = {code: slug for slug, code in SLUGS.items()}
#: Rows of each kind of waiting thing, and agencies of the ranking, on the page itself.
SHOWN = 5


def common(request: Any, found: Situation) -> dict[str, Any]:
    """Return what every page of this room shows: the period, the periods to choose from, the moment of the data."""
    return {"found": found, "period": found.period, "periods": names(), "actor": request.actor}


@require_safe
@never_cache
@needs(VIEW)
def leadership(request: Any) -> HttpResponse:
    """Show six figures with the period before, three charts, what waits for direction, the top of the ranking."""
    found = situation(request.GET.get("ky", ""))
    _policy, rows = ranking(found.period)
    context = {
        "tiles": [(tile, SLUG_OF[tile.code]) for tile in found.tiles],
        "groups": waiting_groups(found, request.actor, most=SHOWN),
        "top": [row for row in rows if row.place is not None][:SHOWN],
    }
    return render(request, "leadership/leadership.html", common(request, found) | context)


@require_safe
@never_cache
@needs(VIEW)
def figure(request: Any, code: str) -> HttpResponse:
    """Show one figure: how it is reckoned and what it is made of."""
    if code not in SLUGS:
        raise Http404
    found = situation(request.GET.get("ky", ""))
    name = SLUGS[code]
    context = {
        "tile": next(tile for tile in found.tiles if tile.code == name),
        "tables": tables_of(name, found),
        "list_url": list_of(name, request.actor),
        "list_name": LIST_NAMES[name],
    }
    return render(request, "leadership/figure.html", common(request, found) | context)


@require_safe
@never_cache
@needs(VIEW)
def waiting(request: Any) -> HttpResponse:
    """Show everything that waits for direction."""
    found = situation("")
    context = {"groups": waiting_groups(found, request.actor), "title": _("Cần chỉ đạo")}
    return render(request, "leadership/waiting.html", common(request, found) | context)

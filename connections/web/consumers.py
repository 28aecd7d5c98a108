"""The load on data services (ux.md, «Tải đã cam kết / ngưỡng / thực tế»): own ones for a provider, all for SKHCN."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.selectors.consumers import SEES_ALL, SEES_OWN, consumers_of, services_watched
from connections.selectors.load import DAYS, Load, load_of

PAGE_SIZE = 25


@require_safe
@never_cache
@needs(SEES_ALL, SEES_OWN)
def loads(request: Any) -> HttpResponse:
    """List services with what was promised, granted, asked for and called; only those over capacity when asked."""
    over = request.GET.get("over") == "1"
    page = Paginator(services_watched(request.actor, over=over), PAGE_SIZE).get_page(request.GET.get("page"))
    services: list[Any] = list(page)
    found = load_of(service.pk for service in services)
    context = {
        "page": page,
        "rows": [(service, found[service.pk], standing(found[service.pk])) for service in services],
        "over": over,
        "whole": request.actor.may(SEES_ALL),
        "days": DAYS,
    }
    return render(request, "consumers/loads.html", context)


@require_safe
@never_cache
@needs(SEES_ALL, SEES_OWN)
def service_load(request: Any, code: str) -> HttpResponse:
    """Show who uses one service, by agency, system and purpose, against what it can bear."""
    service = get_object_or_404(services_watched(request.actor), code=code)
    load = load_of([service.pk])[service.pk]
    context = {
        "service": service,
        "load": load,
        "standing": standing(load),
        "consumers": consumers_of(service),
        "days": DAYS,
    }
    return render(request, "consumers/service.html", context)


def standing(load: Load) -> tuple[str, str]:
    """Return how a load stands as a name the template words, and the kind of its tag."""
    if load.capacity is None:
        return "unsaid", "quiet"
    if load.over or load.actual_peak > load.capacity:
        return "over", "wrong"
    return ("near", "yours") if load.over_if_granted else ("within", "live")

"""The public status page: every public service, one of them, one window of maintenance; for everybody."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.text import tidy
from incidents.models import MaintenanceWindow
from incidents.selectors import status
from incidents.selectors.maintenance import shown, windows_for
from incidents.selectors.status_events import events_now
from incidents.web.bars import bars_of

PAGE_SIZE = 20
# What is read of one service's past at a time.
EVENTS = 50


@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """Show how the public services stand, what is interrupted, what is planned."""
    words = tidy(request.GET.get("q", ""))[:100]
    page = Paginator(status.public_services(words), PAGE_SIZE).get_page(request.GET.get("page"))
    events, windows = events_now(), status.maintenance_ahead()
    context = {
        "page": page,
        "rows": [(row, bars_of(row.days, row.share)) for row in status.standings(list(page))],
        "words": words,
        "events": events,
        "windows": windows,
        "overall": status.overall(events, windows),
        "past": [event for event in status.history() if event.ended_at is not None][:10],
    }
    return render(request, "status/status.html", context)


@require_safe
def status_service(request: HttpRequest, code: str) -> HttpResponse:
    """Show one public service: now, ninety days as bars and as a table, what happened."""
    service = get_object_or_404(status.public_services(), code=code)
    standing = status.standings([service])[0]
    windows = [one for one in status.maintenance_ahead() if not one.services or service in one.services]
    context = {
        "standing": standing,
        "service": service,
        "bars": bars_of(standing.days, standing.share),
        "days": list(reversed(standing.days)),
        "windows": windows,
        "events": status.history(service)[:EVENTS],
    }
    return render(request, "status/service.html", context)


@require_safe
def status_maintenance(request: Any, code: str) -> HttpResponse:
    """Show one window of maintenance, with those of its services the reader may know of."""
    found: MaintenanceWindow = get_object_or_404(windows_for(request.actor), code=code)
    return render(request, "status/maintenance.html", {"planned": shown([found])[0], "window": found})

"""Connections of one's own agency, and those that call its services: the list and the page (ux.md A8)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.models import Connection
from connections.selectors.connection_rights import choices_for
from connections.selectors.connections import (
    connections_seen,
    endings_of,
    grants_in_force,
    holds_of,
    sees_whole,
    standing_of,
)
from connections.selectors.old_versions import still_called
from core.web.notes import parts_on

READ = ("request.view_own", "request.view_all", "grant.advise", "people.manage_own")
PAGE_SIZE = 25
MOST = 50


def visible(request: Any, pk: int) -> Connection:
    """Return a connection the actor may see, with its open holds and contacts; another's is not found."""
    found: Connection = get_object_or_404(connections_seen(request.actor), pk=pk)
    return found


@require_safe
@never_cache
@needs(*READ)
def connections(request: Any) -> HttpResponse:
    """List the connections the actor may see, those of the own agency and those that call its services."""
    page = Paginator(connections_seen(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    items: list[Any] = list(page)
    rows = [(item, standing_of(item, held=bool(item.open_now))) for item in items]
    return render(request, "connection/connections.html", {"page": page, "rows": rows})


@require_safe
@never_cache
@needs(*READ)
def connection(request: Any, pk: int) -> HttpResponse:
    """Show a connection: how it stands, who answers for it, what it may call, and what the reader may do."""
    actor, found = request.actor, visible(request, pk)
    holds: list[Any] = found.open_now  # type: ignore[attr-defined]
    endings = list(endings_of(actor, found)[:MOST])
    asked = next((item for item in endings if item.answered_at is None and item.withdrawn_at is None), None)
    whole = sees_whole(actor, found)
    context = {
        "connection": found,
        "standing": standing_of(found, held=bool(holds)),
        "holds": holds,
        "asked": asked,
        "whole": whole,
        "still": still_called([found.system_id]) if whole else [],
        "choices": choices_for(actor, found, holds, asked) if found.closed_at is None else [],
        "grants": grants_in_force(actor, found),
        "history": holds_of(actor, found)[:MOST],
        "endings": endings,
        "own_dossier": actor.may("request.view_own") and actor.agency_id == found.request.agency_id,
        "staff": actor.may("request.view_all"),
        "parts": parts_on("connection", found.pk, actor),
    }
    return render(request, "connection/connection.html", context)

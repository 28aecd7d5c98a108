"""The page of one key (ux.md C5): what it is, when and whence it was last used, how far its change has come."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from audit.selectors.use import counted_until
from connections.selectors.keys import USE_DAYS, keys_seen, last_uses, use_of_key
from connections.services.keys import MANAGE_OWN
from connections.web.requests import READ
from core import clock


@require_safe
@never_cache
@needs(*READ)
def key(request: Any, pk: int) -> HttpResponse:
    """Show a key of the own agency with its use a day, beside that of the key that takes its place."""
    own = keys_seen(request.actor).filter(system__owner=request.actor.agency_id or 0)
    found = get_object_or_404(own.select_related("system__owner", "made_by", "revoked_by", "replaces"), pk=pk)
    context = {
        "key": found,
        "system": found.system,
        "last": last_uses([found]).get(found.access_key),
        "use": use_of_key(found),
        "days": USE_DAYS,
        "until": counted_until(),
        "today": clock.today(),
        "may_manage": request.actor.may(MANAGE_OWN),
        "ended": found.revoked_at is not None or found.valid_to < clock.today(),
    }
    return render(request, "developer/key.html", context)

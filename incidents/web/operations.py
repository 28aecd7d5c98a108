"""The operations page of SKHCN: one screen, also on a phone, drawn again by a button or by the page itself."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from incidents.models import Outage
from incidents.models.help import SEE_ALL
from incidents.selectors.operations import operations
from incidents.web.tiles import tiles_of

# The page draws itself again so often (seconds), so many times: a screen nobody looks at lets the session end.
EVERY, TIMES = 30, 40


@require_safe
@never_cache
@needs(SEE_ALL)
def operations_page(request: Any) -> HttpResponse:
    """Show how the platform stands at this moment."""
    left = _left(request.GET.get("tu-dong", ""))
    found = operations(request.actor)
    context = {
        **admin.site.each_context(request),
        "title": "",
        # The head of a staff page says where one is; this one stands beside the lists of outages.
        "opts": Outage._meta,
        "now": found,
        "tiles": tiles_of(found, settings.SEALING_ALARM_SECONDS),
        "every": EVERY if left else 0,
        "next": left - 1,
        "times": TIMES,
    }
    return render(request, "incidents/operations.html", context)


def _left(typed: str) -> int:
    return min(int(typed), TIMES) if typed.isdecimal() and len(typed) < 4 else 0

"""What a grant leaves of a version of its service: the description cut to it, and a page with snippets filled in."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from catalog.described import Described
from catalog.described.page import Shown, shown
from catalog.selectors.described import document
from catalog.web.service_descriptions import answer
from connections.models import Grant
from connections.selectors.own_calls import described_for, snippets_of, usable_keys
from connections.web.grants import READ


@require_safe
@needs(*READ)
def grant_openapi(request: Any, code: str, name: str) -> HttpResponse:
    """Give the description of version *name* cut to what the grant allows, to those who may see the grant."""
    _found, described = _named(request, code, name)
    return answer(request, described, "json", private=True)


@require_safe
@never_cache
@needs(*READ)
def grant_calls(request: Any, code: str, name: str) -> HttpResponse:
    """Show one operation the grant allows as it is called, with the reader's own key, grant and purpose filled in."""
    found, described = _named(request, code, name)
    operations = shown(described, document(described))
    chosen = _chosen(operations, request.GET.get("operation", ""))
    keys = usable_keys(request.actor, found)
    context = {
        "grant": found,
        "described": described,
        "operations": operations,
        "operation": chosen,
        "keys": keys,
        "snippets": snippets_of(described, chosen, keys[0].access_key if keys else "") if chosen else [],
        "own": found.system.owner_id == request.actor.agency_id,
    }
    return render(request, "reference/grant.html", context)


def _named(request: Any, code: str, name: str) -> tuple[Grant, Described]:
    grants = Grant.objects.visible_to(request.actor).select_related("system", "service", "purpose")
    found = get_object_or_404(grants, code=code)
    described = described_for(found, name)
    if described is None:
        raise Http404
    return found, described


def _chosen(operations: list[Shown], code: str) -> Shown | None:
    wanted = [item for item in operations if item.code == code]
    return next(iter([*wanted, *operations]), None)

"""The API's pages for people: a light reference, and the heavy console that loads on request only."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.api.reference import groups


def _for_people_with_a_role(request: Any) -> None:
    if not request.actor.roles:
        raise PermissionDenied


@require_safe
@login_required
def reference(request: HttpRequest) -> HttpResponse:
    """Show every operation of the management API."""
    _for_people_with_a_role(request)
    return render(request, "api/reference.html", {"groups": groups(), "host": request.build_absolute_uri("/")[:-1]})


@require_safe
@login_required
def console(request: HttpRequest) -> HttpResponse:
    """Show Swagger UI, from our own origin, under the portal's own content security policy; it knows no dark theme."""
    _for_people_with_a_role(request)
    return render(request, "api/console.html", {"theme": "light"})

"""The light reference of a version: what its description says, for people, to read and to print."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.choices import CALLABLE
from catalog.described.page import doors, refused, shown
from catalog.selectors.described import described_of, document, readable_version
from core.web.notes import parts_on

# Longer references keep the fields of each operation folded; a page has a budget.
FOLDED_FROM = 6


@require_safe
def service_reference(request: Any, code: str, name: str) -> HttpResponse:
    """Show the operations of a version with parameters, fields, examples, refusals and bounds.

    Readers who may call it get, from the floors above, their own snippets (``PART_SOURCES["service_version"]``).
    """
    version = readable_version(request.actor, code, name)
    if version is None:
        raise Http404
    described = described_of(version)
    operations = shown(described, document(described))
    context = {
        "described": described,
        "service": version.service,
        "version": version,
        "doors": doors(described),
        "published": version.state in CALLABLE,
        "operations": operations,
        "folded": len(operations) >= FOLDED_FROM,
        "refused": refused(described),
        "parts": parts_on("service_version", version.pk, request.actor),
    }
    return render(request, "reference/service.html", context)

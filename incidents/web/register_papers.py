"""Papers of the registers taken away as files."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.printouts.files import FORMATS
from core.web.downloads import file_response, name_download
from incidents.guards import incidents, violations
from incidents.models import RegisterPaper
from incidents.printouts.files import file_name, file_of

READ = (incidents.VIEW_ALL, violations.VIEW_OWN, violations.VIEW_ALL)


def _seen(request: Any, pk: int) -> RegisterPaper:
    found = RegisterPaper.objects.visible_to(request.actor).select_related("incident", "violation")
    return get_object_or_404(found, pk=pk)


@require_safe
@never_cache
@needs(*READ)
def paper_file(request: Any, pk: int, ending: str) -> HttpResponse:
    """Give a paper as Word file or PDF, drawn from what was frozen when it was issued."""
    if ending not in FORMATS:
        raise Http404
    found = _seen(request, pk)
    response = HttpResponse(file_of(found, ending), content_type=FORMATS[ending][0])
    return name_download(response, file_name(found, ending))


@require_safe
@never_cache
@needs(*READ)
def signed_file(request: Any, pk: int) -> HttpResponse:
    """Give the newest signed file of a paper."""
    kept = _seen(request, pk).signed_files.first()
    if kept is None:
        raise Http404
    return file_response(kept)

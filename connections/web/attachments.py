"""Taking a file of a dossier away: the agency's people and SKHCN's readers, everybody else finds nothing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.models import Attachment
from connections.services.attachments import open_file
from core.web.downloads import file_response


@require_safe
@needs("request.view_own", "request.view_all")
def request_file(request: Any, pk: int, file: int) -> HttpResponse:
    """Give one file under its own name."""
    visible = Attachment.objects.visible_to(request.actor).filter(request=pk).select_related("request")
    return file_response(open_file(actor=request.actor, attachment=get_object_or_404(visible, pk=file)))

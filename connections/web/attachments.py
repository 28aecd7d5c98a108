"""Files of a dossier: taking one away as its readers, taking one out by the button beside it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from connections.models import Attachment
from connections.services.attachments import detach, open_file
from core.web.downloads import file_response


@require_safe
@needs("request.view_own", "request.view_all")
def request_file(request: Any, pk: int, file: int) -> HttpResponse:
    """Give one file under its own name."""
    visible = Attachment.objects.visible_to(request.actor).filter(request=pk).select_related("request")
    return file_response(open_file(actor=request.actor, attachment=get_object_or_404(visible, pk=file)))


def take_out(request: Any, files: QuerySet[Attachment]) -> None:
    """Take out of the dossier the one of *files* whose button was pressed, if one was."""
    pressed = request.POST.get("remove", "")[:18]
    if pressed:
        found = get_object_or_404(files, pk=pressed if pressed.isdecimal() else 0)
        detach(actor=request.actor, attachment=found)

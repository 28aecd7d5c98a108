"""The thread of a dossier in the portal: the agency reads and writes (ux.md, Trao đổi)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from connections.models import MessageFile, ThreadMessage
from connections.selectors.thread import read_to, thread_of, writing_refused
from connections.services.thread import mark_read, post_message
from connections.thread_form import ThreadForm
from connections.web.dossier import frame
from connections.web.requests import READ, own
from core.forms import show_refusal
from core.problems import DomainError, InvalidInput, PermissionRefused
from core.web.downloads import file_response


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def thread(request: Any, pk: int) -> HttpResponse:
    """Show what both sides wrote and take a message; having been shown, it counts as read."""
    found, posted, status = own(request, pk), request.method == "POST", 200
    data, files = (request.POST, request.FILES) if posted else (None, None)
    form = ThreadForm(found, data, files, point=request.GET.get("point", ""))
    if form.is_bound and form.is_valid():
        try:
            post_message(actor=request.actor, request=found, **form.given())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = 200 if isinstance(refusal, InvalidInput) else refusal.problem.status
        else:
            messages.success(request, _("Đã gửi trao đổi. Bên kia nhận được thông báo."))
            return redirect("request_thread", pk=found.pk)
    refused = writing_refused(request.actor, found)
    entries = thread_of(found, request.actor, read_to=read_to(found, request.actor))
    mark_read(actor=request.actor, request=found, up_to=entries[-1].message.pk if entries else 0)
    context = {"entries": entries, "form": form, "refused": refused, "file_address": "request_thread_file"}
    page = frame(request, found, "request_thread") | context
    return render(request, "requests/request_thread.html", page, status=status)


@require_safe
@needs(*READ)
def thread_file(request: Any, pk: int, file: int) -> HttpResponse:
    """Hand out the file of a message."""
    seen = ThreadMessage.objects.visible_to(request.actor).filter(request=own(request, pk))
    return file_response(get_object_or_404(MessageFile, pk=file, message__in=seen))

"""The thread of a dossier at the desk: SKHCN reads and writes to the agency. Internal notes never stand here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from connections.admin.pages import dossier_of, staff_page
from connections.models import MessageFile, ThreadMessage
from connections.selectors.thread import read_to, thread_of, writing_refused
from connections.services.thread import mark_read, post_message
from connections.thread_form import ThreadForm
from core.admin import BaseAdmin, acting
from core.forms import show_refusal
from core.problems import DomainError, InvalidInput, PermissionRefused
from core.web.downloads import file_response


def thread_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Show what both sides wrote and take a message; having been shown, it counts as read."""
    dossier, actor, status = dossier_of(request, object_id), acting(request), 200
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ThreadForm(dossier, data, files, point=request.GET.get("point", ""))
    if form.is_bound and form.is_valid():
        try:
            post_message(actor=actor, request=dossier, **form.given())
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = 200 if isinstance(refusal, InvalidInput) else refusal.problem.status
        else:
            messages.success(request, _("Đã gửi trao đổi. Cơ quan nhận được thông báo."))
            return redirect("admin:connections_request_thread", dossier.pk)
    entries = thread_of(dossier, actor, read_to=read_to(dossier, actor))
    mark_read(actor=actor, request=dossier, up_to=entries[-1].message.pk if entries else 0)
    return staff_page(
        admin,
        request,
        "admin/connections/thread.html",
        status=status,
        title=_("Trao đổi với cơ quan"),
        dossier=dossier,
        entries=entries,
        form=form,
        refused=writing_refused(actor, dossier),
        file_address="admin:connections_request_thread_file",
    )


def thread_file_view(admin: BaseAdmin, request: HttpRequest, object_id: int, file: int) -> HttpResponse:
    """Hand out the file of a message."""
    seen = ThreadMessage.objects.visible_to(acting(request)).filter(request=dossier_of(request, object_id))
    return file_response(get_object_or_404(MessageFile, pk=file, message__in=seen))

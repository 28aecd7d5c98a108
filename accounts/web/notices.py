"""The inbox: what was told to the person, read and unread, and which letters they want."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import MANDATORY, Topic
from accounts.models import Notice
from accounts.selectors.notices import dossiers_told, inbox
from accounts.services.notices import choose_letters, mark_read
from accounts.web.access import signed_in
from accounts.web.middleware import AGENCY_KEY
from core.text import tidy

PAGE_SIZE = 25


@require_safe
@never_cache
@signed_in
def notices(request: Any) -> HttpResponse:
    """List what was told, newest first, narrowed to unread ones or to one dossier."""
    unread, number = request.GET.get("show") == "unread", tidy(request.GET.get("dossier", ""))[:60]
    page = Paginator(inbox(request.actor, unread=unread, number=number), PAGE_SIZE).get_page(request.GET.get("page"))
    numbers = dossiers_told(request.actor)
    context = {"page": page, "unread": unread, "number": number, "numbers": numbers, "active": unread + bool(number)}
    return render(request, "notices/notices.html", context)


@require_safe
@never_cache
@signed_in
def notice(request: Any, pk: int) -> HttpResponse:
    """Lead to what a notice is about, under the agency it was sent to; from then on it counts as read."""
    found = get_object_or_404(Notice.objects.visible_to(request.actor), pk=pk)
    if request.method == "GET":
        mark_read(actor=request.actor, notices=[found])
    held = next((item for item in request.standings if item.agency_id == found.agency_id), None)
    if held is not None and held.agency_id != request.actor.agency_id:
        request.session[AGENCY_KEY] = held.agency_id
        messages.info(request, _("Bạn đang làm việc cho %(agency)s.") % {"agency": held.agency_name})
    return redirect(found.link)


@require_POST
@signed_in
def read(request: Any) -> HttpResponse:
    """Mark one notice (``notice``), or all of the list shown, as read."""
    number, one = tidy(request.POST.get("dossier", ""))[:60], request.POST.get("notice", "")
    wanted = inbox(request.actor, unread=True, number=number)
    if one:
        wanted = wanted.filter(pk=int(one)) if one.isdecimal() and len(one) < 19 else wanted.none()
    count = mark_read(actor=request.actor, notices=wanted)
    if count and not one:
        text = ngettext("Đã đánh dấu %(n)s thông báo là đã đọc.", "Đã đánh dấu %(n)s thông báo là đã đọc.", count)
        messages.success(request, text % {"n": count})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(reverse("notices"))
    return redirect(back if safe else "notices")


@require_POST
@signed_in
def mail_choices(request: Any) -> HttpResponse:
    """Keep which letters the person wants: each topic that may be switched off is wanted when ticked."""
    ticked = request.POST.getlist("topic")
    choose_letters(
        actor=request.actor, wanted={str(topic): topic in ticked for topic in Topic if topic not in MANDATORY}
    )
    messages.success(request, _("Đã lưu lựa chọn nhận thư."))
    return redirect(f"{reverse('profile')}#nhan-thu")

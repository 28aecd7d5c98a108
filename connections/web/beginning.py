"""Beginning a dossier: filled with what the agency said before, or as a copy of an earlier one (ux.md A1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.web.access import needs
from connections.choices import Part
from connections.services.copying import Begun, begin_filled, begin_follow_up, copy_request
from connections.services.drafts import DRAFT
from connections.web.part_forms import SLUGS
from connections.web.requests import own


@require_POST
@needs(DRAFT)
def begin(request: Any) -> HttpResponse:
    """Begin a draft and lead to its parts."""
    begun = begin_filled(actor=request.actor)
    _tell(request, begun)
    return redirect("request", pk=begun.request.pk)


@require_POST
@needs(DRAFT)
def copy(request: Any, pk: int) -> HttpResponse:
    """Begin a draft that says what this dossier says, and lead to the one thing that differs: its system."""
    begun = copy_request(actor=request.actor, source=own(request, pk))
    _tell(request, begun)
    return redirect("request_part", pk=begun.request.pk, slug=SLUGS[Part.SYSTEM])


@require_POST
@needs(DRAFT)
def follow_up(request: Any, pk: int) -> HttpResponse:
    """Begin a draft that changes or renews this live dossier, and lead to its parts."""
    begun = begin_follow_up(actor=request.actor, source=own(request, pk), kind=request.POST.get("kind", ""))
    if begun.fresh:
        _tell(request, begun)
    else:
        text = _("Đã có hồ sơ %(what)s của kết nối này đang làm; trang này mở hồ sơ đó.")
        messages.info(request, text % {"what": begun.request.get_kind_display().lower()})
    return redirect("request", pk=begun.request.pk)


def _tell(request: Any, begun: Begun) -> None:
    if not begun.fresh:
        messages.info(request, _("Bạn có sẵn một bản nháp như thế chưa sửa gì; trang này mở lại bản nháp đó."))
    elif begun.request.copied_from is not None:
        text = _("Đã lập bản nháp, điền sẵn theo hồ sơ %(number)s. Kiểm tra lại từng phần trước khi gửi.")
        messages.success(request, text % {"number": begun.request.copied_from})
    else:
        messages.success(request, _("Đã lập bản nháp. Điền các phần theo thứ tự bất kỳ; mỗi phần được lưu riêng."))
    for gone in begun.dropped:
        messages.warning(request, gone)

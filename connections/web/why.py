"""«Vì sao bị từ chối»: one call by its request id, step by step (ux.md C6)."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.web.access import needs
from audit.models import Intent
from audit.services.looking import note_look
from connections.selectors.call_steps import BEARER, NOT_ASKED, PASSED, REFUSED, StepSeen
from connections.selectors.call_story import ANSWERER, VIEW_ALL, VIEW_OWN, WATCHER, Story, story_of
from connections.web.call_forms import CallIdForm
from core import clock
from core.choices import Environment, Step

_AUTH = {
    "signature": gettext_lazy("Chữ ký"),
    BEARER: gettext_lazy("Mã truy cập (OAuth 2)"),
    "secret": gettext_lazy("Khóa bí mật, để xin mã truy cập"),
    "assertion": gettext_lazy("Lời khẳng định có ký, để xin mã truy cập"),
}


@require_safe
@never_cache
@needs(VIEW_OWN, VIEW_ALL)
def why(request: Any) -> HttpResponse:
    """Ask for a request id; one that can be one leads to the page of its call."""
    form = CallIdForm(request.GET if "q" in request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect("why_call", call_id=form.cleaned_data["q"])
    return render(request, "developer/why.html", {"form": form, "own": request.actor.may(VIEW_OWN)})


@require_safe
@never_cache
@needs(VIEW_OWN, VIEW_ALL)
def why_call(request: Any, call_id: UUID) -> HttpResponse:
    """Tell one call; one nobody made and one of others are not found alike, with what may be the cause."""
    story = story_of(request.actor, call_id)
    if story is None:
        own = request.actor.may(VIEW_OWN)
        context = {"form": CallIdForm(initial={"q": call_id}), "call_id": call_id, "own": own}
        return render(request, "developer/why_not_found.html", context, status=404)
    if story.reader == WATCHER:
        note_look(actor=request.actor, subject=Intent(call_id=call_id), asked={"call_id": str(call_id)})
    context = {
        "story": story,
        "row": story.row,
        "asked": asked_of(story),
        "times": times_of(story),
        "steps": [(step.step.label, *_state(step, story)) for step in story.steps],
        "answerer": story.reader == ANSWERER,
        "own": request.actor.may(VIEW_OWN),
    }
    return render(request, "developer/why_call.html", context)


def _state(seen: StepSeen, story: Story) -> tuple[str, str, str]:
    """Return words, kind of tag and icon of a step."""
    if seen.state == REFUSED:
        return _("Dừng ở đây"), "wrong", "x-circle"
    if seen.state == NOT_ASKED:
        return _("Không cần"), "quiet", "circle"
    if seen.state == PASSED:
        if seen.step is Step.PROVIDER and not _succeeded(story):
            return _("Đã trả lời, báo lỗi"), "quiet", "exclamation-triangle"
        return _("Đạt"), "live", "check-circle"
    return _("Chưa xét đến"), "quiet", "circle"


def _succeeded(story: Story) -> bool:
    return story.row.status is not None and story.row.status < 400


def asked_of(story: Story) -> list[tuple[str, str]]:
    """Return what was asked, as far as the log knows it and the reader may."""
    row = story.row
    moment = date_format(row.received_at.astimezone(clock.VIETNAM), "H:i:s d/m/Y")
    told = [(_("Lúc nhận"), moment), (_("Môi trường"), _place(row.environment)), (_("Phương thức"), row.method)]
    told += [(_("Dịch vụ"), f"{row.service} {row.version}".strip()), (_("Thao tác"), row.operation)]
    told += [(_("Hệ thống gọi"), f"{row.system_code} – {row.agency_code}" if row.system_code else "")]
    if story.reader != ANSWERER:
        told += [(_("Khóa truy xuất"), row.access_key), (_("Địa chỉ mạng"), row.address)]
        told += [(_("Cách xác thực"), str(_AUTH.get(row.auth, "")))]
    told += [(_("Quyền khai thác"), row.grant_code), (_("Mục đích"), row.purpose)]
    told += [(_("Thủ tục hành chính"), row.procedure)]
    if not story.proven:
        told = [told[0], (_("Khóa truy xuất được nêu"), row.access_key)]
    return [(term, value) for term, value in told if value]


def times_of(story: Story) -> list[tuple[str, str]]:
    """Return how long it took and how much came back, for a call that reached its end."""
    row = story.row
    if row.status is None or not story.proven:
        return []
    told = [(_("Mã trạng thái HTTP"), str(row.status)), (_("Tổng thời gian"), _ms(row.total_ms))]
    if row.upstream_status:
        told += [
            (_("Trong đó tại hệ thống nguồn"), _ms(row.upstream_ms)),
            (_("Mã trạng thái của hệ thống nguồn"), str(row.upstream_status)),
        ]
    told.append((_("Dung lượng trả lời"), _("%(n)s byte") % {"n": _number(row.response_bytes)}))
    if row.fields_dropped:
        told.append((_("Giá trị ngoài phạm vi đã bỏ"), _number(row.fields_dropped)))
    return told


def _ms(value: int | None) -> str:
    return _("%(n)s mili giây") % {"n": _number(value)}


def _number(value: int | None) -> str:
    return str(number_format(value or 0, force_grouping=True))


def _place(environment: str) -> str:
    return str(Environment(environment).label) if environment in Environment.values else ""

"""Deeds on a connection, one page each: hold, resume, ask for its end, take that back, another contact (ux.md A8)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.web.access import needs
from connections.choices import HoldSide, Side
from connections.models import Connection
from connections.selectors import connection_rights as rights
from connections.selectors.connections import candidates, consumers_of_owner
from connections.selectors.grants import impact_of
from connections.services.contacts import replace_contact
from connections.services.endings import ask_ending, withdraw_ending
from connections.services.holds import lift_hold, place_hold
from connections.web.connection import visible
from connections.web.sending import ReasonForm
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, InvalidInput, StateRefused

HOLDERS = ("request.send", "grant.advise")


class EndingForm(ReasonForm):
    """Why a connection should end, and from which day."""

    wanted_day = forms.DateField(
        label=gettext_lazy("Ngày đề nghị ngừng"),
        required=False,
        help_text=gettext_lazy("Để trống nếu ngừng càng sớm càng tốt, ví dụ 31/12/2027"),
    )


class ContactForm(PortalForm):
    """Who answers for the connection from now on."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Cán bộ kỹ thuật mới"), empty_label=gettext_lazy("Chọn một người")
    )

    def __init__(self, found: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = candidates(found, Side.AGENCY)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class DeedPage:
    """A deed as a page: its name, what happens, what was done, and whether it takes something away."""

    title: StrOrPromise
    said: list[str]
    done: str
    danger: bool = False
    template: str = "connection/deed.html"


def _carry_out(
    request: Any, found: Connection, form: forms.Form, page: DeedPage, deed: Callable[[], Any], **more: Any
) -> HttpResponse:
    """Show *page*, or do its deed; sent twice, the second answer leads to the connection and says how it stands."""
    if request.method == "POST" and form.is_valid():
        try:
            deed()
        except StateRefused as refusal:
            messages.info(request, str(refusal.detail))
            return redirect("connection", pk=found.pk)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, page.done)
            return redirect("connection", pk=found.pk)
    return render(request, page.template, {"connection": found, "form": form, "page": page, **more})


def _given(request: Any) -> Any:
    return request.POST if request.method == "POST" else None


def _admit(request: Any, refusal: DomainError | None) -> None:
    """Turn away whoever opens a page that is not for them now; a POST is judged by its deed."""
    if request.method != "POST" and refusal is not None:
        raise refusal


def _back(request: Any, found: Connection, *, done: bool, text: str) -> HttpResponse | None:
    """Lead whoever comes back to a page whose deed is *done* to the connection; a POST is judged by its deed."""
    if request.method == "POST" or not done:
        return None
    messages.info(request, text)
    return redirect("connection", pk=found.pk)


def _held(request: Any, found: Any, side: HoldSide) -> bool:
    """Return whether the actor's own side suspends *found* now."""
    return any(hold.side == side and hold.agency_id == request.actor.agency_id for hold in found.open_now)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*HOLDERS)
def place(request: Any, pk: int, side: str) -> HttpResponse:
    """Suspend a connection for the actor's side."""
    found, own, form = visible(request, pk), _side(side), ReasonForm(_given(request))
    _admit(request, rights.hold_refused(request.actor, found, own, rights.HOLD))
    if back := _back(
        request, found, done=_held(request, found, own), text=_("Cơ quan bạn đang tạm dừng kết nối này.")
    ):
        return back
    said = [
        _("Mọi lượt gọi của hệ thống %(system)s bị từ chối ngay, ở cả môi trường thử nghiệm và chính thức.")
        % {"system": found.system},
        _("Chỉ cơ quan bạn khôi phục được việc tạm dừng này; các bên khác vẫn tạm dừng được riêng."),
        _("Cơ quan quản lý hệ thống, các cơ quan cung cấp dữ liệu và Sở Khoa học và Công nghệ nhận thư."),
    ]
    if own == HoldSide.PROVIDER:
        said.insert(1, _("Việc tạm dừng áp dụng cho cả kết nối, kể cả lượt gọi tới dịch vụ của cơ quan khác."))
    page = DeedPage(rights.HOLD, said, _("Đã tạm dừng kết nối."), danger=True)
    deed = lambda: place_hold(actor=request.actor, connection=found, side=own, **form.cleaned_data)  # noqa: E731
    return _carry_out(request, found, form, page, deed)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*HOLDERS)
def lift(request: Any, pk: int, side: str) -> HttpResponse:
    """Resume what the actor's own side suspended."""
    found, own, form = visible(request, pk), _side(side), ReasonForm(_given(request))
    _admit(request, rights.hold_refused(request.actor, found, own, rights.LIFT))
    free = not _held(request, found, own)
    if back := _back(request, found, done=free, text=_("Cơ quan bạn không tạm dừng kết nối này.")):
        return back
    others = [hold for hold in found.open_now if (hold.side, hold.agency_id) != (own, request.actor.agency_id)]  # type: ignore[attr-defined]
    said = [_("Việc tạm dừng của cơ quan bạn kết thúc; các bên liên quan nhận thư.")]
    said += [
        _("Kết nối vẫn dừng vì %(agency)s còn tạm dừng; chỉ bên đó khôi phục được.") % {"agency": hold.agency}
        for hold in others
    ] or [_("Không còn bên nào tạm dừng: kết nối chạy lại ngay.")]
    page = DeedPage(rights.LIFT, said, _("Đã khôi phục phần tạm dừng của cơ quan bạn."))
    deed = lambda: lift_hold(actor=request.actor, connection=found, side=own, **form.cleaned_data)  # noqa: E731
    return _carry_out(request, found, form, page, deed)


def _side(slug: str) -> HoldSide:
    if slug not in rights.SLUGS:
        raise Http404
    return rights.SLUGS[slug]


@require_http_methods(["GET", "POST"])
@never_cache
@needs(rights.ASK)
def ask(request: Any, pk: int) -> HttpResponse:
    """Ask SKHCN to end a connection, having seen what ends with it."""
    found, form = visible(request, pk), EndingForm(_given(request))
    _admit(request, rights.ending_refused(request.actor, found, rights.ASKING))
    asked = found.endings.open().exists()
    if back := _back(request, found, done=asked, text=_("Cơ quan đã đề nghị hủy kết nối này, Sở chưa trả lời.")):
        return back
    said = [
        _("Sở Khoa học và Công nghệ nhận đề nghị và trả lời; chưa có gì thay đổi cho tới lúc đó."),
        _("Hủy rồi thì không khôi phục được; muốn kết nối lại phải gửi hồ sơ mới."),
    ]
    done = _("Đã gửi đề nghị hủy kết nối tới Sở Khoa học và Công nghệ.")
    page = DeedPage(rights.ASKING, said, done, danger=True, template="connection/ask.html")
    deed = lambda: ask_ending(actor=request.actor, connection=found, **form.cleaned_data)  # noqa: E731
    more = {"impact": impact_of(found), "consumers": consumers_of_owner(found)}
    return _carry_out(request, found, form, page, deed, **more)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(rights.ASK)
def take_back(request: Any, pk: int) -> HttpResponse:
    """Take back what was asked about the end of a connection."""
    found, form = visible(request, pk), PortalForm(_given(request))
    _admit(request, rights.ending_refused(request.actor, found, rights.TAKING_BACK))
    nothing = not found.endings.open().exists()
    if back := _back(request, found, done=nothing, text=_("Không có đề nghị hủy nào đang chờ trả lời.")):
        return back
    said = [
        _("Sở Khoa học và Công nghệ không xử lý đề nghị này nữa; kết nối giữ nguyên."),
        _("Sau này cơ quan vẫn đề nghị lại được."),
    ]
    page = DeedPage(rights.TAKING_BACK, said, _("Đã rút đề nghị hủy kết nối."))
    return _carry_out(request, found, form, page, lambda: withdraw_ending(actor=request.actor, connection=found))


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*rights.CONTACT_KEEPERS[Side.AGENCY])
def contact(request: Any, pk: int) -> HttpResponse:
    """Name another technician of the agency as the contact of a connection."""
    found = visible(request, pk)
    form = ContactForm(found, _given(request))
    _admit(request, rights.contact_refused(request.actor, found, Side.AGENCY))
    now = found.technical_contact.full_name if found.technical_contact else _("chưa có")
    said = [
        _("Cán bộ kỹ thuật hiện nay: %(name)s.") % {"name": now},
        _("Người mới và người cũ, đại diện cơ quan và đầu mối trực của Sở nhận thư. Khóa đã tạo không đổi."),
    ]
    page = DeedPage(rights.CONTACTS[Side.AGENCY], said, _("Đã đổi cán bộ kỹ thuật của kết nối."))
    deed = lambda: replace_contact(  # noqa: E731
        actor=request.actor, connection=found, side=Side.AGENCY, **form.cleaned_data
    )
    return _carry_out(request, found, form, page, deed, nobody=not candidates(found, Side.AGENCY).exists())

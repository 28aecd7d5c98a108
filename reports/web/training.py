"""Training in the portal: sessions for everybody with a role; agencies register and withdraw their people (QC12.4)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.web.access import needs
from catalog.selectors.terms import policy_of
from core import clock
from core.actor import Actor
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, PermissionRefused
from reports.models import TrainingSeat, TrainingSession
from reports.models.training import MANAGE, REGISTER, VIEW
from reports.selectors.training import materials_for, people_of, seats_for, sessions_for
from reports.services import training_seats as deeds
from reports.training_choices import SeatState, SessionState
from reports.training_words import standing_of, when

PAGE_SIZE = 25
KINDS = {
    SessionState.DRAFT: "quiet",
    SessionState.OPEN: "live",
    SessionState.DONE: "quiet",
    SessionState.CANCELLED: "stopped",
}


class SeatForm(PortalForm):
    """One person: of the agency's users, or by name."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Người dùng của cơ quan"),
        required=False,
        empty_label=gettext_lazy("Người khác, ghi họ tên bên dưới"),
    )
    name = forms.CharField(
        label=gettext_lazy("Họ và tên"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Chỉ ghi khi không chọn ở trên"),
    )
    position = forms.CharField(
        label=gettext_lazy("Chức vụ, vị trí"), max_length=120, help_text=gettext_lazy("Ví dụ: Chuyên viên tin học")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people_of(actor)  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda user: user.full_name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a name where nobody was chosen."""
        data = super().clean() or {}
        if not data.get("person") and not data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Chọn người dùng của cơ quan hoặc ghi họ và tên"))
        return data


@require_safe
@never_cache
@needs(VIEW)
def training(request: Any) -> HttpResponse:
    """List the sessions the reader sees, what takes registrations first."""
    tab = request.GET.get("tab", "")
    page = Paginator(sessions_for(request.actor, tab=tab), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(item, KINDS[SessionState(item.state)], when(item)) for item in page]
    context = {"page": page, "rows": rows, "tab": tab, "may_manage": request.actor.may(MANAGE)}
    return render(request, "training/sessions.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(VIEW)
def training_session(request: Any, code: str) -> HttpResponse:
    """Show a session with the people of the reader's agency; register or withdraw one."""
    actor, status = request.actor, 200
    seen = TrainingSession.objects.visible_to(actor).with_seats()
    session: Any = get_object_or_404(seen, code=code)
    if request.method == "POST" and not actor.may(REGISTER):
        raise PermissionRefused(_("Đăng ký tập huấn do người dùng của cơ quan thực hiện."))
    if request.method == "POST" and request.POST.get("do") == "withdraw":
        return _withdraw(request, session)
    form = SeatForm(request.POST or None, actor=actor)
    if form.is_bound and form.is_valid():
        try:
            made = deeds.register_person(actor=actor, session=session, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = refusal.problem.status
        else:
            _say(request, made)
            return redirect("training_session", code=code)
    return render(request, "training/session.html", _shown(actor, session, form), status=status)


def _say(request: Any, made: TrainingSeat) -> None:
    if made.state == SeatState.REGISTERED:
        messages.success(request, _("Đã đăng ký %(name)s.") % {"name": made.name})
    else:
        text = _("Buổi tập huấn đã hết chỗ: %(name)s ở danh sách chờ. Có chỗ, cơ quan được báo ngay.")
        messages.warning(request, text % {"name": made.name})


def _withdraw(request: Any, session: TrainingSession) -> HttpResponse:
    typed = request.POST.get("seat", "")
    known = int(typed) if typed.isdecimal() and len(typed) < 15 else 0
    own = TrainingSeat.objects.visible_to(request.actor).filter(
        session=session, agency_id=request.actor.agency_id or 0
    )
    seat = get_object_or_404(own.select_related("session"), pk=known)
    try:
        deeds.withdraw_person(actor=request.actor, seat=seat)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("Đã rút đăng ký của %(name)s.") % {"name": seat.name})
    return redirect("training_session", code=session.code)


def _shown(actor: Actor, session: Any, form: SeatForm) -> dict[str, Any]:
    registers = actor.may(REGISTER)
    seats = list(seats_for(actor, session).filter(agency_id=actor.agency_id or 0)) if registers else []
    kept = policy_of(deeds.RETENTION)
    return {
        "session": session,
        "kind": KINDS[SessionState(session.state)],
        "when": when(session),
        "left": max(session.capacity - session.taken, 0),
        "seats": [(seat, standing_of(seat)) for seat in seats],
        "materials": list(materials_for(actor, session)),
        "form": form,
        "registers": registers,
        "may_register": registers and session.takes_registrations,
        "may_withdraw": registers and session.state == SessionState.OPEN and session.starts_at > clock.now(),
        "sees_link": bool(seats) or actor.may(MANAGE),
        "kept": kept,
        "may_manage": actor.may(MANAGE),
    }

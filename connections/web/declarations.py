"""What a live connection owes: the yearly declaration, and what SKHCN's inspections found (QC8.7, QC14.6)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from connections.choices import Duty
from connections.models import Connection, DeclarationPoint
from connections.selectors.compliance import inspection_span, policy_of, with_inspection_day
from connections.selectors.declarations import declarations_of, points_asked, standing_of
from connections.selectors.inspections import inspections_of
from connections.services.declarations import DECLARE, LONG, NO, YES, declare_security
from connections.web.requests import READ
from core.forms import PortalForm, show_refusal
from core.problems import DomainError

ANSWERS = [(YES, gettext_lazy("Có")), (NO, gettext_lazy("Chưa"))]


class DeclarationForm(PortalForm):
    """An answer to each statement; what a no needs is judged by the deed."""

    def __init__(self, points: list[DeclarationPoint], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [point.code for point in points]
        for number, point in enumerate(points, start=1):
            self._add(number, point)
        self.fields["remark"] = forms.CharField(
            label=_("Ý kiến, kiến nghị"), required=False, max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
        )

    def _add(self, number: int, point: DeclarationPoint) -> None:
        answer, said = f"answer-{point.code}", f"said-{point.code}"
        self.fields[answer] = forms.ChoiceField(
            label=f"{number}. {point.text}",
            help_text=escape(point.basis),
            required=False,
            choices=ANSWERS,
            widget=forms.RadioSelect,
        )
        self.fields[said] = forms.CharField(
            label=_("Giải trình nội dung %(n)s") % {"n": number},
            help_text=_("Bắt buộc khi chọn «Chưa»: lý do và ngày hoàn thành"),
            required=False,
            max_length=LONG,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        for name in (answer, said):
            self.fields[name].one_of_several = True  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what was typed, as the deed takes it."""
        kept = self.cleaned_data
        answers = {code: (kept.get(f"answer-{code}", ""), kept.get(f"said-{code}", "")) for code in self.codes}
        return {"answers": answers, "remark": kept["remark"]}


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def declare(request: Any, pk: int) -> HttpResponse:
    """Show how the connection keeps its duties; the representative declares from here once a year."""
    found, status = _own(request, pk), 200
    standing = standing_of(found)
    open_now = standing.made is None and found.live_at is not None and found.closed_at is None
    may_declare = open_now and request.actor.may(DECLARE)
    points = points_asked()
    form = DeclarationForm(points, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            declare_security(actor=request.actor, connection=found, **form.given())
        except DomainError as refusal:
            show_refusal(form, refusal)
            status = refusal.problem.status
        else:
            messages.success(request, _("Đã ghi cam kết năm %(year)s.") % {"year": standing.year})
            return redirect("declare_security", pk=found.pk)
    context = {
        "connection": found,
        "standing": standing,
        "form": form,
        "may_declare": may_declare or form.is_bound,
        "no_points": not points,
        "declared": declarations_of(found, request.actor),
        "inspections": inspections_of(found, request.actor),
        "inspect_on": found.inspect_on,  # type: ignore[attr-defined]
        "inspect_policy": policy_of(Duty.INSPECTION),
    }
    return render(request, "requests/declare.html", context, status=status)


def _own(request: Any, pk: int) -> Connection:
    """Return a connection of the actor's agency; another agency's is not found."""
    seen = Connection.objects.visible_to(request.actor).filter(system__owner_id=request.actor.agency_id or 0)
    dated = with_inspection_day(seen, inspection_span()).select_related("system__owner", "request")
    found: Connection = get_object_or_404(dated, pk=pk)
    return found

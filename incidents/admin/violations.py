"""The register of violations in the staff rooms: the list, opening one, the page where it is worked on (QC5)."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.admin.pages import staff_page
from core.actor import Actor
from core.admin import acting
from core.forms import show_refusal
from core.problems import DomainError
from core.web.downloads import file_response
from incidents.admin import violation_forms as forms
from incidents.admin.working import Action, SeenForm, WorkAdmin
from incidents.guards.violations import DECIDE, OPEN, VIEW_ALL
from incidents.models import Incident, Violation
from incidents.register_choices import ViolationState
from incidents.selectors.alerts_to_open import alert_to_open
from incidents.selectors.papers import may_number, papers_of
from incidents.selectors.violations import is_suspended_by, said_of
from incidents.services import violation_steps as deeds
from incidents.services.register_papers import issue_record
from incidents.services.violation_evidence import attach_evidence
from incidents.services.violation_opening import about_of, act_of, open_violation

WORK = "admin:incidents_violation_work"
STEPS: Mapping[str, Action] = {
    "ask": Action(
        _("Yêu cầu giải trình"),
        forms.AskForm,
        deeds.ask_to_explain,
        _("Đã gửi yêu cầu giải trình."),
        _("Cơ quan thấy vi phạm này từ lúc gửi và có hạn nội bộ để giải trình."),
    ),
    "decide": Action(
        _("Kết luận"), forms.DecideForm, deeds.decide_violation, _("Đã kết luận; cơ quan nhận thông báo.")
    ),
    "answer": Action(_("Trả lời khiếu nại"), forms.AnswerForm, deeds.answer_appeal, _("Đã trả lời khiếu nại.")),
    "close": Action(_("Kết thúc"), forms.WhyForm, deeds.close_violation, _("Đã kết thúc vi phạm.")),
}
BESIDE: Mapping[str, Action] = {
    "evidence": Action(
        _("Gắn gói bằng chứng"),
        forms.EvidenceForm,
        attach_evidence,
        _("Đã gắn gói bằng chứng từ nhật ký đã niêm phong."),
        _("Gói gồm các cuộc gọi của quyền, hệ thống hoặc cơ quan trong thời gian này; việc lập gói được ghi lại."),
    ),
    "record": Action(_("Lập biên bản"), SeenForm, issue_record, _("Đã lập biên bản vi phạm.")),
    "lift": Action(
        _("Khôi phục quyền tạm ngưng"), forms.WhyForm, deeds.lift_suspension, _("Đã khôi phục quyền khai thác.")
    ),
}


@admin.register(Violation)
class ViolationAdmin(WorkAdmin):
    """Violations, newest first; every change is a deed of its own."""

    noun = "violation"
    template = "admin/incidents/violation.html"
    work_actions = {**STEPS, **BESIDE}
    steps = frozenset(STEPS)
    related = ("agency", "system", "grant__service", "incident", "opened_by", "decided_by", "answered_by")
    view_permission = VIEW_ALL
    list_display = ("code", "act", "agency", "state", "outcome", "opened_at", "explain_due_at")
    list_filter = ("state", "act", "outcome")
    list_select_related = ("agency",)
    search_fields = ("search__contains",)
    search_help_text = _("Mã, cơ quan, hệ thống; gõ không dấu cũng được")
    list_before_template = "admin/incidents/violation_head.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page that opens one, and its evidence."""
        view = self.admin_site.admin_view
        return [
            path("mo/", view(self.open_view), name="incidents_violation_open"),
            path("<int:pk>/bang-chung/<int:file>/", view(self.evidence), name="incidents_violation_evidence"),
            *super().get_urls(),
        ]

    def open_view(self, request: HttpRequest) -> HttpResponse:
        """Open a violation; an alert or an incident in the address fills the form."""
        actor = acting(request)
        if not actor.may(OPEN):
            raise PermissionDenied
        alert = alert_to_open(request.GET.get("canh-bao", ""), actor)
        form = forms.OpenForm(request.POST or None, initial=_filled(request, alert))
        refusal: DomainError | None = None
        if request.method == "POST" and form.is_valid():
            try:
                made = open_violation(actor=actor, **form.cleaned_data)
            except DomainError as said:
                show_refusal(form, said)
                refusal = said
            else:
                messages.success(request, gettext("Đã ghi nhận vi phạm %(code)s.") % {"code": made})
                return redirect(WORK, made.pk)
        status = refusal.problem.status if refusal else 422 if form.errors else 200
        context = {"title": gettext("Ghi nhận vi phạm"), "form": form, "alert": alert}
        return staff_page(self, request, "admin/incidents/open_violation.html", status=status, **context)

    def evidence(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Give an evidence bundle kept with a violation."""
        return file_response(get_object_or_404(self.found(request, pk).evidence, pk=file))

    def beside(self, case: Violation, actor: Actor) -> list[str]:
        """Return what the person may do beside the steps."""
        names = ["evidence", "record"] if actor.may(OPEN) else []
        if case.state == ViolationState.CLOSED and names:
            names = ["record"]
        return [*names, "lift"] if (actor.may(OPEN) or actor.may(DECIDE)) and is_suspended_by(case) else names

    def initial(self, name: str, case: Violation) -> dict[str, Any]:
        """Leave texts empty; the rest begins with what is known."""
        found = super().initial(name, case)
        return {**found, "grant": case.grant.code if case.grant else "", "since": case.from_at, "until": case.until_at}

    def around(self, case: Violation, actor: Actor) -> dict[str, Any]:
        """Return what was said, evidence and papers."""
        return {
            "entries": said_of(case, inner=True),
            "evidence": list(case.evidence.select_related("kept_by")),
            "papers": papers_of(actor, case),
            "may_register": may_number(actor),
            "own": case.opened_by_id is not None and case.opened_by_id == actor.user_id and actor.may(DECIDE),
        }


def _filled(request: HttpRequest, alert: Any) -> dict[str, Any]:
    """Return what an alert or an incident in the address says."""
    code = request.GET.get("su-co", "")[:24]
    if code and not Incident.objects.filter(code=code).exists():
        raise Http404
    if alert is None:
        return {"incident": code} if code else {}
    about = about_of(alert)
    found = {"act": act_of(alert), "facts": alert.summary, "from_at": alert.first_at, "until_at": alert.last_at}
    if about is not None:
        found |= {
            "agency": about.agency.pk,
            "system": about.system.pk if about.system else None,
            "grant": about.grant.code if about.grant else "",
        }
    return found

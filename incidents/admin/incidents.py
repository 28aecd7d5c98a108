"""The register of incidents in the staff rooms: the list, opening one, the page where it is worked on (ux.md B7)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from connections.admin.pages import staff_page
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import show_refusal
from core.problems import DomainError
from incidents.admin.incident_actions import ACTIONS, STEPS, beside_of
from incidents.admin.incident_forms import OpenForm, first_words
from incidents.admin.working import WorkAdmin
from incidents.guards.incidents import MANAGE, VIEW_ALL
from incidents.models import Incident, IncidentPolicy
from incidents.register_choices import OPEN
from incidents.selectors.affected import consumers_touched, kept_private
from incidents.selectors.alerts_to_open import alert_to_open
from incidents.selectors.incidents import deadlines_of, timeline_of
from incidents.selectors.papers import may_number, papers_of
from incidents.services.incident_opening import open_by_hand, wanted_of
from incidents.services.incident_policy import FIELDS, set_incident_policy

WORK = "admin:incidents_incident_work"


@admin.register(Incident)
class IncidentAdmin(WorkAdmin):
    """Incidents, open ones first and the gravest on top; every change is a deed of its own."""

    noun = "incident"
    template = "admin/incidents/work.html"
    work_actions = ACTIONS
    steps = frozenset(STEPS)
    related = ("agency", "owner", "reporter", "reviewed_by")
    elsewhere = ("update", "done")
    view_permission = VIEW_ALL
    list_display = ("code", "title", "severity_shown", "state", "started_at", "owner", "agency")
    list_filter = ("state", "severity", "origin", "legal_class", "personal_data")
    list_select_related = ("owner", "agency")
    search_fields = ("search__contains",)
    search_help_text = gettext_lazy("Mã, tên sự cố, dịch vụ hoặc cơ quan báo; gõ không dấu cũng được")
    list_before_template = "admin/incidents/list_head.html"

    @display(description=gettext_lazy("Mức độ"), ordering="severity", label={"1": "danger", "2": "warning"})
    def severity_shown(self, obj: Incident) -> tuple[str, str]:
        """Name the severity in words."""
        return str(obj.severity), str(obj.get_severity_display())

    def get_queryset(self, request: HttpRequest) -> Any:
        """Put open ones first."""
        return super().get_queryset(request).order_by(F("closed_at").desc(nulls_first=True), "severity", "-id")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that opens one."""
        opening = self.admin_site.admin_view(self.open_view)
        return [path("mo/", opening, name="incidents_incident_open"), *super().get_urls()]

    def open_view(self, request: HttpRequest) -> HttpResponse:
        """Open an incident; an alert in the address fills the form."""
        actor = acting(request)
        if not actor.may(MANAGE):
            raise PermissionDenied
        alert = alert_to_open(request.GET.get("canh-bao", ""), actor)
        form = OpenForm(request.POST or None, initial=_filled(alert))
        refusal: DomainError | None = None
        if request.method == "POST" and form.is_valid():
            try:
                made = open_by_hand(actor=actor, alert=alert, **form.cleaned_data)
            except DomainError as said:
                show_refusal(form, said)
                refusal = said
            else:
                messages.success(request, _("Đã mở sự cố %(code)s.") % {"code": made})
                return redirect(WORK, made.pk)
        status = refusal.problem.status if refusal else 422 if form.errors else 200
        context = {"title": _("Mở sự cố"), "form": form, "alert": alert}
        return staff_page(self, request, "admin/incidents/open.html", status=status, **context)

    def beside(self, case: Incident, actor: Actor) -> list[str]:
        """Return what the person may do beside the steps."""
        return beside_of(case, actor)

    def initial(self, name: str, case: Incident) -> dict[str, Any]:
        """Fill forms with what is known; the first public word with a beginning to edit."""
        found = {**super().initial(name, case), "reason": "", "text": "", "due_at": None, "result": ""}
        if name == "services":
            found["services"] = list(case.affected.values_list("service_id", flat=True))
        if name == "update" and not case.published_at:
            found |= first_words(case)
        return found

    def around(self, case: Incident, actor: Actor) -> dict[str, Any]:
        """Return clocks, agencies, services, grants, tasks, papers and the timeline."""
        return {
            "open": case.state in OPEN,
            "deadlines": deadlines_of(case),
            "parties": list(case.parties.select_related("agency", "acknowledged_by")),
            "services": list(case.affected.select_related("service__provider")),
            "hidden_services": kept_private(case),
            "grants": list(consumers_touched(case)[:100]),
            "tasks": list(case.tasks.select_related("agency", "done_by")),
            "papers": papers_of(actor, case),
            "may_register": may_number(actor),
            "entries": timeline_of(case, actor, all_of_it=True),
        }


def _filled(alert: Any) -> dict[str, Any]:
    if alert is None:
        return {}
    wanted = wanted_of(alert)
    return {
        "title": wanted.title,
        "summary": wanted.summary,
        "severity": wanted.severity,
        "started_at": wanted.started_at,
        "services": [service.pk for service in wanted.services],
    }


@admin.register(IncidentPolicy)
class IncidentPolicyAdmin(BaseAdmin):
    """How incidents open and close by themselves: ours, changed as data."""

    view_permission = VIEW_ALL
    manage_permission = MANAGE
    list_display = ("__str__", *FIELDS, "kind")
    fields = FIELDS

    @admin.display(description=gettext_lazy("Tính chất"))
    def kind(self, obj: IncidentPolicy) -> str:
        """Say whose numbers these are."""
        return _("Mặc định hệ thống, chưa phải quy định")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One row is enough; the first is made when somebody changes the defaults."""
        return super().has_add_permission(request, obj) and not IncidentPolicy.objects.exists()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Change the rules."""
        return set_incident_policy(actor=actor, **data)

"""Requests for use in the staff rooms: the list, and the page where a decision is proposed and taken (ux.md B6)."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.admin.judging_forms import LineForm
from connections.admin.pages import staff_page
from connections.admin.plans import ReasonedForm
from connections.admin.records import RecordAdmin
from connections.choices import AccessState
from connections.guards.access import decides, proposes
from connections.models import AccessRequest, ExpiryRule
from connections.selectors.access import lines_seen
from connections.selectors.load import load_of
from connections.selectors.offered import codes_offered
from connections.services import access as deeds
from connections.services.expiries import FIELDS, MANAGE, save_expiry_rule
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput
from core.text import nfc

WEIGH = "admin:connections_accessrequest_weigh"


@admin.register(AccessRequest)
class AccessRequestAdmin(RecordAdmin):
    """What connected systems ask to use; opened, it is weighed."""

    list_display = ("code", "agency", "system", "purpose", "sent_at", "due_at", "state")
    list_filter = ("state", "sent_at")
    list_select_related = ("agency", "system", "purpose")
    search_fields = ("search__contains",)
    search_help_text = _("Mã đề nghị, cơ quan hoặc hệ thống; gõ không dấu cũng được")

    def get_urls(self) -> list[URLPattern]:
        """Add the page that weighs one request; the form of Django's leads there."""
        page = self.admin_site.admin_view(self.weigh)
        return [path("<int:pk>/xem-xet/", page, name="connections_accessrequest_weigh"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Lead to the page that weighs."""
        if not object_id.isdecimal() or len(object_id) > 15:
            raise Http404
        return redirect(WEIGH, int(object_id))

    def weigh(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is asked, opinions and load; propose, decide or send back from here."""
        found = _found(request, pk)
        forms, refusal, actor = line_forms(request, found), None, acting(request)
        if request.method == "POST":
            try:
                return _done(request, found, forms)
            except DomainError as said:
                refusal = said
        if isinstance(refusal, InvalidInput):
            for form in forms:
                form.refused = [str(text) for text in refusal.errors.get(f"line-{form.view.line.pk}", [])]
        views = [form.view for form in forms]
        context = {
            "access": found,
            "views": views,
            "line_forms": forms if found.state == AccessState.SENT and proposes(found, actor) else [],
            "load": load_of([view.line.service_id for view in views]),
            "may_decide": found.state == AccessState.PROPOSED and decides(found, actor),
            "proposer": found.proposed_by_id == actor.user_id,
            "refusal": refusal,
            "reason": nfc(request.POST.get("reason", "")),
            "reason_errors": refusal.errors.get("reason", []) if isinstance(refusal, InvalidInput) else [],
        }
        status = refusal.problem.status if refusal else 200
        return staff_page(
            self,
            request,
            "admin/connections/access.html",
            status=status,
            title=gettext("Đề nghị khai thác"),
            **context,
        )


def _found(request: HttpRequest, pk: int) -> AccessRequest:
    related = ("agency", "system__owner", "purpose", "sent_by", "proposed_by", "decided_by")
    actor = acting(request)
    seen = AccessRequest.objects.visible_to(actor) if actor.may("request.view_all") else AccessRequest.objects.none()
    found: AccessRequest = get_object_or_404(seen.select_related(*related), pk=pk)
    return found


def line_forms(request: HttpRequest, found: AccessRequest) -> list[LineForm]:
    """Return the form of each service, bound where it was sent."""
    views = lines_seen(acting(request), found)
    offered = codes_offered(view.line.service_id for view in views)
    posted = request.POST if request.method == "POST" and request.POST.get("do") == "propose" else None
    return [LineForm(view, offered.get(view.line.service_id, (set(), set()))[1], posted) for view in views]


def _done(request: HttpRequest, found: AccessRequest, forms: list[LineForm]) -> HttpResponse:
    """Do what the button asks for. Raises DomainError."""
    actor, what = acting(request), request.POST.get("do", "")
    if what == "propose":
        wrong = {f"line-{form.view.line.pk}": form.texts for form in forms if not form.is_valid()}
        if wrong:
            raise InvalidInput(wrong)
        decisions = {form.view.line.pk: form.decision() for form in forms}
        deeds.propose_decision(actor=actor, access=found, decisions=decisions, version=_version(request))
        messages.success(request, gettext("Đã trình quyết định về %(code)s.") % {"code": found})
    elif what == "decide":
        grants = deeds.decide_access(actor=actor, access=found, version=_version(request))
        messages.success(
            request, gettext("Đã duyệt %(code)s; %(n)s quyền được cấp.") % {"code": found, "n": len(grants)}
        )
    elif what == "send_back":
        deeds.send_back_access(actor=actor, access=found, reason=request.POST.get("reason", ""))
        messages.success(request, gettext("Đã trả lại %(code)s để xem xét thêm.") % {"code": found})
    return redirect(WEIGH, found.pk)


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


@admin.register(ExpiryRule)
class ExpiryRuleAdmin(BaseAdmin):
    """How many days before the end whom is told; notices already given stay."""

    form = ReasonedForm
    view_permission = "request.view_all"
    manage_permission = MANAGE
    list_display = ("subject", "days_before", "active", "basis")
    list_filter = ("subject", "active")
    fields = (*FIELDS, "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the rule."""
        return save_expiry_rule(actor=actor, rule=obj, **data)

"""Papers of the registers at the desk: numbered by the clerk; what they say, as data."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from connections.admin.pages import staff_page
from connections.admin.papers import RegisterForm
from connections.services.paper_templates import MANAGE, TEMPLATE_FIELDS
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.files import check_upload
from core.forms import show_refusal
from core.problems import DomainError
from incidents.guards.incidents import VIEW_ALL
from incidents.models import RegisterPaper, RegisterPaperTemplate
from incidents.selectors.papers import may_number
from incidents.services.register_papers import register_paper
from incidents.services.register_templates import save_register_template


@admin.register(RegisterPaper)
class RegisterPaperAdmin(BaseAdmin):
    """Papers of incidents and violations, newest first."""

    view_permission = VIEW_ALL
    list_display = ("kind", "incident", "violation", "issued_at", "number", "number_date", "superseded_at")
    list_filter = ("kind", ("number_date", admin.EmptyFieldListFilter))
    list_select_related = ("incident", "violation")
    search_fields = ("number", "incident__code", "violation__code")
    fields = ("kind", "incident", "violation", "issuer", "issued_at", "number", "number_date", "sha256")

    def get_urls(self) -> list[URLPattern]:
        """Add the clerk's page."""
        view = self.admin_site.admin_view(self.number)
        return [path("<int:pk>/vao-so/", view, name="incidents_registerpaper_number"), *super().get_urls()]

    def number(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record number and date of a paper and keep it as signed."""
        actor = acting(request)
        seen = RegisterPaper.objects.visible_to(actor).select_related("incident", "violation", "issuer")
        found = seen.filter(pk=pk).first()
        if found is None or not may_number(actor):
            raise Http404
        initial = {"number": found.number, "number_date": found.number_date}
        form = RegisterForm(request.POST or None, request.FILES or None, initial=initial)
        refusal: DomainError | None = None
        if form.is_bound and form.is_valid():
            try:
                file = form.cleaned_data.pop("file")
                upload = check_upload(file) if file else None
                register_paper(actor=actor, paper=found, upload=upload, **form.cleaned_data)
            except DomainError as said:
                show_refusal(form, said)
                refusal = said
            else:
                messages.success(request, _("Đã ghi số và ngày ban hành."))
                return redirect(back_to(found))
        status = refusal.problem.status if refusal else 422 if form.errors else 200
        context = {"title": _("Vào số: %(paper)s") % {"paper": str(found).lower()}, "form": form, "paper": found}
        return staff_page(self, request, "admin/incidents/number.html", status=status, **context)


def back_to(paper: RegisterPaper) -> Any:
    """Return the page of the case a paper is about."""
    noun = "incident" if paper.incident_id else "violation"
    return redirect(f"admin:incidents_{noun}_work", paper.incident_id or paper.violation_id)["Location"]


@admin.register(RegisterPaperTemplate)
class RegisterPaperTemplateAdmin(BaseAdmin):
    """What papers of the registers say beside the case."""

    view_permission = VIEW_ALL
    manage_permission = MANAGE
    list_display = ("kind", "version", "signer", "source")
    fields = TEMPLATE_FIELDS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kinds are the product's; each has its row from the start."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the texts."""
        return save_register_template(actor=actor, kind=obj.kind, **data)

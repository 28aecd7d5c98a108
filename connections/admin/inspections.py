"""Periodic inspections: what is due on top, the page to mark and conclude, what was found before (QC14.6)."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.selectors.calendar import work_calendar
from connections.admin.inspection_forms import SearchForm, posted, rows_of
from connections.admin.pages import staff_page
from connections.choices import Duty
from connections.models import Connection, Inspection
from connections.selectors.compliance import (
    days_left,
    declaration_day,
    live_connections,
    owing_declaration,
    policy_of,
)
from connections.selectors.inspections import concluded_inspections, failed, inspection_list, marks_of, unjudged
from connections.services import inspections as deeds
from core import clock
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput
from core.text import nfc, tidy
from core.workdays import WorkCalendar

PAGE = 50
LIST, PAGE_OF = "admin:connections_inspection_changelist", "admin:connections_inspection_change"


@admin.register(Inspection)
class InspectionAdmin(BaseAdmin):
    """Inspections of live connections; every change is a deed of its own."""

    view_permission = "request.view_all"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show live connections by the day they are due, or what was concluded."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest
        self._enter(request)
        return TABS.get(request.GET.get("tab", ""), _due)(self, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one inspection; marks are kept and the inspection concluded from here."""
        self._enter(request)
        if not object_id.isdecimal() or len(object_id) > 15:
            raise Http404
        found = self.get_queryset(request).select_related(
            "connection__system__owner", "connection__request", "checklist", "opened_by", "concluded_by"
        )
        return _page(self, request, get_object_or_404(found, pk=int(object_id)))

    def get_urls(self) -> list[URLPattern]:
        """Add the deed that begins an inspection, which has no row yet."""
        begin = self.admin_site.admin_view(require_POST(self.begin))
        return [path("mo/<int:connection>/", begin, name="connections_inspection_open"), *super().get_urls()]

    def begin(self, request: HttpRequest, connection: int) -> HttpResponse:
        """Open the inspection of a connection and go to its page."""
        self._enter(request)
        found = get_object_or_404(Connection.objects.visible_to(acting(request)), pk=connection)
        made = deeds.open_inspection(actor=acting(request), connection=found)
        messages.success(request, _("Đã mở đợt kiểm tra; cơ quan nhận được thông báo."))
        return redirect(PAGE_OF, made.pk)

    def _enter(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _due(page: BaseAdmin, request: HttpRequest) -> HttpResponse:
    form, only_due = SearchForm(request.GET), request.GET.get("tab") == "due"
    words = tidy(form.cleaned_data["q"]) if form.is_valid() else ""
    found = inspection_list(acting(request), words=words, only_due=only_due)
    shown, calendar = Paginator(found, PAGE).get_page(request.GET.get("page")), work_calendar()
    rows = [_row(item, calendar) for item in shown]
    return staff_page(
        page,
        request,
        "admin/connections/inspections.html",
        title=_("Kiểm tra định kỳ"),
        tab="due" if only_due else "all",
        form=form,
        words=words,
        page=shown,
        rows=rows,
        policy=policy_of(Duty.INSPECTION),
        may_inspect=acting(request).may(deeds.INSPECT),
    )


def _row(item: Any, calendar: WorkCalendar) -> dict[str, Any]:
    left = None if item.inspect_on is None else days_left(item.inspect_on, calendar)
    return {"connection": item, "left": left, "running": item.under_way[0] if item.under_way else None}


def _history(page: BaseAdmin, request: HttpRequest) -> HttpResponse:
    shown = Paginator(concluded_inspections(acting(request)), PAGE).get_page(request.GET.get("page"))
    title, template = _("Kiểm tra định kỳ"), "admin/connections/inspections.html"
    return staff_page(page, request, template, title=title, tab="done", page=shown, done=list(shown))


def _owing(page: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Show whose declaration of this year is missing."""
    year = clock.today().year
    found = owing_declaration(live_connections(acting(request)), year).select_related("system__owner", "request")
    shown = Paginator(found.order_by("system__owner__sort_key", "pk"), PAGE).get_page(request.GET.get("page"))
    day = declaration_day(year)
    return staff_page(
        page,
        request,
        "admin/connections/inspections.html",
        title=_("Kiểm tra định kỳ"),
        tab="owing",
        page=shown,
        owing=list(shown),
        year=year,
        day=day,
        left=None if day is None else days_left(day, work_calendar()),
    )


TABS = {"done": _history, "owing": _owing}


def _page(page: BaseAdmin, request: HttpRequest, inspection: Inspection) -> HttpResponse:
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            return _saved(request, inspection)
        except DomainError as said:
            refusal = said
    marks = marks_of(inspection)
    errors = refusal.errors if isinstance(refusal, InvalidInput) else {}
    return staff_page(
        page,
        request,
        "admin/connections/inspect.html",
        status=refusal.problem.status if refusal else 200,
        title=_("Đợt kiểm tra định kỳ"),
        inspection=inspection,
        rows=rows_of(request, marks, errors),
        unjudged=unjudged(marks),
        failed=failed(marks),
        refusal=refusal,
        conclusion_errors=errors.get("conclusion", []),
        conclusion=nfc(request.POST.get("conclusion", "")),
        may_inspect=inspection.concluded_at is None and acting(request).may(deeds.INSPECT),
    )


def _saved(request: HttpRequest, inspection: Inspection) -> HttpResponse:
    """Keep the marks that were sent; conclude when that button was pressed. Raises DomainError."""
    marks, saw = posted(request)
    deeds.mark_inspection(actor=acting(request), inspection=inspection, marks=marks, seen_before=saw)
    if request.POST.get("do") != "conclude":
        messages.success(request, _("Đã lưu kết quả kiểm tra."))
        return redirect(PAGE_OF, inspection.pk)
    done = deeds.conclude_inspection(
        actor=acting(request), inspection=inspection, conclusion=request.POST.get("conclusion", "")
    )
    text = _("Đã kết luận đợt kiểm tra; kỳ tiếp theo %(day)s (hạn nội bộ).")
    messages.success(request, text % {"day": f"{done.next_due:%d/%m/%Y}"})
    return redirect(LIST)

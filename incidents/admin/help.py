"""Help requests at the desk: the queue, one request with its thread, and the published answers (QC14.2)."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from connections.admin.plans import ReasonedForm
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.forms import show_refusal
from core.problems import DomainError, PermissionRefused
from core.transitions import offers
from core.web.downloads import file_response
from incidents.help_form import EntryForm
from incidents.help_words import HelpSide
from incidents.models import GuideAnswer, HelpFile, HelpRequest
from incidents.models.help import ANSWER, PUBLISH, SEE_ALL
from incidents.selectors.help import QUEUE, days_left, help_list, thread_of
from incidents.services import guides
from incidents.services import help as deeds


class DeskForm(EntryForm):
    """The same entry as the staff rooms draw it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})


class WaitingFilter(admin.SimpleListFilter):
    """What waits, what is late, what is the reader's own."""

    title = gettext_lazy("cần xử lý")
    parameter_name = "cho"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the three."""
        return [("1", _("Chờ trả lời")), ("late", _("Quá hạn trả lời")), ("mine", _("Việc của tôi"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        match self.value():
            case "1":
                return queryset.waiting()
            case "late":
                return queryset.overdue()
            case "mine":
                return queryset.filter(owner_id=acting(request).user_id).exclude(state="closed")
        return queryset


@admin.register(HelpRequest)
class HelpRequestAdmin(BaseAdmin):
    """The queue: what waits first, the most urgent on top. A request opens with its thread."""

    view_permission = SEE_ALL
    list_display = ("code", "subject", "agency", "state_shown", "due_at", "late_shown", "owner")
    list_filter = (WaitingFilter, "state")
    list_select_related = ("agency", "owner")
    search_fields = ("search",)

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"open": "warning", "answered": "success", "closed": "info"},
        ordering="state",
    )
    def state_shown(self, obj: HelpRequest) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    @admin.display(description=gettext_lazy("Quá hạn"))
    def late_shown(self, obj: HelpRequest) -> str:
        """Say whether the answer is late."""
        return _("Quá hạn nội bộ") if obj.is_overdue else "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the requests in the order of the queue."""
        return help_list(acting(request))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Keep the order of the queue where nobody chose another."""
        return QUEUE

    def get_urls(self) -> list[Any]:
        """Add the files of a thread."""
        wrapped = self.admin_site.admin_view(self.file_view)
        return [path("<int:pk>/tep/<int:file>/", wrapped, name="incidents_helprequest_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out the file of an entry."""
        if not self.has_view_permission(request):
            raise Http404
        return file_response(get_object_or_404(HelpFile, pk=file, entry__request_id=pk))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a request with its thread; take an answer, take it over, close it."""
        found = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        if found is None:
            raise Http404
        posted, status = request.method == "POST", 200
        form = DeskForm(request.POST if posted else None, request.FILES if posted else None)
        if posted:
            try:
                if done := self._do(request, found, form):
                    messages.success(request, done)
                    return redirect("admin:incidents_helprequest_change", found.pk)
            except PermissionRefused:
                raise
            except DomainError as refusal:
                form.is_valid()
                show_refusal(form, refusal)
                status = refusal.problem.status
        return self._page(request, found, form, status)

    def _do(self, request: HttpRequest, found: HelpRequest, form: EntryForm) -> str:
        """Carry out what was pressed; "" for a form that has errors."""
        actor, pressed = acting(request), request.POST.get("do", "")
        if pressed == "take":
            deeds.take_help(actor=actor, request=found)
            return _("Bạn là người xử lý yêu cầu này.")
        if pressed == "close":
            deeds.close_help(actor=actor, request=found)
            return _("Đã đóng yêu cầu hỗ trợ.")
        if not form.is_valid():
            return ""
        deeds.answer_help(actor=actor, request=found, **form.given())
        return _("Đã gửi trả lời. Người hỏi nhận được thông báo.")

    def _page(self, request: HttpRequest, found: HelpRequest, form: EntryForm, status: int) -> HttpResponse:
        actor = acting(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": found.code,
            "found": found,
            "left": days_left(found),
            "entries": thread_of(found, actor),
            "guides": list(found.guides.all()),
            "form": form,
            "may": {offer.name for offer in offers(found, actor)},
            "may_take": actor.may(ANSWER) and found.owner_id != actor.user_id,
            "may_publish": actor.may(PUBLISH),
            "file_address": "admin:incidents_helprequest_file",
        }
        return TemplateResponse(request, "incidents/admin_help.html", context, status=status)


@admin.register(GuideAnswer)
class GuideAnswerAdmin(BaseAdmin):
    """Questions and answers everybody reads under «Hỏi đáp»."""

    form = ReasonedForm
    view_permission = SEE_ALL
    manage_permission = PUBLISH
    list_display = ("question", "topic", "published", "changed_at", "changed_by")
    list_filter = ("topic", "published")
    list_select_related = ("changed_by",)
    search_fields = ("search",)
    fields = (*guides.FIELDS, "reason")
    raw_id_fields = ("source",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the question and the last answer of the request named in the address."""
        source = request.GET.get("source", "")
        seen = HelpRequest.objects.visible_to(acting(request))
        found = seen.filter(pk=source).first() if source.isdecimal() else None
        if found is None:
            return {}
        last = found.entries.filter(side=HelpSide.OPERATOR).order_by("-id").first()
        return {"source": found.pk, "question": found.subject, "answer": last.text if last else ""}

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Publish or change."""
        return guides.save_guide(actor=actor, guide=obj, **data)

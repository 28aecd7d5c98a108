"""Staff pages of feedback: the queue, one with its answer, themes (QC16)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core import clock
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.web.downloads import file_response
from reports.admin.working import Action, WorkAdmin, WorkForm
from reports.cells import Link
from reports.feedback_choices import AnswerAudience, FeedbackState
from reports.models import Feedback, FeedbackFile, FeedbackTheme
from reports.models.feedback import ANSWER, SEE_ALL
from reports.selectors.feedback import QUEUE
from reports.services import feedback as deeds


class _Seen(WorkForm):
    """A form that carries the revision the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class AnswerForm(_Seen):
    """The answer, and who reads it."""

    answer = forms.CharField(label=gettext_lazy("Trả lời"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    audience = forms.ChoiceField(
        label=gettext_lazy("Ai đọc trả lời"), choices=AnswerAudience.choices, widget=forms.RadioSelect
    )
    public_question = forms.CharField(
        label=gettext_lazy("Câu hỏi viết lại cho mọi cơ quan"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Bắt buộc khi công bố; không ghi tên cơ quan, người, hệ thống."),
    )


class ThemeForm(_Seen):
    """The theme it belongs to."""

    theme = forms.ModelChoiceField(
        FeedbackTheme.objects.filter(active=True),
        label=gettext_lazy("Nhóm"),
        required=False,
        empty_label=gettext_lazy("Chưa xếp nhóm"),
    )


class WaitingFilter(admin.SimpleListFilter):
    """What waits, what is late, what is not grouped."""

    title = gettext_lazy("cần xử lý")
    parameter_name = "cho"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the three."""
        return [("1", _("Chờ trả lời")), ("late", _("Quá hạn trả lời")), ("none", _("Chưa xếp nhóm"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        match self.value():
            case "1":
                return queryset.waiting()
            case "late":
                return queryset.waiting().filter(due_at__lt=clock.now())
            case "none":
                return queryset.filter(theme__isnull=True)
        return queryset


@admin.register(FeedbackTheme)
class FeedbackThemeAdmin(BaseAdmin):
    """Themes feedback is grouped by."""

    view_permission = SEE_ALL
    manage_permission = ANSWER
    list_display = ("name", "note", "active")
    list_filter = ("active",)
    fields = deeds.THEME_FIELDS

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the theme."""
        return deeds.save_theme(actor=actor, theme=obj if change else None, **data)


@admin.register(Feedback)
class FeedbackAdmin(WorkAdmin):
    """The queue: what waits first. Feedback opens with its answer."""

    view_permission = SEE_ALL
    noun = "feedback"
    list_display = ("code", "subject", "kind", "agency", "clause", "theme", "state_shown", "due_at", "late_shown")
    list_filter = (WaitingFilter, "kind", "theme", "audience")
    list_select_related = ("agency", "theme")
    search_fields = ("code", "subject", "agency__search")
    work_actions = {
        "answer": Action(
            gettext_lazy("Trả lời"),
            AnswerForm,
            deeds.answer_feedback,
            gettext_lazy("Đã gửi trả lời. Người gửi nhận được thông báo."),
            gettext_lazy("Trả lời lại thì câu trả lời trước được thay; nhật ký giữ cả hai."),
        ),
        "group": Action(gettext_lazy("Xếp nhóm"), ThemeForm, deeds.group_feedback, gettext_lazy("Đã xếp nhóm.")),
    }

    @display(
        description=gettext_lazy("Tình trạng"),
        label={FeedbackState.OPEN: "warning", FeedbackState.ANSWERED: "success"},
        ordering="state",
    )
    def state_shown(self, obj: Feedback) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    @admin.display(description=gettext_lazy("Quá hạn"))
    def late_shown(self, obj: Feedback) -> str:
        """Say whether the answer is late, and by whose term."""
        if not obj.is_overdue:
            return "–"
        return _("Quá hạn") if obj.statutory else _("Quá hạn nội bộ")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Keep the order of the queue where nobody chose another."""
        return QUEUE

    def get_urls(self) -> list[URLPattern]:
        """Add the files."""
        return [*self.file_urls(self.file_view), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int, file: int) -> HttpResponse:
        """Hand out the file that came with it."""
        return file_response(get_object_or_404(FeedbackFile, pk=file, feedback=self.found(request, str(pk))))

    def offered(self, thing: Any, actor: Actor) -> list[str]:
        """Offer to answer and to group."""
        return list(self.work_actions) if actor.may(ANSWER) else []

    def initial(self, name: str, thing: Any) -> dict[str, Any]:
        """Begin with what stands."""
        seen = {"revision": thing.revision}
        if name == "group":
            return {**seen, "theme": thing.theme_id}
        fields = ("answer", "public_question")
        found = {field: getattr(thing, field) for field in fields}
        return {**seen, **found, "audience": thing.audience or AnswerAudience.OWN}

    def facts(self, thing: Any) -> list[tuple[Any, Any]]:
        """Say who filed what, by when it is to be answered."""
        due = f"{thing.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if thing.due_at else "–"
        own = "" if thing.statutory or not thing.due_at else _(" (hạn nội bộ)")
        return [
            (_("Loại"), thing.get_kind_display()),
            (_("Điều khoản liên quan"), thing.citation),
            (_("Cơ quan gửi"), thing.agency),
            (_("Người gửi"), thing.author.full_name),
            (_("Gửi lúc"), f"{thing.filed_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"),
            (_("Hạn trả lời"), due + own),
            (_("Nhóm"), thing.theme),
            (_("Tình trạng"), thing.get_state_display()),
            (_("Ai đọc trả lời"), thing.get_audience_display()),
        ]

    def texts(self, thing: Any) -> list[tuple[Any, str]]:
        """Show what was filed and answered."""
        found = [(_("Nội dung"), thing.text)]
        return [*found, (_("Trả lời"), thing.answer)] if thing.answer else found

    def links(self, thing: Any, actor: Actor) -> list[Link]:
        """Lead to the file and to the request for help it grew out of."""
        found = []
        kept = getattr(thing, "file", None)
        if kept:
            address = reverse("admin:reports_feedback_file", args=[thing.pk, kept.pk])
            found.append(Link(_("Tải tệp kèm theo: %(name)s") % {"name": kept.name}, address))
        if thing.help_request_id:
            address = reverse("admin:incidents_helprequest_change", args=[thing.help_request_id])
            found.append(Link(_("Mở yêu cầu hỗ trợ liên quan"), address))
        return found

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return what the actor sees."""
        return Feedback.objects.visible_to(acting(request)).order_by(*QUEUE)

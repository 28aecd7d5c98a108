"""Staff pages of the yearly review: drafted, edited theme by theme, submitted, approved, issued (Q50-15.7)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from catalog.admin.seen import SeenForm
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.documents.wording import short_date
from core.transitions import offers
from reports.admin.working import Action, WorkAdmin, WorkForm
from reports.cells import Link, Rows
from reports.documents.review import cited
from reports.feedback_choices import ReviewState
from reports.models import ReviewTheme, YearlyReview
from reports.models.feedback import SEE_ALL
from reports.models.reviews import DRAFT, WRITTEN
from reports.services import reviews as deeds

_LINES = gettext_lazy("Mỗi dòng một mục")


class StepForm(WorkForm):
    """A step of what the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class BackForm(StepForm):
    """Why it goes back."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do trả lại"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class IssueForm(StepForm):
    """The number the clerk gave."""

    number = forms.CharField(label=gettext_lazy("Số, ký hiệu"), max_length=60, help_text="05/BC-SKHCN")
    number_date = forms.DateField(label=gettext_lazy("Ngày ban hành"), help_text=gettext_lazy("Ví dụ 19/03/2026"))


class TextsForm(StepForm):
    """The texts around the themes."""

    opening = forms.CharField(
        label=gettext_lazy("Đánh giá chung"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    closing = forms.CharField(
        label=gettext_lazy("Kiến nghị chung"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    addressee = forms.CharField(label=gettext_lazy("Nơi nhận báo cáo"), max_length=200)
    legal_bases = forms.CharField(
        label=gettext_lazy("Căn cứ"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_LINES
    )
    recipients = forms.CharField(
        label=gettext_lazy("Nơi nhận"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_LINES
    )
    signer_lines = forms.CharField(label=gettext_lazy("Chức vụ người ký"), max_length=100)


def _step(name: str) -> Any:
    return lambda **given: deeds.move_review(step=name, **given)


@admin.register(YearlyReview)
class YearlyReviewAdmin(WorkAdmin):
    """Reviews, the newest first."""

    view_permission = SEE_ALL
    manage_permission = DRAFT
    noun = "review"
    list_display = ("__str__", "state_shown", "period_start", "period_end", "number")
    list_filter = ("state",)
    fields = ("year", "period_start", "period_end")
    work_actions = {
        "submit": Action(gettext_lazy("Trình duyệt"), StepForm, _step("submit"), gettext_lazy("Đã trình.")),
        "approve": Action(gettext_lazy("Duyệt"), StepForm, _step("approve"), gettext_lazy("Đã duyệt.")),
        "send_back": Action(
            gettext_lazy("Trả lại để sửa"), BackForm, _step("send_back"), gettext_lazy("Đã trả lại để sửa.")
        ),
        "issue": Action(
            gettext_lazy("Ban hành"),
            IssueForm,
            _step("issue"),
            gettext_lazy("Đã ban hành; lãnh đạo Ủy ban nhân dân tỉnh xem và tải được."),
            gettext_lazy("Nội dung được chốt cùng mã băm, không sửa được nữa."),
        ),
        "texts": Action(gettext_lazy("Sửa lời văn chung"), TextsForm, deeds.edit_review, gettext_lazy("Đã lưu.")),
        "gather": Action(
            gettext_lazy("Cập nhật từ vướng mắc, đề xuất"),
            StepForm,
            deeds.gather_again,
            gettext_lazy("Đã cập nhật số liệu; lời văn đã sửa giữ nguyên."),
        ),
    }

    @display(
        description=gettext_lazy("Tình trạng"),
        label={"draft": "info", "submitted": "warning", "approved": "warning", "issued": "success"},
        ordering="state",
    )
    def state_shown(self, obj: YearlyReview) -> tuple[str, str]:
        """Name the state; the colour says the same."""
        return obj.state, obj.get_state_display()

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the reviews the actor sees, without what is frozen in them."""
        return super().get_queryset(request).defer("content")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Draft the review of a year."""
        return deeds.draft_review(actor=actor, **data)

    def offered(self, thing: Any, actor: Actor) -> list[str]:
        """Offer the steps that are possible, and editing while it is a draft."""
        names = {offer.name for offer in offers(thing, actor) if not offer.missing}
        if thing.state == ReviewState.DRAFT and actor.may(DRAFT):
            names |= {"texts", "gather"}
        return [name for name in self.work_actions if name in names]

    def initial(self, name: str, thing: Any) -> dict[str, Any]:
        """Begin with what stands."""
        texts = {field: getattr(thing, field) for field in deeds.FIELDS} if name == "texts" else {}
        return {"revision": thing.revision, **texts}

    def facts(self, thing: Any) -> list[tuple[Any, Any]]:
        """Say which period, how it stands, what it still waits for."""
        period = f"{short_date(thing.period_start)} – {short_date(thing.period_end)}"
        missing = [text for text in [_missing(thing)] if text]
        return [
            (_("Tình trạng"), thing.get_state_display()),
            (_("Kỳ rà soát"), period),
            (_("Còn thiếu"), "; ".join(missing)),
            (_("Người soạn"), thing.drafted_by and thing.drafted_by.full_name),
            (_("Người trình"), thing.submitted_by and thing.submitted_by.full_name),
            (_("Người duyệt"), thing.approved_by and thing.approved_by.full_name),
            (_("Lý do trả lại"), thing.sent_back_reason),
            (_("Số, ký hiệu"), thing.number),
        ]

    def texts(self, thing: Any) -> list[tuple[Any, str]]:
        """Show the texts around the themes."""
        pairs = [(_("Đánh giá chung"), thing.opening), (_("Kiến nghị chung"), thing.closing)]
        return [(head, text) for head, text in pairs if text]

    def tables(self, thing: Any) -> list[Rows]:
        """List the themes, each leading to where it is edited."""
        rows = [
            (
                Link(theme.title, reverse("admin:reports_reviewtheme_change", args=[theme.pk])),
                theme.feedback,
                theme.agencies,
                _("Có") if theme.our_answer else _("Chưa"),
                _("Có") if theme.proposal else _("Không"),
            )
            for theme in thing.themes.all()
        ]
        heads = (_("Mục"), _("Số ý kiến"), _("Số cơ quan"), _("Ý kiến của Sở"), _("Đề xuất sửa đổi"))
        empty = _("Trong kỳ chưa có vướng mắc, đề xuất nào.")
        return [Rows(_("Các mục"), heads, rows, empty, frozenset({1, 2}))]

    def links(self, thing: Any, actor: Actor) -> list[Link]:
        """Lead to the page leaders read."""
        return [Link(_("Xem trang báo cáo"), reverse("review", args=[thing.year]))]


def _missing(review: YearlyReview) -> str:
    return WRITTEN.explain(review) if review.state == ReviewState.DRAFT else ""


@admin.register(ReviewTheme)
class ReviewThemeAdmin(BaseAdmin):
    """The themes of a draft: words, answer, proposal."""

    form = SeenForm
    view_permission = SEE_ALL
    manage_permission = DRAFT
    list_display = ("title", "review", "feedback", "agencies", "place")
    list_filter = ("review",)
    list_select_related = ("review",)
    readonly_fields = ("review", "counts", "clauses_shown")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show counts and clauses above what is edited."""
        seen = ["seen"] if self.has_change_permission(request, obj) else []
        return ["review", "counts", "clauses_shown", *deeds.THEME_FIELDS, *seen]

    @admin.display(description=gettext_lazy("Số ý kiến, số cơ quan"))
    def counts(self, obj: ReviewTheme) -> str:
        """Show how much was filed."""
        return _("%(n)s ý kiến của %(m)s cơ quan") % {"n": obj.feedback, "m": obj.agencies}

    @admin.display(description=gettext_lazy("Điều khoản liên quan"))
    def clauses_shown(self, obj: ReviewTheme) -> str:
        """Name the clauses."""
        return cited(obj.clauses) or "–"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the themes of the reviews the actor sees."""
        seen = YearlyReview.objects.visible_to(acting(request)).values("pk")
        return super().get_queryset(request).filter(review__in=seen)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Themes come from the feedback."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was submitted is not edited."""
        draft = obj is None or obj.review.state == ReviewState.DRAFT
        return draft and super().has_change_permission(request, obj)

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Write the theme."""
        return deeds.edit_theme(actor=actor, theme=obj, **data)

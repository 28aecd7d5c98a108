"""The yearly review: what agencies reported, what was answered, what the regulation should say instead (Q50-15.7)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import User
from audit.models import Fact
from core.states import StateField
from core.transitions import Guard
from reports.feedback_choices import ReviewState
from reports.models.feedback import FeedbackTheme

if TYPE_CHECKING:
    from core.actor import Actor

DRAFT, APPROVE, READ = "review.draft", "review.approve", "report.view"
#: Deeds that make a person one of a review's authors.
WORDING = ("review.drafted", "review.edited", "review_theme.edited")


def drafts(review: "YearlyReview", actor: "Actor") -> bool:
    """Return whether *actor* draws up the review."""
    return actor.may(DRAFT)


def approves(review: "YearlyReview", actor: "Actor") -> bool:
    """Return whether *actor* approves, and had no hand in this review: drawing up, wording, submitting."""
    if not (actor.is_person and actor.may(APPROVE)):
        return False
    return actor.user_id not in (review.drafted_by_id, review.submitted_by_id) and not _worded(review, actor)


def _worded(review: "YearlyReview", actor: "Actor") -> bool:
    """Return whether *actor* wrote texts of the review or of a theme of it, by the facts of it."""
    themes = [str(pk) for pk in review.themes.values_list("pk", flat=True)]
    its = Q(subject_type=ReviewTheme._meta.label_lower, subject_id__in=themes)
    its |= Q(subject_type=review._meta.label_lower, subject_id=str(review.pk))
    return Fact.objects.filter(its, actor_id=actor.user_id, deed__in=WORDING).exists()


def _unwritten(review: "YearlyReview") -> str:
    if not review.themes.exists():
        return _now("Báo cáo chưa có mục nào; cập nhật từ vướng mắc, đề xuất của năm trước.")
    empty = review.themes.filter(Q(our_answer="") & Q(proposal="")).count()
    return _now("Còn %(n)s mục chưa ghi ý kiến của Sở và đề xuất.") % {"n": empty} if empty else ""


WRITTEN = Guard("review_written", _unwritten)


class ReviewQuerySet(models.QuerySet["YearlyReview"]):
    """Reading yearly reviews."""

    def visible_to(self, actor: "Actor") -> "ReviewQuerySet":
        """Return all to who draws up or approves, to other readers of reports what was issued."""
        if actor.may(DRAFT) or actor.may(APPROVE):
            return self
        return self.filter(state=ReviewState.ISSUED) if actor.may(READ) else self.none()


class YearlyReview(models.Model):
    """The review of one year (Q50-15.7): drafted from its feedback, edited, submitted, approved by another, issued.

    ``revision`` counts changes, so that nobody overwrites another's. Issued, its document is frozen with its SHA-256
    and may be checked by its code; a second review of the same year does not exist.
    """

    year = models.PositiveSmallIntegerField(
        _("năm"), unique=True, validators=[MinValueValidator(2020), MaxValueValidator(2100)]
    )
    period_start = models.DateField(_("từ ngày"))
    period_end = models.DateField(_("đến hết ngày"))
    state = StateField(
        _("tình trạng"), max_length=12, choices=ReviewState.choices, default=ReviewState.DRAFT, protected=True
    )
    opening = models.TextField(_("đánh giá chung"), max_length=4000, blank=True)
    closing = models.TextField(_("kiến nghị chung"), max_length=4000, blank=True)
    addressee = models.CharField(_("nơi nhận báo cáo"), max_length=200)
    legal_bases = models.TextField(_("căn cứ"), max_length=2000, help_text=_("Mỗi dòng một căn cứ"))
    recipients = models.TextField(_("nơi nhận"), max_length=1000, help_text=_("Mỗi dòng một nơi nhận"))
    signer_lines = models.CharField(_("chức vụ người ký"), max_length=100)
    drafted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("người soạn")
    )
    drafted_at = models.DateTimeField(_("soạn lúc"), editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("người trình")
    )
    submitted_at = models.DateTimeField(_("trình lúc"), null=True, editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("người duyệt")
    )
    approved_at = models.DateTimeField(_("duyệt lúc"), null=True, editable=False)
    sent_back_reason = models.CharField(_("lý do trả lại"), max_length=300, blank=True, editable=False)
    issued_at = models.DateTimeField(_("ban hành lúc"), null=True, editable=False)
    number = models.CharField(_("số, ký hiệu"), max_length=60, blank=True, editable=False)
    number_date = models.DateField(_("ngày ban hành"), null=True, editable=False)
    code = models.CharField(_("mã xác minh"), max_length=32, blank=True, editable=False)
    content = models.JSONField(_("nội dung đã ban hành"), null=True, editable=False)
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo rà soát hằng năm")
        verbose_name_plural = _("báo cáo rà soát hằng năm")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")),
                name="review_period_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(submitted_by__isnull=True)
                | ~Q(approved_by=F("submitted_by")),
                name="review_approver_is_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.ISSUED) | (~Q(code="") & ~Q(sha256="") & Q(content__isnull=False)),
                name="review_issued_is_whole",
            ),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="review_code_once"),
        ]

    def __str__(self) -> str:
        return str(_("Báo cáo rà soát năm %(year)s") % {"year": self.year})

    @transition(
        state,
        ReviewState.DRAFT,
        ReviewState.SUBMITTED,
        conditions=[WRITTEN],
        custom={"may": drafts, "label": _("Trình duyệt"), "clause": "Q50-15.7"},
    )
    def submit(self) -> None:
        """It waits for the leader; nothing is edited meanwhile."""

    @transition(
        state,
        ReviewState.SUBMITTED,
        ReviewState.DRAFT,
        custom={"may": approves, "label": _("Trả lại để sửa"), "clause": "Q50-15.7", "reason_required": True},
    )
    def send_back(self) -> None:
        """It is edited again."""

    @transition(
        state,
        ReviewState.SUBMITTED,
        ReviewState.APPROVED,
        conditions=[WRITTEN],
        custom={"may": approves, "label": _("Duyệt"), "clause": "Q50-15.7"},
    )
    def approve(self) -> None:
        """Another person than who submitted it agrees."""

    @transition(
        state,
        ReviewState.APPROVED,
        ReviewState.ISSUED,
        custom={"may": drafts, "label": _("Ban hành"), "clause": "Q50-15.7"},
    )
    def issue(self) -> None:
        """It has its number and its files; leaders of the province read it."""


class ReviewTheme(models.Model):
    """One theme of a review: how many agencies, in what words, what SKHCN answered, what should change."""

    review = models.ForeignKey(YearlyReview, models.PROTECT, related_name="themes", verbose_name=_("báo cáo rà soát"))
    theme = models.ForeignKey(
        FeedbackTheme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("nhóm")
    )
    title = models.CharField(_("tên mục"), max_length=150)
    place = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    feedback = models.PositiveIntegerField(_("số ý kiến"), editable=False)
    agencies = models.PositiveIntegerField(_("số cơ quan"), editable=False)
    clauses = models.CharField(_("điều khoản liên quan"), max_length=300, blank=True, editable=False)
    representative = models.TextField(_("nội dung tiêu biểu"), max_length=4000)
    our_answer = models.TextField(_("ý kiến của Sở"), max_length=4000, blank=True)
    proposal = models.TextField(_("đề xuất sửa đổi quy chế"), max_length=4000, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("mục của báo cáo rà soát")
        verbose_name_plural = _("mục của báo cáo rà soát")
        ordering = ["review", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "theme"], nulls_distinct=False, name="review_theme_once")
        ]

    def __str__(self) -> str:
        return self.title


auditlog.register(YearlyReview, exclude_fields=["revision", "content", "code"])
auditlog.register(ReviewTheme, exclude_fields=["revision"])

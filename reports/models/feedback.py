"""What agencies report of the regulation and propose, with the answers (QC16, Q50-15.7)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from core import clock
from core.files import StoredFile
from core.regulation import UnknownClause, cite
from incidents.models import HelpRequest
from reports.feedback_choices import AnswerAudience, FeedbackKind, FeedbackState

if TYPE_CHECKING:
    from core.actor import Actor

FILE, ANSWER, SEE_ALL = "feedback.file", "feedback.answer", "feedback.view_all"


class FeedbackTheme(models.Model):
    """A theme staff group feedback by; it goes through the years and is the heading of the yearly review."""

    name = models.CharField(_("tên nhóm"), max_length=150, unique=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    active = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        verbose_name = _("nhóm vướng mắc, đề xuất")
        verbose_name_plural = _("nhóm vướng mắc, đề xuất")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Reading feedback."""

    def visible_to(self, actor: "Actor") -> "FeedbackQuerySet":
        """Return all to SKHCN's readers, to people of an agency those of their agency."""
        if actor.may(SEE_ALL):
            return self
        return self.filter(agency_id=actor.agency_id or 0) if actor.may(FILE) else self.none()

    def waiting(self) -> "FeedbackQuerySet":
        """Return those that wait for an answer."""
        return self.filter(state=FeedbackState.OPEN)

    def published(self) -> "FeedbackQuerySet":
        """Return those whose answer every agency reads; question and answer only, not who asked."""
        return self.filter(state=FeedbackState.ANSWERED, audience=AnswerAudience.ALL)


class Feedback(models.Model):
    """A difficulty with the regulation or a proposal, filed by an agency, answered by SKHCN (QC16).

    What was filed stays as it is. The answer goes to the agency, or with a question staff word anew to all; a later
    answer replaces the one before, which the facts keep. A question on how to do something is a request for help
    instead; one that grew out of such a request names it.
    """

    code = models.CharField(_("mã"), max_length=24, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan gửi"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    kind = models.CharField(_("loại"), max_length=12, choices=FeedbackKind.choices)
    clause = models.CharField(_("điều khoản liên quan"), max_length=16, blank=True)
    subject = models.CharField(_("tóm tắt"), max_length=200)
    text = models.TextField(_("nội dung"), max_length=4000)
    help_request = models.ForeignKey(
        HelpRequest, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("từ yêu cầu hỗ trợ")
    )
    filed_at = models.DateTimeField(_("gửi lúc"))
    due_at = models.DateTimeField(_("hạn trả lời"), null=True, blank=True)
    statutory = models.BooleanField(_("hạn do pháp luật quy định"), default=False)
    form_token = models.UUIDField(editable=False)
    theme = models.ForeignKey(
        FeedbackTheme, models.PROTECT, null=True, blank=True, related_name="feedback", verbose_name=_("nhóm")
    )
    state = models.CharField(
        _("tình trạng"), max_length=12, choices=FeedbackState.choices, default=FeedbackState.OPEN, editable=False
    )
    answer = models.TextField(_("trả lời"), max_length=4000, blank=True)
    audience = models.CharField(_("ai đọc trả lời"), max_length=4, choices=AnswerAudience.choices, blank=True)
    public_question = models.CharField(_("câu hỏi viết lại cho mọi cơ quan"), max_length=300, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người trả lời")
    )
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("vướng mắc, đề xuất")
        verbose_name_plural = _("vướng mắc, đề xuất")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["author", "form_token"], name="feedback_once"),
            models.CheckConstraint(
                condition=~Q(state=FeedbackState.ANSWERED) | (~Q(answer="") & ~Q(audience="")),
                name="feedback_answered_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="feedback_agency"),
            models.Index(fields=["state", "due_at"], name="feedback_due"),
            models.Index(fields=["filed_at"], name="feedback_filed"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}"

    @property
    def citation(self) -> str:
        """The clause in words, "" where none was named."""
        try:
            return str(cite(self.clause)) if self.clause else ""
        except UnknownClause:
            return self.clause

    @property
    def is_overdue(self) -> bool:
        """Return whether the answer is late."""
        return self.state == FeedbackState.OPEN and self.due_at is not None and self.due_at < clock.now()


class FeedbackFile(StoredFile):
    """The file that came with feedback."""

    feedback = models.OneToOneField(
        Feedback, models.PROTECT, related_name="file", verbose_name=_("vướng mắc, đề xuất")
    )

    class Meta:
        verbose_name = _("tệp của vướng mắc, đề xuất")
        verbose_name_plural = _("tệp của vướng mắc, đề xuất")


auditlog.register(FeedbackTheme)
auditlog.register(Feedback, exclude_fields=["revision"])
auditlog.register(FeedbackFile)

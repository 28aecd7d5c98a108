"""Campaigns: SKHCN asks agencies for their own statements of use (QC15.5)."""

from typing import Any

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from core import clock
from core.actor import Actor
from core.states import StateField
from reports import campaign_guards as guards
from reports.campaign_choices import CampaignState


class CampaignQuestion(models.Model):
    """A question every campaign asks besides the calls of each service; data, edited by staff.

    A campaign keeps the questions as they read when it was issued.
    """

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    text = models.CharField(_("câu hỏi"), max_length=300)
    hint = models.CharField(_("gợi ý trả lời"), max_length=300, blank=True)
    required = models.BooleanField(_("bắt buộc trả lời"), default=True)
    active = models.BooleanField(_("đang áp dụng"), default=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"))
    basis = models.CharField(_("căn cứ"), max_length=300)

    class Meta:
        verbose_name = _("câu hỏi của đợt báo cáo")
        verbose_name_plural = _("câu hỏi của đợt báo cáo")
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.text


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Reading campaigns."""

    def visible_to(self, actor: Actor) -> "CampaignQuerySet":
        """Return all to SKHCN's readers; agencies see their statements, not the campaign."""
        return self if guards.sees_all(actor) else self.none()

    def with_counts(self) -> models.QuerySet[Any]:
        """Return campaigns with ``asked`` and ``handed_in``, the numbers of their statements."""
        submitted = Q(statements__submitted_at__isnull=False)
        return self.annotate(asked=Count("statements"), handed_in=Count("statements", filter=submitted))


class Campaign(models.Model):
    """One round of asking agencies how they used data of a period that has ended (QC15.5).

    The report officer drafts it and issues it: each agency gets a statement to fill in by the deadline. The deadline
    is counted in working days by a policy unless a day was chosen; it is ours («hạn nội bộ») unless a legal basis is
    named. Closed, nothing more is handed in; merged, the result is frozen: a trigger refuses to change or remove it.
    """

    code = models.CharField(_("mã đợt"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("tên đợt báo cáo"), max_length=200)
    period_start = models.DateField(_("số liệu từ ngày"))
    period_end = models.DateField(_("đến hết ngày"))
    everyone = models.BooleanField(
        _("mọi cơ quan có quyền khai thác hoặc có lượt gọi trong kỳ"),
        default=True,
        help_text=_("Bỏ đánh dấu để tự chọn cơ quan."),
    )
    agencies = models.ManyToManyField(Agency, blank=True, related_name="+", verbose_name=_("cơ quan được chọn"))
    instructions = models.TextField(_("hướng dẫn cho cơ quan"), max_length=4000, blank=True)
    extra_questions = models.TextField(
        _("câu hỏi thêm"), max_length=3000, blank=True, help_text=_("Mỗi dòng một câu hỏi, tối đa 10 câu.")
    )
    questions = models.JSONField(_("câu hỏi đã gửi"), default=list, editable=False)
    tolerance_percent = models.PositiveSmallIntegerField(
        _("mức lệch phải giải trình (%)"),
        default=5,
        validators=[MaxValueValidator(100)],
        help_text=_("Số khai lệch quá mức này so với nhật ký thì phải giải trình. Mức nội bộ, chưa phải quy định."),
    )
    accepts_late = models.BooleanField(
        _("nhận báo cáo nộp muộn"),
        default=True,
        help_text=_("Báo cáo muộn được ghi rõ là muộn. Không nhận thì cơ quan phải xin gia hạn."),
    )
    due_on = models.DateField(
        _("hạn nộp đến hết ngày"), null=True, blank=True, help_text=_("Để trống: tính theo thời hạn đang áp dụng.")
    )
    due_basis = models.CharField(
        _("căn cứ pháp lý của hạn nộp"),
        max_length=300,
        blank=True,
        help_text=_("Để trống khi không có văn bản nào quy định; khi đó ghi «hạn nội bộ»."),
    )
    due_at = models.DateTimeField(_("hạn nộp"), null=True, editable=False)
    extension_reason = models.CharField(_("lý do gia hạn"), max_length=300, blank=True, editable=False)
    state = StateField(
        _("tình trạng"), max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT, protected=True
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người soạn"), editable=False
    )
    created_at = models.DateTimeField(_("soạn lúc"), editable=False)
    issued_at = models.DateTimeField(_("phát hành lúc"), null=True, editable=False)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, editable=False)
    merged_at = models.DateTimeField(_("tổng hợp lúc"), null=True, editable=False)
    result = models.JSONField(_("kết quả tổng hợp"), null=True, editable=False)
    result_sha256 = models.CharField(_("mã băm của tệp kết quả"), max_length=64, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("đợt thu báo cáo khai thác")
        verbose_name_plural = _("đợt thu báo cáo khai thác")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")),
                name="campaign_period_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
            models.CheckConstraint(
                condition=Q(state=CampaignState.DRAFT) | Q(due_at__isnull=False, issued_at__isnull=False),
                name="campaign_issued_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state=CampaignState.MERGED) | (Q(result__isnull=False) & ~Q(result_sha256="")),
                name="campaign_merged_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="campaign_state")]

    def __str__(self) -> str:
        return self.code or self.title

    @property
    def due_label(self) -> str:
        """Whose deadline it is."""
        return _now("theo %(basis)s") % {"basis": self.due_basis} if self.due_basis else _now("hạn nội bộ")

    @property
    def is_past_due(self) -> bool:
        """True once the deadline is over."""
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def extra(self) -> list[str]:
        """The questions of this campaign alone, in order."""
        return [line for text in self.extra_questions.splitlines() if (line := text.strip())]

    @transition(
        state,
        CampaignState.DRAFT,
        CampaignState.ISSUED,
        custom={"may": guards.manages, "label": _("Phát hành đợt báo cáo"), "clause": "QC15.5"},
    )
    def issue(self) -> None:
        """Each agency is asked."""

    @transition(
        state,
        CampaignState.ISSUED,
        CampaignState.CLOSED,
        custom={"may": guards.manages, "label": _("Đóng đợt báo cáo"), "clause": "QC15.5"},
    )
    def close(self) -> None:
        """Nothing more is handed in."""

    @transition(
        state,
        CampaignState.CLOSED,
        CampaignState.MERGED,
        conditions=[guards.ALL_JUDGED, guards.SOMETHING_ACCEPTED],
        custom={"may": guards.manages, "label": _("Tổng hợp kết quả"), "clause": "QC15.5"},
    )
    def merge(self) -> None:
        """The accepted statements become one result."""


auditlog.register(CampaignQuestion)
auditlog.register(Campaign, exclude_fields=["result", "revision"], m2m_fields={"agencies"})

"""Data an agency needs and nobody shares yet."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog.models.services import DataService
from catalog.wish_words import WishOutcome, WishState
from core import clock
from core.actor import Actor

MANAGE, SEND, READ = "service.manage", "request.draft", "request.view_own"


class WishQuerySet(models.QuerySet["DataWish"]):
    """Reading wishes."""

    def visible_to(self, actor: Actor) -> "WishQuerySet":
        """Return all to SKHCN's readers; to others their agency's, and to a provider's people those put to it."""
        if actor.may("service.view_all"):
            return self
        own, seen = actor.agency_id or 0, Q(pk__in=[])
        if actor.may(READ):
            seen |= Q(agency_id=own)
        if actor.may("service.edit_own"):
            seen |= Q(wanted_provider_id=own) | Q(planned_agency_id=own)
        return self.filter(seen)

    def overdue(self) -> "WishQuerySet":
        """Return those whose answer should have been there."""
        return self.filter(state=WishState.OPEN, due_at__lt=clock.now())


class DataWish(models.Model):
    """An agency asks for data that no service of the catalogue offers (QC4.4, QC11.3).

    Its filing staff send it after seeing which services come near. SKHCN answers once: which service offers it, who
    will build it, or why not, with the legal basis. It is never changed and never deleted.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="wishes", verbose_name=_("cơ quan đề nghị"))
    title = models.CharField(_("dữ liệu cần"), max_length=300)
    description = models.TextField(_("mô tả dữ liệu"), max_length=2000)
    purpose = models.TextField(_("mục đích sử dụng"), max_length=2000)
    legal_basis = models.TextField(_("căn cứ pháp lý, chức năng nhiệm vụ"), max_length=1000)
    wanted_provider = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cơ quan đang giữ dữ liệu")
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    created_at = models.DateTimeField(_("gửi lúc"))
    due_at = models.DateTimeField(_("hạn nội bộ trả lời"), null=True, blank=True)
    state = models.CharField(_("tình trạng"), max_length=12, choices=WishState.choices, default=WishState.OPEN)
    outcome = models.CharField(_("kết quả"), max_length=12, choices=WishOutcome.choices, blank=True)
    service = models.ForeignKey(
        DataService, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dịch vụ đáp ứng")
    )
    planned_agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cơ quan sẽ xây dựng")
    )
    planned_on = models.DateField(_("dự kiến có từ ngày"), null=True, blank=True)
    answer = models.TextField(_("nội dung trả lời"), max_length=2000, blank=True)
    answer_basis = models.TextField(_("căn cứ pháp lý của việc chưa đáp ứng"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người trả lời")
    )
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("nhu cầu dữ liệu")
        verbose_name_plural = _("nhu cầu dữ liệu")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "-id"], name="wish_agency"),
            models.Index(fields=["state", "due_at"], name="wish_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=WishOutcome.REFUSED) | (~Q(answer="") & ~Q(answer_basis="")),
                name="wish_refused_with_reason_and_basis",
            )
        ]

    def __str__(self) -> str:
        return self.title


auditlog.register(DataWish)

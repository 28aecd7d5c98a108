"""An agency's asking to be disconnected, and what became of it (Q50-8.3)."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.models.connections import Connection


class EndingRequestQuerySet(models.QuerySet["EndingRequest"]):
    """Reading what agencies asked for."""

    def open(self) -> "EndingRequestQuerySet":
        """Return those that neither SKHCN has answered nor the agency taken back."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)


class EndingRequest(models.Model):
    """One asking of the agency to end the connection of its system; nothing ends by asking alone.

    SKHCN answers it: the disconnection itself accepts, a refusal gives its reason. The agency may take it back before
    that. A connection has one open at most; those answered and taken back stay as evidence.
    """

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="endings", verbose_name=_("kết nối"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan đề nghị"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đề nghị"))
    asked_at = models.DateTimeField(_("đề nghị lúc"))
    reason = models.TextField(_("lý do"))
    wanted_day = models.DateField(_("ngày đề nghị ngừng"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người trả lời"))
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True)
    accepted = models.BooleanField(_("chấp nhận"), null=True)
    answer = models.TextField(_("nội dung trả lời"), blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người rút"))
    withdrawn_at = models.DateTimeField(_("rút lúc"), null=True)

    objects = EndingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị hủy kết nối")
        verbose_name_plural = _("đề nghị hủy kết nối")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="ending_one_open",
                violation_error_message=_("Kết nối đã có đề nghị hủy đang chờ trả lời"),
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="ending_answered_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, accepted__isnull=True)
                | (Q(answered_at__isnull=False, accepted__isnull=False) & ~Q(answer="")),
                name="ending_answer_whole",
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="ending_asked")]

    def __str__(self) -> str:
        return str(_("Đề nghị hủy kết nối của %(agency)s") % {"agency": self.agency})

    @property
    def outcome(self) -> str:
        """Return what became of it, in words."""
        if self.withdrawn_at is not None:
            return str(_("Cơ quan đã rút"))
        if self.accepted is None:
            return str(_("Chờ Sở Khoa học và Công nghệ trả lời"))
        return str(_("Đã hủy kết nối") if self.accepted else _("Không chấp nhận"))


auditlog.register(EndingRequest)

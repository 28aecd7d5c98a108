"""What is decided about each service a dossier asks for (QC10.2: approved, or told what is missing)."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.choices import LineOutcome
from connections.models.lines import RequestLine


class LineDecision(models.Model):
    """What the evaluation says of one line; no row: approved as asked. The approver approves it with the dossier.

    A narrowed line keeps only what stands here: operations and fields of those asked for, a smaller quota, an earlier
    last day, certain hours of the week. One that is not approved becomes no grant, and says why and on which legal
    basis; the dossier itself still has two outcomes only (decisions, 20).
    """

    line = models.OneToOneField(
        RequestLine, models.CASCADE, related_name="decision", verbose_name=_("dịch vụ đề nghị")
    )
    outcome = models.CharField(_("quyết định"), max_length=16, choices=LineOutcome.choices)
    operations = models.JSONField(_("thao tác"), default=list)
    fields = models.JSONField(_("trường dữ liệu"), default=list, blank=True)
    daily_quota = models.PositiveIntegerField(
        _("hạn mức mỗi ngày"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    valid_to = models.DateField(_("đến hết ngày"), null=True)
    hours = models.JSONField(_("khung giờ"), default=list, blank=True)
    reason = models.TextField(_("lý do"), blank=True)
    legal_basis = models.CharField(_("căn cứ pháp lý"), max_length=300, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người ghi"))
    decided_at = models.DateTimeField(_("ghi lúc"))

    class Meta:
        verbose_name = _("quyết định từng dịch vụ")
        verbose_name_plural = _("quyết định từng dịch vụ")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=LineOutcome.APPROVED) | ~Q(reason=""), name="line_decision_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=LineOutcome.REFUSED) | ~Q(legal_basis=""), name="line_refused_on_a_legal_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.get_outcome_display()}"


auditlog.register(LineDecision)

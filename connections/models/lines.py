"""The data services a dossier asks for; each approved one becomes a grant."""

from typing import TYPE_CHECKING, Any

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import DataService
from connections.choices import LineOutcome
from connections.models.requests import ConnectionRequest

if TYPE_CHECKING:
    from datetime import date

    from connections.models.decisions import LineDecision


class LineQuerySet(models.QuerySet["RequestLine"]):
    """Reading the services dossiers ask for."""

    def granted(self) -> "LineQuerySet":
        """Return the lines that become grants, with what narrows them."""
        return self.exclude(decision__outcome=LineOutcome.REFUSED).select_related("service", "decision", "request")


class RequestLine(models.Model):
    """One data service a dossier asks for: operations, fields, load (QC10.1); it becomes a grant."""

    request = models.ForeignKey(ConnectionRequest, models.CASCADE, related_name="lines", verbose_name=_("hồ sơ"))
    service = models.ForeignKey(DataService, models.PROTECT, related_name="+", verbose_name=_("dịch vụ dữ liệu"))
    operations = models.JSONField(_("thao tác"), default=list)
    fields = models.JSONField(_("trường dữ liệu"), default=list, blank=True)
    daily_quota = models.PositiveIntegerField(
        _("hạn mức mỗi ngày"), validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("dịch vụ đề nghị")
        verbose_name_plural = _("dịch vụ đề nghị")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "service"], name="request_line_once")]

    def __str__(self) -> str:
        return str(self.service)

    @property
    def decided(self) -> "LineDecision | None":
        """What the evaluation says of the line; None: approved as asked. Read lines with ``select_related``."""
        return getattr(self, "decision", None)

    @property
    def refused(self) -> bool:
        """Whether the line becomes no grant."""
        return self.decided is not None and self.decided.outcome == LineOutcome.REFUSED

    @property
    def _narrowed(self) -> "LineDecision | None":
        return self.decided if self.decided and self.decided.outcome == LineOutcome.NARROWED else None

    @property
    def granted_operations(self) -> list[str]:
        """Operations that may be called: of those asked for, what the decision keeps."""
        kept = self._narrowed
        return [code for code in self.operations if kept is None or code in kept.operations]

    @property
    def granted_fields(self) -> list[str]:
        """Fields that may be read; none: those the service names."""
        kept = self._narrowed
        return list(kept.fields if kept and kept.fields else self.fields)

    @property
    def granted_quota(self) -> int:
        """Calls a day: never more than asked for."""
        kept = self._narrowed
        return min(self.daily_quota, kept.daily_quota) if kept and kept.daily_quota else self.daily_quota

    @property
    def granted_hours(self) -> list[dict[str, Any]]:
        """Hours of the week the decision keeps; none: always."""
        kept = self._narrowed
        return list(kept.hours) if kept else []

    @property
    def granted_until(self) -> "date | None":
        """Last day, the earlier of the dossier's wish and the decision; None: no end."""
        ends = [day for day in (self.request.wanted_until, self._narrowed and self._narrowed.valid_to) if day]
        return min(ends, default=None)


auditlog.register(RequestLine)

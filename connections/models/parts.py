"""Which parts of a dossier were there when intake looked (QC10.1)."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.models.requests import ConnectionRequest
from connections.models.required import RequiredPart


class PartCheck(models.Model):
    """Whether one part was there when intake looked, in the words of that day."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="part_checks", verbose_name=_("hồ sơ"))
    part = models.ForeignKey(RequiredPart, models.PROTECT, related_name="+", verbose_name=_("thành phần"))
    text = models.CharField(_("nội dung khi kiểm tra"), max_length=300)
    present = models.BooleanField(_("có"))
    remark = models.TextField(_("ghi chú"), blank=True, max_length=1000)
    checked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người kiểm tra"))
    checked_at = models.DateTimeField(_("kiểm tra lúc"))

    class Meta:
        verbose_name = _("kết quả kiểm tra thành phần")
        verbose_name_plural = _("kết quả kiểm tra thành phần")
        ordering = ["request", "part__place", "id"]
        constraints = [models.UniqueConstraint(fields=["request", "part"], name="part_check_once")]

    def __str__(self) -> str:
        return self.text


auditlog.register(PartCheck)

"""How one source system is asked, where it differs from the policy for all."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Upstream
from incidents.choices import CheckMethod

STATUSES = RegexValidator(
    r"\A[1-5][0-9]{2}(-[1-5][0-9]{2})?(, ?[1-5][0-9]{2}(-[1-5][0-9]{2})?)*\Z",
    _("Ghi mã trạng thái hoặc khoảng mã, ví dụ 200-299 hoặc 200, 401"),
)


class HealthSetting(models.Model):
    """One address's own way of being asked: method, interval, hours, and the answer that counts as working.

    The path is the address's own (``Upstream.health_path``). No interval is the policy's; no hours are always, outside
    of them nobody asks and nothing is missed. An answer is right when its status is one of ``statuses`` and its first
    64 KiB contain ``contains``.
    """

    upstream = models.OneToOneField(
        Upstream, models.PROTECT, related_name="health_setting", verbose_name=_("địa chỉ hệ thống nguồn")
    )
    method = models.CharField(_("phương thức"), max_length=4, choices=CheckMethod.choices, default=CheckMethod.GET)
    interval_seconds = models.PositiveIntegerField(
        _("khoảng cách giữa hai lần kiểm tra (giây)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(30), MaxValueValidator(86_400)],
    )
    hours = models.JSONField(_("khung giờ kiểm tra"), default=list, blank=True)
    statuses = models.CharField(
        _("mã trạng thái coi là hoạt động"), max_length=60, default="200-299", validators=[STATUSES]
    )
    contains = models.CharField(_("câu trả lời phải chứa"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("cách kiểm tra riêng của địa chỉ")
        verbose_name_plural = _("cách kiểm tra riêng của địa chỉ")

    def __str__(self) -> str:
        return str(self.upstream)


auditlog.register(HealthSetting)

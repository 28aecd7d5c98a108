"""What the public status page reads: days counted ahead, and who wants letters."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import DataService


class StatusDay(models.Model):
    """Checks of a service's live addresses on one day in Vietnam, counted by a job (``services.status_days``).

    ``planned`` are checks inside announced maintenance; they stand in neither of the other two.
    """

    service = models.ForeignKey(
        DataService, models.CASCADE, related_name="status_days", verbose_name=_("dịch vụ dữ liệu")
    )
    day = models.DateField(_("ngày"))
    made = models.PositiveIntegerField(_("số lần kiểm tra"))
    answered = models.PositiveIntegerField(_("số lần trả lời"))
    planned = models.PositiveIntegerField(_("số lần trong giờ bảo trì"), default=0)

    class Meta:
        verbose_name = _("tình trạng trong ngày")
        verbose_name_plural = _("tình trạng trong ngày")
        ordering = ["day", "service_id"]
        constraints = [models.UniqueConstraint(fields=["service", "day"], name="status_day_once")]
        indexes = [models.Index(fields=["-day"], name="status_day_last")]

    def __str__(self) -> str:
        return f"{self.service} {self.day:%d/%m/%Y}"


class StatusSubscription(models.Model):
    """An address that asked for letters about one public service, or (no service) about all of them.

    It counts once confirmed from a letter to that address. Ended or never confirmed, the row is deleted: nothing of
    the address stays.
    """

    email = models.EmailField(_("địa chỉ thư"))
    service = models.ForeignKey(
        DataService, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("dịch vụ dữ liệu")
    )
    asked_at = models.DateTimeField(_("đăng ký lúc"))
    confirmed_at = models.DateTimeField(_("xác nhận lúc"), null=True)

    class Meta:
        verbose_name = _("đăng ký nhận tin trạng thái")
        verbose_name_plural = _("đăng ký nhận tin trạng thái")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["email", "service"], nulls_distinct=False, name="status_follower_once")
        ]
        indexes = [models.Index(fields=["service"], name="status_followers")]

    def __str__(self) -> str:
        return f"{self.service or ''} {self.pk}"

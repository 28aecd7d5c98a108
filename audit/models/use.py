"""How much was called a day, counted from the call log: what pages and notices read instead of the log itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UseDay(models.Model):
    """Calls of one key on one version of a service on one day in Vietnam, written by ``audit.services.use`` only.

    ``refused`` are calls of a proven key that were not admitted. A sum of rows of the log, no evidence of its own.
    """

    day = models.DateField(_("ngày"))
    environment = models.CharField(_("môi trường"), max_length=8)
    access_key = models.TextField(_("khóa truy cập"))
    system_id = models.BigIntegerField(_("số hệ thống"))
    agency_id = models.BigIntegerField(_("số cơ quan"))
    service = models.TextField(_("dịch vụ dữ liệu"))
    version = models.TextField(_("phiên bản"))
    admitted = models.BigIntegerField(_("số lượt được phục vụ"))
    refused = models.BigIntegerField(_("số lượt bị từ chối"))
    last_at = models.DateTimeField(_("lượt cuối lúc"))

    class Meta:
        db_table = "audit_use_day"
        verbose_name = _("lượt gọi trong ngày")
        verbose_name_plural = _("lượt gọi trong ngày")
        constraints = [
            models.UniqueConstraint(
                fields=["access_key", "day", "service", "version", "environment", "system_id", "agency_id"],
                name="use_day_once",
            )
        ]
        indexes = [
            models.Index(fields=["service", "day"], name="use_day_service"),
            models.Index(fields=["system_id", "day"], name="use_day_system"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.access_key} {self.service}/{self.version}"


class UseAddress(models.Model):
    """A network address at which a key was served, when first and last; written by ``audit.services.use`` only.

    What lets a new address of a key be noticed without reading months of the log.
    """

    access_key = models.TextField(_("khóa truy cập"))
    address = models.TextField(_("địa chỉ mạng"))
    environment = models.CharField(_("môi trường"), max_length=8)
    system_id = models.BigIntegerField(_("số hệ thống"))
    agency_id = models.BigIntegerField(_("số cơ quan"))
    first_at = models.DateTimeField(_("lượt đầu lúc"))
    last_at = models.DateTimeField(_("lượt cuối lúc"))

    class Meta:
        db_table = "audit_use_address"
        verbose_name = _("địa chỉ mạng của khóa")
        verbose_name_plural = _("địa chỉ mạng của khóa")
        constraints = [models.UniqueConstraint(fields=["access_key", "address"], name="use_address_once")]
        indexes = [models.Index(fields=["first_at"], name="use_address_first")]

    def __str__(self) -> str:
        return f"{self.access_key} {self.address}"


class UseMark(models.Model):
    """How far one chain of the log is counted; the mark of chain 0 says until when every chain is."""

    epoch = models.BigIntegerField(_("chuỗi"), primary_key=True)
    n = models.BigIntegerField(_("vị trí trong chuỗi"), default=0)
    done = models.BooleanField(_("đã đếm hết"), default=False)
    at = models.DateTimeField(_("đếm lúc"))

    class Meta:
        db_table = "audit_use_mark"
        verbose_name = _("mốc đếm lượt gọi")
        verbose_name_plural = _("mốc đếm lượt gọi")

    def __str__(self) -> str:
        return f"{self.epoch}: {self.n}"

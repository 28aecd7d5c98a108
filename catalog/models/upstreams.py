"""Where a version of a service is really answered: addresses of the provider's system."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.services import ServiceVersion
from core.choices import Environment

MAX_TIMEOUT_MS = 30_000


class Upstream(models.Model):
    """An address of the source system in one environment; never shown to consumers.

    The address is judged when it is saved and again when it is called. The answer must come within the time given,
    30 seconds at most (Q50-7.3). Where there are several, the smallest place is asked first.
    One that is no longer used is switched off; the change is told to the broker.
    """

    version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="upstreams", verbose_name=_("phiên bản"))
    environment = models.CharField(_("môi trường"), max_length=8, choices=Environment.choices)
    place = models.PositiveSmallIntegerField(
        _("thứ tự"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    base_url = models.CharField(_("địa chỉ gốc"), max_length=300)
    timeout_ms = models.PositiveIntegerField(
        _("thời gian chờ (ms)"),
        default=10_000,
        validators=[MinValueValidator(100), MaxValueValidator(MAX_TIMEOUT_MS)],
    )
    health_path = models.CharField(_("đường dẫn kiểm tra"), max_length=200, default="/health")
    active = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        verbose_name = _("địa chỉ hệ thống nguồn")
        verbose_name_plural = _("địa chỉ hệ thống nguồn")
        ordering = ["version_id", "environment", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "environment", "place"],
                name="upstream_place_once",
                violation_error_message=_("Môi trường này đã có địa chỉ ở thứ tự này"),
            ),
            models.CheckConstraint(condition=Q(timeout_ms__range=(100, MAX_TIMEOUT_MS)), name="upstream_timeout_30_s"),
            models.CheckConstraint(condition=Q(environment__in=Environment.values), name="upstream_environment_known"),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.get_environment_display()}, {self.place}"


auditlog.register(Upstream)

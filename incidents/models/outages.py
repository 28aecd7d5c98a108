"""Times in which a source system could not be reached (Q50-7.6)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import Upstream
from incidents.choices import Sign

if TYPE_CHECKING:
    from core.actor import Actor


class OutageQuerySet(models.QuerySet["Outage"]):
    """Reading outages."""

    def visible_to(self, actor: "Actor") -> "OutageQuerySet":
        """Return all to SKHCN, to a provider those of its own services."""
        if actor.may("service.view_all"):
            return self
        if actor.may(SERVICE_EDIT_OWN):
            return self.filter(upstream__version__service__provider_id=actor.agency_id or 0)
        return self.none()

    def open(self) -> "OutageQuerySet":
        """Return those that last."""
        return self.filter(closed_at__isnull=True)


class Outage(models.Model):
    """One address of a source system did not answer from one moment to another; open at most once at a time.

    It opens by itself when calls or checks fail in a row and closes by itself on recovery; both are told. One that
    comes back soon is the same outage, opened again and not told again.
    """

    upstream = models.ForeignKey(
        Upstream, models.PROTECT, related_name="outages", verbose_name=_("địa chỉ hệ thống nguồn")
    )
    sign = models.CharField(_("phát hiện qua"), max_length=8, choices=Sign.choices)
    detail = models.CharField(_("biểu hiện"), max_length=200)
    opened_at = models.DateTimeField(_("từ lúc"))
    closed_at = models.DateTimeField(_("đến lúc"), null=True)
    reopened = models.PositiveSmallIntegerField(_("số lần tái diễn"), default=0)

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("sự cố kết nối")
        verbose_name_plural = _("sự cố kết nối")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["upstream"], condition=Q(closed_at__isnull=True), name="outage_open_once"),
        ]
        indexes = [models.Index(fields=["upstream", "-opened_at"], name="outage_upstream")]

    def __str__(self) -> str:
        return str(self.upstream)


auditlog.register(Outage)

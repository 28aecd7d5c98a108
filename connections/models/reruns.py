"""Samples of live connections, run again when the structure their messages follow gets a new version (QC9.2)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import MessageProfile
from connections.models.connections import Connection
from connections.models.evidence import EvidenceRun

if TYPE_CHECKING:
    from core.actor import Actor


class RerunQuerySet(models.QuerySet["ConformanceRerun"]):
    """Reading what was run again."""

    def visible_to(self, actor: "Actor") -> "RerunQuerySet":
        """Return those of the connections the actor may see."""
        return self.filter(connection__in=Connection.objects.visible_to(actor))

    def waiting(self) -> "RerunQuerySet":
        """Return those not run yet, the oldest first."""
        return self.filter(done_at__isnull=True).order_by("pk")


class ConformanceRerun(models.Model):
    """One live connection that a new version of a structure affects, and the run of its samples against it.

    It is entered with all others when the version is followed up, by a person or by the platform itself, and run soon
    after. The run is evidence on the dossier of the connection; without samples there is none, and the row says so.
    A row is kept for good: it is the list of who was affected.
    """

    profile = models.ForeignKey(
        MessageProfile, models.PROTECT, related_name="reruns", verbose_name=_("cấu trúc thông điệp")
    )
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="reruns", verbose_name=_("kết nối"))
    run = models.OneToOneField(
        EvidenceRun, models.PROTECT, null=True, related_name="rerun", verbose_name=_("kết quả chạy")
    )
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))
    opened_at = models.DateTimeField(_("lập lúc"))
    done_at = models.DateTimeField(_("xong lúc"), null=True)

    objects = RerunQuerySet.as_manager()

    class Meta:
        verbose_name = _("kiểm tra lại tuân thủ cấu trúc")
        verbose_name_plural = _("kiểm tra lại tuân thủ cấu trúc")
        ordering = ["-profile_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "connection"], name="rerun_once_a_version"),
            models.CheckConstraint(condition=Q(run__isnull=True) | Q(done_at__isnull=False), name="rerun_run_is_done"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="rerun_waiting")]

    def __str__(self) -> str:
        return f"{self.connection}: {self.profile}"

    @property
    def dossier_id(self) -> int:
        """The dossier that has the run; before there is one, that of the connection."""
        return self.run.request_id if self.run else self.connection.request_id


auditlog.register(ConformanceRerun)

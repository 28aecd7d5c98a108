"""What a dossier said each time the agency sent it, frozen (QC10.1, QC10.2)."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.models.requests import ConnectionRequest
from connections.models.trials import content_hash

if TYPE_CHECKING:
    from core.actor import Actor


class SentVersionQuerySet(models.QuerySet["RequestVersion"]):
    """Reading versions."""

    def visible_to(self, actor: "Actor") -> "SentVersionQuerySet":
        """Return the versions of dossiers that the actor may see."""
        return self.filter(request__in=ConnectionRequest.objects.visible_to(actor))


class RequestVersion(models.Model):
    """All parts of a dossier as they were sent: number 1 by filing, one more for each completion that was answered.

    ``content`` holds the questions and answers as people read them (``connections.selectors.versions``), so a later
    change of words, names or catalogue does not change what was sent. ``content_hash`` is its SHA-256 (hex, of the
    canonical JSON). It is written once; a trigger refuses change and removal.
    """

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="versions", verbose_name=_("hồ sơ"))
    number = models.PositiveSmallIntegerField(_("lần gửi"))
    sent_at = models.DateTimeField(_("gửi lúc"))
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    content = models.JSONField(_("nội dung"))
    content_hash = models.CharField(_("mã băm nội dung"), max_length=64)

    objects = SentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("lần gửi hồ sơ")
        verbose_name_plural = _("lần gửi hồ sơ")
        ordering = ["request", "number"]
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="request_version_once")]

    def __str__(self) -> str:
        return str(_("Lần gửi %(n)s") % {"n": self.number})

    @property
    def unchanged(self) -> bool:
        """Return whether the content still has the hash it was frozen under."""
        return content_hash(self.content) == self.content_hash

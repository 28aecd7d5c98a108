"""Files of a dossier."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.choices import AttachmentKind, Part
from connections.models.evaluations import CompletionPoint
from connections.models.requests import ConnectionRequest
from core.files import StoredFile

if TYPE_CHECKING:
    from core.actor import Actor


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Reading files of dossiers."""

    def visible_to(self, actor: "Actor") -> "AttachmentQuerySet":
        """Return the files of dossiers the actor may see; one taken out stays when it had been sent before."""
        found = self.filter(request__in=ConnectionRequest.objects.visible_to(actor))
        return found.filter(Q(removed_at__isnull=True) | Q(stored_at__lte=F("request__submitted_at")))

    def current(self) -> "AttachmentQuerySet":
        """Return files that were not taken out."""
        return self.filter(removed_at__isnull=True)


class Attachment(StoredFile):
    """One file of a dossier: of a part, of the answer to a point, or (neither) the letter asking for the connection.

    ``kind`` "message_sample" is a JSON message the national branch of the evaluation reads (QC9.8).
    Taken out, the row and its content stay; who and when is on it.
    """

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="attachments", verbose_name=_("hồ sơ"))
    kind = models.CharField(_("loại"), max_length=16, choices=AttachmentKind.choices, default=AttachmentKind.DOCUMENT)
    part = models.CharField(_("phần hồ sơ"), max_length=16, choices=Part.choices, blank=True)
    point = models.ForeignKey(
        CompletionPoint,
        models.PROTECT,
        null=True,
        related_name="attachments",
        verbose_name=_("nội dung cần hoàn thiện"),
    )
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đính kèm"))
    removed_at = models.DateTimeField(_("bỏ lúc"), null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người bỏ"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp của hồ sơ")
        verbose_name_plural = _("tệp của hồ sơ")
        ordering = ["request", "id"]
        constraints = [
            # A form sent twice adds its file once.
            models.UniqueConstraint(
                fields=["request", "kind", "part", "point", "sha256", "name"],
                condition=Q(removed_at__isnull=True),
                nulls_distinct=False,
                name="attachment_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="attachment_removed_by_somebody",
            ),
        ]


auditlog.register(Attachment)

"""Facts: what was done, by whom, to what, why."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.actor import Actor


class FactQuerySet(models.QuerySet["Fact"]):
    """Reading facts."""

    def visible_to(self, actor: "Actor") -> "FactQuerySet":
        """Return every fact to those with ``facts.view``, else those of the actor's own agency (QC8.5)."""
        if actor.may("facts.view"):
            return self
        if actor.may("facts.view_own"):
            return self.filter(agency_id=actor.agency_id)
        return self.none()


class Fact(models.Model):
    """One deed that happened (QC4.7, QC8.5).

    A fact is written by the service that did the deed, in the same transaction. It names the actor and the agency they
    acted for as they were called then. ``before`` and ``after`` hold the fields that changed, never secrets.
    Facts are never changed and never deleted: a trigger of the database refuses it.
    Each is a leaf of the sealed tree (``audit.sealing.records``); they stay in the database. Search is by subject,
    actor, agency and time.
    """

    at = models.DateTimeField(_("thời điểm"), db_index=True)
    deed = models.CharField(_("việc"), max_length=64)
    actor_kind = models.CharField(_("loại người thực hiện"), max_length=16)
    actor_id = models.BigIntegerField(_("mã người thực hiện"), null=True)
    actor_name = models.CharField(_("người thực hiện"), max_length=200)
    agency_id = models.BigIntegerField(_("mã cơ quan"), null=True)
    agency_name = models.CharField(_("cơ quan"), max_length=300, blank=True)
    subject_type = models.CharField(_("loại đối tượng"), max_length=64)
    subject_id = models.CharField(_("mã đối tượng"), max_length=64)
    subject_name = models.CharField(_("đối tượng"), max_length=300)
    before = models.JSONField(_("trước"), default=dict)
    after = models.JSONField(_("sau"), default=dict)
    reason = models.TextField(_("lý do"), blank=True)
    clause = models.CharField(_("điều khoản"), max_length=16, blank=True)
    request_id = models.CharField(_("mã yêu cầu"), max_length=64, blank=True)
    address = models.GenericIPAddressField(_("địa chỉ mạng"), null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("việc đã ghi")
        verbose_name_plural = _("việc đã ghi")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="fact_subject"),
            models.Index(fields=["agency_id", "-id"], name="fact_agency"),
            models.Index(fields=["actor_id", "-id"], name="fact_actor"),
            models.Index(fields=["deed", "-id"], name="fact_deed"),
        ]

    def __str__(self) -> str:
        return self.subject_name or self.deed

    @property
    def who(self) -> str:
        """Return who did it, with the agency they acted for."""
        return f"{self.actor_name}, {self.agency_name}" if self.agency_name else self.actor_name

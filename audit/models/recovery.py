"""Restores and drills: that a backup can be brought back, how long it took, what was lost (QC12.5)."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.choices import RecoveryKind

if TYPE_CHECKING:
    from core.actor import Actor


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    """Reading restores and drills."""

    def visible_to(self, actor: "Actor") -> "RecoveryQuerySet":
        """Return all to whoever sees the whole log or all facts."""
        return self if actor.may("calllog.view_all") or actor.may("facts.view") else self.none()


class Recovery(models.Model):
    """One restore of this database, or one drill that restored a backup of it elsewhere (QC12.5).

    ``number`` and ``size`` are the last checkpoint and the leaves of what was restored, ``outside_number`` the last
    checkpoint known outside: what lies between them is lost. ``before`` and ``after`` in ``lost`` bound when.
    A row is written once, by ``audit.services.recovery``, with a fact beside it. A restore is accepted, once, by a
    named person; until then nothing is sealed on the restored database and no call is taken.
    """

    kind = models.CharField(_("loại"), max_length=8, choices=RecoveryKind.choices)
    at = models.DateTimeField(_("thời điểm"), db_index=True)
    done_by = models.CharField(_("người thực hiện"), max_length=200)
    backup = models.CharField(_("bản sao lưu"), max_length=200)
    backup_at = models.DateTimeField(_("sao lưu lúc"))
    sound = models.BooleanField(_("đạt"))
    number = models.BigIntegerField(_("điểm niêm phong khôi phục được"), default=0)
    size = models.BigIntegerField(_("số dòng khôi phục được"), default=0)
    outside_number = models.BigIntegerField(_("điểm niêm phong bên ngoài"), default=0)
    outside_at = models.DateTimeField(_("điểm bên ngoài ghi lúc"), null=True)
    lost_rows = models.BigIntegerField(_("số dòng nhật ký đã mất"), default=0)
    revoked = models.PositiveIntegerField(_("số thu hồi thực hiện lại"), default=0)
    seconds = models.FloatField(_("thời gian, giây"))
    detail = models.JSONField(_("chi tiết"), default=dict)
    accepted_at = models.DateTimeField(_("chấp nhận lúc"), null=True)
    accepted_by = models.CharField(_("người chấp nhận"), max_length=200, blank=True)
    accept_reason = models.TextField(_("lý do chấp nhận"), blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        db_table = "audit_recovery"
        verbose_name = _("lần khôi phục, diễn tập")
        verbose_name_plural = _("khôi phục và diễn tập")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.backup}"

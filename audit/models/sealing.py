"""How the sealer stands, and what verifications found: neither is evidence, both are what people look at."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock

if TYPE_CHECKING:
    from core.actor import Actor


class Sealing(models.Model):
    """One row the sealer overwrites each second (``audit.sealing.standing``); the portal only reads it."""

    one = models.BooleanField(primary_key=True, default=True)
    sealed_at = models.DateTimeField(_("đã niêm phong đến"), null=True)
    seen_at = models.DateTimeField(_("tiến trình niêm phong báo lúc"), null=True)
    size = models.BigIntegerField(_("số dòng đã niêm phong"))
    outside_number = models.BigIntegerField(_("điểm niêm phong ngoài cơ sở dữ liệu"))
    outside_at = models.DateTimeField(_("ghi ra ngoài lúc"), null=True)
    outside_fault = models.TextField(_("lỗi ghi ra ngoài"))
    witness_number = models.BigIntegerField(_("điểm niêm phong bên giữ"))
    witness_at = models.DateTimeField(_("bên giữ nhận lúc"), null=True)
    witness_fault = models.TextField(_("lỗi gửi bên giữ"))
    answered_until = models.DateTimeField(_("cuộc gọi đã có kết quả đến"), null=True)
    orphans = models.BigIntegerField(_("cuộc gọi không rõ kết quả"))
    gaps = models.BigIntegerField(_("chỗ thiếu khi niêm phong"))

    class Meta:
        managed = False
        db_table = "audit_sealing"
        verbose_name = _("niêm phong")
        verbose_name_plural = _("niêm phong")

    def __str__(self) -> str:
        return str(self.size)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: the sealer writes it."""
        raise TypeError("how the sealer stands is written by audit.sealing only")


class VerificationQuerySet(models.QuerySet["Verification"]):
    """Reading verifications."""

    def visible_to(self, actor: "Actor") -> "VerificationQuerySet":
        """Return all to whoever sees the whole log or all facts."""
        return self if actor.may("calllog.view_all") or actor.may("facts.view") else self.none()


class Verification(models.Model):
    """One run of the verification of the call log (QC11.5): what was covered, and the first thing that was wrong.

    ``since`` and ``number`` are checkpoints: covered is what was sealed after the first up to the second. Written
    once by ``audit.services.verifying``; a run that found something has a fact beside it.
    """

    at = models.DateTimeField(_("thời điểm"), db_index=True)
    whole = models.BooleanField(_("toàn bộ"))
    sound = models.BooleanField(_("đạt"))
    since = models.BigIntegerField(_("từ điểm niêm phong"), default=0)
    number = models.BigIntegerField(_("đến điểm niêm phong"), default=0)
    size = models.BigIntegerField(_("số dòng đã niêm phong"), default=0)
    root = models.BinaryField(_("gốc"), default=b"")
    rows = models.BigIntegerField(_("số dòng đã kiểm tra"), default=0)
    seconds = models.FloatField(_("thời gian, giây"), default=0)
    faults = models.PositiveIntegerField(_("số chỗ sai"), default=0)
    table = models.CharField(_("bảng"), max_length=64, blank=True)
    leaf = models.BigIntegerField(_("chỉ số lá"), null=True)
    detail = models.TextField(_("chỗ sai đầu tiên"), blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        db_table = "audit_verification"
        verbose_name = _("lần kiểm tra nhật ký")
        verbose_name_plural = _("lần kiểm tra nhật ký")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"

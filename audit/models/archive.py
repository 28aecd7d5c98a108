"""How long the call log is kept at hand, and which months of it were put into the archive."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.actor import Actor

#: What the row says of a number nobody but us has set: data, in the language of the data.
OURS = "mặc định hệ thống, chưa phải quy định"


class Retention(models.Model):
    """How many whole months the call log stays in the database: one row; ``source`` is whose number it is (QC4.7)."""

    months = models.PositiveSmallIntegerField(
        _("giữ nhật ký cuộc gọi trong cơ sở dữ liệu (tháng)"),
        default=24,
        validators=[MinValueValidator(12), MaxValueValidator(1200)],
        help_text=_("Tháng cũ hơn được chuyển vào tệp lưu trữ, không bị xóa khỏi bằng chứng."),
    )
    source = models.CharField(
        _("căn cứ"),
        max_length=300,
        default=OURS,
        help_text=_("Số, ký hiệu văn bản và điều khoản; nếu chưa có văn bản nào quy định thì ghi rõ như vậy."),
    )

    class Meta:
        verbose_name = _("thời hạn giữ nhật ký")
        verbose_name_plural = _("thời hạn giữ nhật ký")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="retention_one_row")]

    def __str__(self) -> str:
        return str(_("Thời hạn giữ nhật ký cuộc gọi"))


class TombstoneQuerySet(models.QuerySet["Tombstone"]):
    """Reading what was archived."""

    def visible_to(self, actor: "Actor") -> "TombstoneQuerySet":
        """Return all to whoever sees the whole log or all facts."""
        return self if actor.may("calllog.view_all") or actor.may("facts.view") else self.none()


class Tombstone(models.Model):
    """A month of the call log that lies in a file of the archive and no longer in the database.

    It is written once, by ``audit.archive``, sealed as a leaf of its own before the month's partitions go, and never
    changes: a trigger refuses it. ``sha256`` is the file's digest, ``ranges`` which places of which chains it holds
    and the MACs at both ends of each, so that chains are still followed across them. ``mac`` covers the other columns.
    """

    at = models.DateTimeField(_("thời điểm"))
    month = models.CharField(_("tháng"), max_length=6, unique=True)
    intents = models.BigIntegerField(_("số yêu cầu"))
    outcomes = models.BigIntegerField(_("số kết quả"))
    first_leaf = models.BigIntegerField(_("lá đầu"))
    last_leaf = models.BigIntegerField(_("lá cuối"))
    file = models.CharField(_("tệp lưu trữ"), max_length=100)
    size = models.BigIntegerField(_("dung lượng tệp, byte"))
    sha256 = models.CharField(_("SHA-256 của tệp"), max_length=64)
    ranges = models.TextField(_("các đoạn chuỗi trong tệp"))
    basis = models.CharField(_("thời hạn và căn cứ khi lưu trữ"), max_length=400)
    key_name = models.CharField(_("khóa xác thực"), max_length=64)
    mac = models.BinaryField(_("mã xác thực"))

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("tháng nhật ký đã lưu trữ")
        verbose_name_plural = _("tháng nhật ký đã lưu trữ")
        db_table = "audit_tombstone"
        ordering = ["-month"]

    def __str__(self) -> str:
        return str(_("Nhật ký tháng %s") % self.shown)

    @property
    def shown(self) -> str:
        """Return the month as people write it."""
        return f"{self.month[4:]}/{self.month[:4]}"


auditlog.register(Retention)

"""Standards, technical regulations, shared code lists and plans that the province applies, with their validity."""

from datetime import date

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from catalog.choices import StandardKind
from catalog.models.services import DataService
from core.text import fold

# Nobody has checked it, and nobody knows its days.
UNKNOWN = Q(needs_check=True, valid_from__isnull=True, valid_to__isnull=True)


class StandardQuerySet(models.QuerySet["Standard"]):
    """Reading the register of standards; it is public."""

    def in_force(self, on: date) -> "StandardQuerySet":
        """Return what applies on the date *on*, as far as it is known."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=on)).exclude(UNKNOWN)

    def matching(self, words: str) -> "StandardQuerySet":
        """Return entries whose number, title or issuer contains every word of *words*, folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class Standard(models.Model):
    """One standard, technical regulation, code list, plan or guidance in use (QC4.1, QC4.2, QC11.1, Q50-13.1, 15.1).

    Staff enter it with its source and validity. A newer one replaces it: then it ends and names the newer. Rows we
    bring are labelled as such; what nobody has checked against its text says so. Nothing is deleted.
    """

    kind = models.CharField(_("loại"), max_length=16, choices=StandardKind.choices)
    number = models.CharField(_("số, ký hiệu"), max_length=100)
    title = models.CharField(_("tên, trích yếu"), max_length=500)
    issuer = models.CharField(_("cơ quan ban hành"), max_length=300)
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    valid_from = models.DateField(_("có hiệu lực từ"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replaces",
        verbose_name=_("được thay bằng"),
    )
    source = models.CharField(_("nguồn, nơi đọc toàn văn"), max_length=500)
    note = models.TextField(_("ghi chú"), max_length=2000, blank=True)
    needs_check = models.BooleanField(_("cần kiểm tra với văn bản gốc"), default=False)
    is_default = models.BooleanField(_("mặc định hệ thống"), default=False, editable=False)
    services = models.ManyToManyField(
        DataService, blank=True, related_name="standards", verbose_name=_("dịch vụ áp dụng"), editable=False
    )
    search = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=900, editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("tiêu chuẩn, văn bản áp dụng")
        verbose_name_plural = _("tiêu chuẩn, văn bản áp dụng")
        ordering = ["kind", "sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                name="standard_number_once",
                violation_error_message=_("Đã có văn bản cùng loại mang số này"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="standard_dates_in_order",
                violation_error_message=_("Ngày hết hiệu lực phải sau hoặc bằng ngày có hiệu lực"),
            ),
            models.CheckConstraint(condition=~Q(replaced_by=F("id")), name="standard_replaced_by_another"),
        ]
        indexes = [
            models.Index(fields=["kind", "sort_key"], name="standard_kind"),
            GinIndex(fields=["search"], name="standard_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} – {self.title}"

    def standing(self, on: date) -> tuple[str, str]:
        """Return how it stands on the date *on*, in words and as the kind of its tag.

        What nobody has checked and whose days nobody knows is not said to be in force.
        """
        if self.needs_check and self.valid_from is None and self.valid_to is None:
            return _now("Chờ kiểm tra hiệu lực"), "progress"
        if self.valid_from and self.valid_from > on:
            return _now("Chưa có hiệu lực"), "progress"
        if self.valid_to and self.valid_to < on:
            return (_now("Được thay thế") if self.replaced_by_id else _now("Hết hiệu lực")), "quiet"
        return _now("Còn hiệu lực"), "live"


class EntryQuerySet(models.QuerySet["CodeListEntry"]):
    """Reading entries of code lists; they are public."""

    def matching(self, words: str) -> "EntryQuerySet":
        """Return entries whose code or title contains every word of *words*, folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class CodeListEntry(models.Model):
    """One code of a shared code list (Q50-15.1). A code no longer used gets its last day and is not given again."""

    standard = models.ForeignKey(
        Standard, models.PROTECT, related_name="entries", verbose_name=_("danh mục dùng chung")
    )
    code = models.CharField(_("mã"), max_length=64)
    title = models.CharField(_("tên"), max_length=300)
    parent_code = models.CharField(_("mã cấp trên"), max_length=64, blank=True)
    valid_from = models.DateField(_("có hiệu lực từ"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    search = models.TextField(editable=False, default="")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("mã của danh mục dùng chung")
        verbose_name_plural = _("mã của danh mục dùng chung")
        ordering = ["standard", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "code"],
                name="entry_code_once",
                violation_error_message=_("Danh mục đã có mã này"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="entry_dates_in_order",
                violation_error_message=_("Ngày hết hiệu lực phải sau hoặc bằng ngày có hiệu lực"),
            ),
        ]
        indexes = [GinIndex(fields=["search"], name="entry_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.code} – {self.title}"


auditlog.register(Standard, exclude_fields=["search", "sort_key", "revision"], m2m_fields={"services"})
auditlog.register(CodeListEntry, exclude_fields=["search"])

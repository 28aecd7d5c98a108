"""The register of agencies."""

import re

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import AgencyKind, CodeScheme, UnitLevel
from core.actor import Actor
from core.text import fold

NATIONAL_CODE = RegexValidator(
    r"^[A-Z][0-9]{2}(\.[A-Z0-9]+)*$",
    _(
        "Mã định danh gồm một chữ in hoa, hai chữ số, rồi các nhóm chữ in hoa hoặc số cách nhau bằng dấu chấm, "
        "ví dụ H60.02"
    ),
)
LEGACY_CODE = RegexValidator(r"^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$", _("Mã liên thông cũ có dạng 000.00.01.H60"))
ADMIN_UNIT_CODE = RegexValidator(
    r"^\d{2}$|^\d{5}$", _("Mã đơn vị hành chính gồm 2 chữ số (tỉnh) hoặc 5 chữ số (xã, phường)")
)

# Control characters and halves of pairs, which the database cannot hold.
UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Reading the register."""

    def visible_to(self, actor: Actor) -> "AgencyQuerySet":
        """Return the register: public, so everyone sees every agency (ux.md §2: public metadata only)."""
        return self

    def in_force(self, on: object) -> "AgencyQuerySet":
        """Return agencies that exist on the date *on*."""
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )

    def matching(self, words: str) -> "AgencyQuerySet":
        """Return agencies whose name or codes contain every word of *words*, diacritics and case folded.

        Only the first 100 characters count; characters no text holds stand between words.
        """
        found = self
        for word in fold(UNREADABLE.sub(" ", words)[:100]).split():
            found = found.filter(search__contains=word)
        return found


class Agency(models.Model):
    """A body the platform knows (QC2.1–2.3).

    It is entered by staff or by import, with a code from a public code list where one is known; a code of ours is
    marked as sample and says so on every page. It belongs to a parent and exists from a day to a day.
    When it is merged or dissolved it gets an end date and, where there is one, a successor.
    Codes are entered in ``AgencyCode`` and are never used again for another body, not even after the end.
    Communes are kept though the draft regulation no longer binds them: ``may_file`` is off for them.
    An agency is never deleted.
    """

    name = models.CharField(_("tên cơ quan"), max_length=300)
    short_name = models.CharField(_("tên viết tắt"), max_length=60, blank=True)
    symbol = models.CharField(_("ký hiệu văn bản"), max_length=40, blank=True)
    kind = models.CharField(_("loại cơ quan"), max_length=32, choices=AgencyKind.choices)
    code = models.CharField(_("mã định danh điện tử"), max_length=35, unique=True, validators=[NATIONAL_CODE])
    code_is_official = models.BooleanField(_("mã định danh là chính thức"), default=False)
    legacy_code = models.CharField(_("mã liên thông cũ"), max_length=20, blank=True, validators=[LEGACY_CODE])
    admin_unit_code = models.CharField(
        _("mã đơn vị hành chính"), max_length=5, blank=True, validators=[ADMIN_UNIT_CODE]
    )
    unit_level = models.CharField(_("cấp hành chính"), max_length=20, choices=UnitLevel.choices, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("cơ quan cấp trên")
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("cơ quan kế thừa")
    )
    valid_from = models.DateField(_("có từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    is_operator = models.BooleanField(_("là cơ quan quản lý, vận hành"), default=False)
    may_file = models.BooleanField(_("được lập hồ sơ kết nối"), default=True)
    name_is_official = models.BooleanField(_("tên là chính thức"), default=True)
    source = models.CharField(_("nguồn"), max_length=300)
    note = models.TextField(_("ghi chú"), blank=True)
    shared_mailbox = models.EmailField(_("hộp thư chung"), blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    website = models.URLField(_("trang thông tin"), blank=True)
    sort_key = models.CharField(max_length=700, editable=False, default="", db_index=True)
    search = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("cơ quan")
        verbose_name_plural = _("cơ quan")
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="agency_dates_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="agency_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(successor=F("id")), name="agency_not_its_own_successor"),
            models.UniqueConstraint(
                fields=["admin_unit_code"], condition=~Q(admin_unit_code=""), name="agency_admin_unit_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "sort_key"], name="agency_kind"),
            GinIndex(fields=["search"], name="agency_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def seats_leaders(self) -> bool:
        """True for the provincial committee and its office, where the leaders of the province are entered."""
        if self.kind == AgencyKind.PROVINCIAL_COMMITTEE:
            return True
        above = self.parent.kind if self.parent else ""
        return above == AgencyKind.PROVINCIAL_COMMITTEE and fold(self.name).startswith("van phong uy ban nhan dan")


class AgencyCode(models.Model):
    """A code once issued to an agency: the ledger that makes reuse impossible (domain-vn a1).

    A row is written when an agency gets a code and stays for ever. Where the code is replaced (a sample code by the
    official one) the old row is closed and the new one written; a trigger refuses deletion.
    """

    scheme = models.CharField(_("hệ mã"), max_length=16, choices=CodeScheme.choices)
    value = models.CharField(_("mã"), max_length=35)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="codes", verbose_name=_("cơ quan"))
    is_official = models.BooleanField(_("chính thức"), default=False)
    issued_on = models.DateField(_("dùng từ ngày"))
    retired_on = models.DateField(_("thôi dùng từ ngày"), null=True, blank=True)

    class Meta:
        verbose_name = _("mã đã cấp")
        verbose_name_plural = _("mã đã cấp")
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "value"],
                name="agency_code_never_reused",
                violation_error_message=_("Mã này đã được cấp; mã không bao giờ dùng lại cho cơ quan khác"),
            )
        ]

    def __str__(self) -> str:
        return self.value


auditlog.register(Agency, exclude_fields=["sort_key", "search", "version"])
auditlog.register(AgencyCode)

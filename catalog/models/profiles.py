"""Structures that messages must follow, and which message of which operation must (QC4.9, QC7.2, QC9.8)."""

import json
from datetime import date
from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.choices import Direction, ProfileForm
from catalog.models.operations import Operation
from catalog.models.purposes import KEBAB
from core import clock


class ProfileQuerySet(models.QuerySet["MessageProfile"]):
    """Reading message profiles."""

    def in_force(self, on: object) -> "ProfileQuerySet":
        """Return the versions that apply on the date *on*."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class MessageProfile(models.Model):
    """One version of the structure of a kind of message, as a JSON Schema (draft 2020-12) or an XSD (1.0).

    Staff enter it with its source and the days it applies; a later version is a row of its own. What it says is judged
    when it is saved and names nothing outside itself. What we bring is an illustration and says so: the field tables
    of QCVN 09:2025/BCA are not public here. A version that was used stays as it was; only its last day may change.
    It is applied to operations (:class:`ProfileUse`); after its last day nothing is judged by it.
    """

    code = models.CharField(_("mã cấu trúc"), max_length=64, validators=[KEBAB])
    version = models.CharField(_("phiên bản"), max_length=32)
    title = models.CharField(_("tên cấu trúc thông điệp"), max_length=200)
    form = models.CharField(
        _("dạng"), max_length=8, choices=ProfileForm.choices, default=ProfileForm.JSON_SCHEMA, db_default="json"
    )
    schema = models.JSONField(_("nội dung JSON Schema"), null=True, blank=True)
    xsd = models.TextField(_("nội dung XSD"), blank=True, default="", db_default="")
    source = models.CharField(_("nguồn"), max_length=300)
    clause = models.CharField(_("điều khoản"), max_length=16, default="QC9.8")
    illustration = models.BooleanField(_("chỉ là minh họa"), default=False)
    valid_from = models.DateField(_("áp dụng từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("cấu trúc thông điệp")
        verbose_name_plural = _("cấu trúc thông điệp")
        ordering = ["code", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="profile_version_once",
                violation_error_message=_("Cấu trúc này đã có phiên bản mang số đó"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="profile_dates_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
            models.CheckConstraint(
                condition=Q(form=ProfileForm.JSON_SCHEMA, schema__isnull=False, xsd="")
                | (Q(form=ProfileForm.XSD, schema__isnull=True) & ~Q(xsd="")),
                name="profile_has_its_content",
                violation_error_message=_("Nhập nội dung của cấu trúc"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def content(self) -> str:
        """What the structure says, as text."""
        return self.xsd or json.dumps(self.schema, ensure_ascii=False, indent=2)

    @property
    def judged_by(self) -> dict[str, Any] | str:
        """What :mod:`core.inspector` judges messages by."""
        return self.xsd or dict(self.schema or {})


class ProfileUseQuerySet(models.QuerySet["ProfileUse"]):
    """Reading which structures apply."""

    def on(self, day: date) -> "ProfileUseQuerySet":
        """Return the rows that decide on *day*: of each operation and direction the one that began last."""
        latest = self.filter(since__lte=day).order_by("operation_id", "direction", "-since")
        return self.filter(pk__in=latest.distinct("operation_id", "direction").values("pk"))

    def applied(self, day: date) -> "ProfileUseQuerySet":
        """Return the rows by whose structures messages are judged on *day*."""
        return self.on(day).filter(
            Q(profile__valid_to__isnull=True) | Q(profile__valid_to__gte=day), profile__valid_from__lte=day
        )


class ProfileUse(models.Model):
    """From a day on the messages of an operation in one direction follow a structure, or none any more.

    In a draft its editors set it. Once the version is published SKHCN does, with a reason and a first day that is not
    past; what applied before stays readable. The row that began last decides.
    """

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="profile_uses", verbose_name=_("thao tác"))
    direction = models.CharField(_("chiều"), max_length=8, choices=Direction.choices)
    profile = models.ForeignKey(
        MessageProfile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="uses",
        verbose_name=_("cấu trúc thông điệp"),
    )
    since = models.DateField(_("áp dụng từ ngày"))
    reason = models.CharField(_("lý do"), max_length=300, blank=True)
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đặt"))
    set_at = models.DateTimeField(_("đặt lúc"))

    objects = ProfileUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("áp dụng cấu trúc thông điệp")
        verbose_name_plural = _("áp dụng cấu trúc thông điệp")
        ordering = ["operation_id", "direction", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "direction", "since"], name="profile_use_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()}: {self.profile or _('không kiểm tra')}"

    @property
    def planned(self) -> bool:
        """Whether it begins on a later day."""
        return self.since > clock.today()


auditlog.register(MessageProfile)
auditlog.register(ProfileUse)

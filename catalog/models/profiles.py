"""Structures that messages must follow (QC4.9, QC7.2, QC9.8)."""

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models.purposes import KEBAB


class ProfileQuerySet(models.QuerySet["MessageProfile"]):
    """Reading message profiles."""

    def in_force(self, on: object) -> "ProfileQuerySet":
        """Return the versions that apply on the date *on*."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class MessageProfile(models.Model):
    """One version of the structure of a kind of message, as a JSON Schema (draft 2020-12).

    Staff enter it with its source and the days it applies; a later version is a row of its own. Its schema is judged
    when it is saved and names nothing outside itself. What we bring is an illustration and says so: the field tables
    of QCVN 09:2025/BCA are not public here. A version that was used stays as it was; only its last day may change.
    """

    code = models.CharField(_("mã cấu trúc"), max_length=64, validators=[KEBAB])
    version = models.CharField(_("phiên bản"), max_length=32)
    title = models.CharField(_("tên cấu trúc thông điệp"), max_length=200)
    schema = models.JSONField(_("nội dung JSON Schema"))
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
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    def clean(self) -> None:
        """Judge what no single field can: a schema is an object."""
        if not isinstance(self.schema, dict):
            raise ValidationError({"schema": [_("Nội dung phải là một đối tượng, bắt đầu bằng dấu ngoặc nhọn")]})


auditlog.register(MessageProfile)

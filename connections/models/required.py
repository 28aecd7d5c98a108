"""Which parts (thành phần) a dossier of each kind consists of: data that staff edit and intake ticks (QC10.1)."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.choices import Kind


class RequiredPart(models.Model):
    """A part (thành phần) that a dossier of one kind must have; staff edit it, intake ticks it."""

    kind = models.CharField(_("loại hồ sơ"), max_length=16, choices=Kind.choices)
    code = models.SlugField(_("mã"), max_length=40)
    text = models.CharField(_("thành phần"), max_length=300)
    guidance = models.TextField(_("cách kiểm tra, cách bổ sung"), max_length=1000)
    clause = models.CharField(_("điều khoản"), max_length=16)
    source = models.CharField(_("nguồn"), max_length=300)
    national_only = models.BooleanField(_("chỉ khi trao đổi với cơ sở dữ liệu quốc gia"), default=False)
    active = models.BooleanField(_("đang áp dụng"), default=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("thành phần hồ sơ")
        verbose_name_plural = _("thành phần hồ sơ")
        ordering = ["kind", "place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                name="required_part_once_a_kind",
                violation_error_message=_("Loại hồ sơ này đã có thành phần mang mã đó"),
            )
        ]

    def __str__(self) -> str:
        return self.text


auditlog.register(RequiredPart)

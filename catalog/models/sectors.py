"""Code list of the fields of state management that data belongs to."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.purposes import KEBAB


class Sector(models.Model):
    """A field of state management ("Đất đai") by which the catalogue is narrowed (QC11.2).

    The list is data with a source; the rows we bring are labelled as the system's own default. One no longer
    offered is made inactive: services that name it stay readable. A code is never changed and never deleted.
    """

    code = models.CharField(_("mã"), max_length=64, unique=True, validators=[KEBAB])
    title = models.CharField(_("tên lĩnh vực"), max_length=200)
    source = models.CharField(_("nguồn"), max_length=300)
    is_default = models.BooleanField(_("mặc định hệ thống"), default=False, editable=False)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


auditlog.register(Sector)

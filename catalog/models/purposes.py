"""Code list of the purposes a call may serve."""

from auditlog.registry import auditlog
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

KEBAB = RegexValidator(
    r"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\Z",
    _("Mã gồm chữ thường không dấu và số, các từ cách nhau bằng dấu gạch nối, ví dụ don-vi-hanh-chinh"),
)


class Purpose(models.Model):
    """A purpose under which data may be asked for (QC4.6, QC11.3).

    The list is data with a source; the rows we bring are labelled as the system's own default. A purpose no longer
    offered is made inactive: grants that name it stay readable. A code is never changed and never deleted.
    """

    code = models.CharField(_("mã"), max_length=64, unique=True, validators=[KEBAB])
    title = models.CharField(_("tên mục đích"), max_length=200)
    description = models.TextField(_("giải thích"), max_length=1000, blank=True)
    source = models.CharField(_("nguồn"), max_length=300)
    is_default = models.BooleanField(_("mặc định hệ thống"), default=False, editable=False)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("mục đích khai thác")
        verbose_name_plural = _("mục đích khai thác")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


auditlog.register(Purpose)

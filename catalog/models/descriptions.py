"""OpenAPI descriptions handed in for a version of a service."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.services import ServiceVersion


class ApiDescription(models.Model):
    """An OpenAPI or WSDL document as it was handed in for *version*, named by the hash of its content (QC11.2).

    It passed the checks of reading (size, depth, no outside references) and is read anew each time it is shown: what
    it says beside what the version holds is a difference, never stored. Applied to a draft it stays; one that was
    only looked at goes when the next is handed in. The same file again is the same row.
    """

    version = models.ForeignKey(
        ServiceVersion, models.PROTECT, related_name="descriptions", verbose_name=_("phiên bản")
    )
    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(_("mã băm SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("cỡ (B)"))
    openapi = models.CharField(_("bản OpenAPI"), max_length=12)
    title = models.CharField(_("tên ghi trong tệp"), max_length=300)
    content = models.BinaryField(editable=False)
    handed_in_at = models.DateTimeField(_("gửi lúc"), editable=False)
    applied_at = models.DateTimeField(_("áp dụng lúc"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mô tả OpenAPI")
        verbose_name_plural = _("mô tả OpenAPI")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "sha256"], name="description_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.file_name})"

    @property
    def release(self) -> str:
        """The kind of document with its release: ``OpenAPI 3.0.3`` or ``WSDL 1.1``."""
        return self.openapi if self.openapi.startswith("WSDL") else f"OpenAPI {self.openapi}"


auditlog.register(ApiDescription, exclude_fields=["content"])

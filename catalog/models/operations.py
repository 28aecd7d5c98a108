"""What a version of a service can be asked, and the data it answers with."""

from typing import Any

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.choices import ElementClass, Method, SoapVersion
from catalog.models.purposes import KEBAB
from catalog.models.services import ServiceVersion

FIELD_NAME = RegexValidator(
    r"\A[A-Za-z_][A-Za-z0-9_]{0,63}\Z", _("Tên trường gồm chữ không dấu, số và dấu gạch dưới, không bắt đầu bằng số")
)
RECORD_PATH = RegexValidator(
    r"\A([A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,3})?\Z",
    _("Để trống khi câu trả lời chính là bản ghi, hoặc ghi tên trường chứa bản ghi, ví dụ du_lieu"),
)


class Operation(models.Model):
    """One address of a version: method, path and where in the answer the records lie.

    The path is a template of fixed parts and named parameters ("/communes/{code}"); the broker builds the upstream
    path from it and never from what a caller sent. It is entered and removed while the version is a draft.

    With a SOAP version the provider answers it by SOAP: callers speak REST all the same, and the broker writes the
    envelope from path, query and JSON body as ``soap_parameters`` says (``catalog.soap`` judges it).
    """

    version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="operations", verbose_name=_("phiên bản"))
    code = models.CharField(_("mã thao tác"), max_length=64, validators=[KEBAB])
    title = models.CharField(_("tên thao tác"), max_length=200)
    method = models.CharField(_("phương thức"), max_length=6, choices=Method.choices, default=Method.GET)
    template = models.CharField(_("đường dẫn"), max_length=200)
    record_path = models.CharField(_("trường chứa bản ghi"), max_length=120, blank=True, validators=[RECORD_PATH])
    # How a SOAP provider is asked (docs/soap.md); without a version the operation speaks REST.
    soap_version = models.CharField(_("bản SOAP"), max_length=3, blank=True, choices=SoapVersion.choices)
    soap_path = models.CharField(_("đường dẫn SOAP của hệ thống nguồn"), max_length=200, blank=True)
    soap_action = models.CharField("SOAPAction", max_length=200, blank=True)
    soap_namespace = models.CharField(_("không gian tên của yêu cầu"), max_length=200, blank=True)
    soap_request = models.CharField(_("phần tử yêu cầu"), max_length=64, blank=True)
    soap_qualified = models.BooleanField(_("phần tử con mang không gian tên"), default=True)
    soap_parameters = models.TextField(_("các phần tử của yêu cầu"), max_length=12_000, blank=True)
    soap_response = models.CharField(_("phần tử trả lời"), max_length=300, blank=True)
    soap_repeated = models.CharField(_("trường lặp của trả lời"), max_length=1000, blank=True)

    xml_root = models.CharField(
        _("phần tử gốc của yêu cầu XML"), max_length=64, blank=True, default="", validators=[FIELD_NAME]
    )

    class Meta:
        verbose_name = _("thao tác")
        verbose_name_plural = _("thao tác")
        ordering = ["version_id", "template", "method"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="operation_code_once",
                violation_error_message=_("Phiên bản đã có thao tác mang mã này"),
            ),
            models.UniqueConstraint(
                fields=["version", "method", "template"],
                name="operation_address_once",
                violation_error_message=_("Phiên bản đã có thao tác với phương thức và đường dẫn này"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.method} {self.template})"

    @property
    def structures(self) -> list[Any]:
        """The rows that say which structure its messages follow, today and later (``ProfileUse``)."""
        rows = sorted(self.profile_uses.all(), key=lambda row: (row.direction, row.since))
        begun = {row.direction: row for row in rows if not row.planned}
        return [row for row in rows if row.planned or (begun[row.direction] is row and row.profile_id)]


class DataElement(models.Model):
    """A field of the records an operation answers with; what a grant may name (QC4.4, QC11.3)."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="elements", verbose_name=_("thao tác"))
    name = models.CharField(_("tên trường"), max_length=64, validators=[FIELD_NAME])
    label = models.CharField(_("ý nghĩa"), max_length=200)
    place = models.PositiveSmallIntegerField(_("thứ tự"))
    data_class = models.CharField(_("phân loại"), max_length=16, choices=ElementClass.choices, blank=True)
    data_type = models.CharField(_("kiểu dữ liệu"), max_length=64, blank=True)
    search = models.TextField(editable=False, default="")

    class Meta:
        verbose_name = _("trường dữ liệu")
        verbose_name_plural = _("trường dữ liệu")
        ordering = ["operation_id", "place"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "name"], name="element_name_once"),
        ]
        indexes = [GinIndex(fields=["search"], name="element_search", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return f"{self.label} ({self.name})"


auditlog.register(Operation)
auditlog.register(DataElement, exclude_fields=["search"])

"""Papers of the registers: reports of incidents (P10), records of violations; what each kind says beside the case."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.models.printouts import PaperText
from core.files import StoredFile
from incidents.models.register import Incident
from incidents.models.violations import Violation
from incidents.register_choices import PaperKind

if TYPE_CHECKING:
    from core.actor import Actor


class RegisterPaperTemplate(PaperText):
    """What a kind of paper of the registers says beside the case; data, edited by staff, in versions."""

    kind = models.CharField(_("loại văn bản"), max_length=12, choices=PaperKind.choices, unique=True)

    class Meta(PaperText.Meta):
        abstract = False
        verbose_name = _("mẫu văn bản sự cố, vi phạm")
        verbose_name_plural = _("mẫu văn bản sự cố, vi phạm")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class RegisterPaperQuerySet(models.QuerySet["RegisterPaper"]):
    """Reading papers of the registers."""

    def visible_to(self, actor: "Actor") -> "RegisterPaperQuerySet":
        """Return reports of incidents to SKHCN; records of violations to who sees the violation."""
        seen = Violation.objects.visible_to(actor).values("pk")
        found = self.filter(violation__in=seen)
        return found | self.filter(incident__isnull=False) if actor.may("incident.view_all") else found


class RegisterPaper(models.Model):
    """One paper of an incident or a violation, as it was issued: frozen with its SHA-256, numbered by the clerk later.

    A later first report, final report or record replaces the one before; reports of progress stand side by side. A
    trigger refuses to change what was issued, and to delete.
    """

    kind = models.CharField(_("loại văn bản"), max_length=12, choices=PaperKind.choices)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="papers", verbose_name=_("sự cố"))
    violation = models.ForeignKey(
        Violation, models.PROTECT, null=True, related_name="papers", verbose_name=_("vi phạm")
    )
    issuer = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan ban hành"))
    code = models.CharField(_("mã xác minh"), max_length=32, unique=True)
    content = models.JSONField(_("nội dung"))
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64)
    template_version = models.PositiveIntegerField(_("phiên bản mẫu"))
    meets = models.JSONField(_("thời hạn được thực hiện khi vào số"), default=list)
    issued_at = models.DateTimeField(_("lập lúc"))
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))
    superseded_at = models.DateTimeField(_("bị thay thế lúc"), null=True)
    number = models.CharField(_("số, ký hiệu"), max_length=60, blank=True)
    number_date = models.DateField(_("ngày ban hành"), null=True)
    numbered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người vào số"))
    numbered_at = models.DateTimeField(_("vào số lúc"), null=True)

    objects = RegisterPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("văn bản sự cố, vi phạm")
        verbose_name_plural = _("văn bản sự cố, vi phạm")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(incident__isnull=True, violation__isnull=False)
                | Q(incident__isnull=False, violation__isnull=True),
                name="register_paper_of_one_thing",
            ),
            models.UniqueConstraint(
                "issuer",
                "number",
                ExtractYear("number_date"),
                condition=~Q(number=""),
                name="register_paper_number_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(number="", number_date__isnull=True) | (~Q(number="") & Q(number_date__isnull=False)),
                name="register_paper_number_dated",
            ),
        ]
        indexes = [models.Index(fields=["incident", "-id"], name="register_paper_incident")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def case(self) -> Incident | Violation:
        """The incident or violation it is about."""
        found = self.incident or self.violation
        assert found is not None, "a constraint of the database"  # noqa: S101 - invariant, for the reader
        return found


class RegisterSignedFile(StoredFile):
    """A paper of the registers as it was signed; the newest counts, those before stay."""

    paper = models.ForeignKey(
        RegisterPaper, models.PROTECT, related_name="signed_files", verbose_name=_("văn bản sự cố, vi phạm")
    )
    kept_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lưu"))

    class Meta:
        verbose_name = _("bản đã ký của văn bản sự cố, vi phạm")
        verbose_name_plural = _("bản đã ký của văn bản sự cố, vi phạm")
        ordering = ["paper", "-id"]


auditlog.register(RegisterPaper, exclude_fields=["content", "code"])
for _model in (RegisterPaperTemplate, RegisterSignedFile):
    auditlog.register(_model)

"""Papers of a dossier: what was printed, frozen; how bodies head theirs; what each kind says."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.choices import LetterStyle, PrintoutKind
from connections.models.requests import ConnectionRequest
from core.files import StoredFile

if TYPE_CHECKING:
    from core.actor import Actor


class PaperText(models.Model):
    """What kinds of paper say beside the content of their case; data, edited by staff, in versions.

    Who signs is an office, not a person, and is ours to set until the regulation says it. A change counts one version
    on; papers already issued keep what they were made with.
    """

    version = models.PositiveIntegerField(_("phiên bản"), default=1)
    legal_bases = models.TextField(_("căn cứ"), blank=True, help_text=_("Mỗi dòng một căn cứ"))
    terms = models.TextField(_("điều kiện, cam kết"), blank=True, help_text=_("Mỗi dòng một điều"))
    recipients = models.TextField(_("nơi nhận"), blank=True, help_text=_("Mỗi dòng một nơi nhận"))
    signer = models.TextField(
        _("chức vụ người ký"),
        blank=True,
        help_text=_("Mỗi dòng một dòng của khối ký; để trống: theo tiêu đề văn bản của cơ quan"),
    )
    source = models.CharField(_("nguồn"), max_length=300)

    class Meta:
        abstract = True
        ordering = ["id"]


class PrintoutTemplate(PaperText):
    """What a kind of paper of a dossier says."""

    kind = models.CharField(_("loại văn bản"), max_length=16, choices=PrintoutKind.choices, unique=True)

    class Meta(PaperText.Meta):
        abstract = False
        verbose_name = _("mẫu văn bản")
        verbose_name_plural = _("mẫu văn bản")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class LetterheadRule(models.Model):
    """How one body heads and signs its papers, where that differs from what the register says of it.

    A body without a row heads them as its kind does: Party bodies in the Party's style, all others under the State's
    name and motto, below the name of the body above.
    """

    agency = models.OneToOneField(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    style = models.CharField(_("kiểu tiêu đề"), max_length=8, choices=LetterStyle.choices)
    superior = models.CharField(
        _("tên cơ quan cấp trên"), max_length=300, blank=True, help_text=_("Để trống: cơ quan cấp trên trong danh bạ")
    )
    issuer = models.CharField(
        _("tên cơ quan ban hành"), max_length=300, blank=True, help_text=_("Để trống: tên trong danh bạ")
    )
    place = models.CharField(_("địa danh"), max_length=100, blank=True, help_text=_("Để trống: Tuyên Quang"))
    signer = models.TextField(_("chức vụ người ký"), blank=True, help_text=_("Mỗi dòng một dòng của khối ký"))
    source = models.CharField(_("nguồn"), max_length=300)

    class Meta:
        verbose_name = _("tiêu đề văn bản của cơ quan")
        verbose_name_plural = _("tiêu đề văn bản của cơ quan")
        ordering = ["agency__sort_key"]

    def __str__(self) -> str:
        return str(self.agency)


class PrintoutQuerySet(models.QuerySet["Printout"]):
    """Reading papers."""

    def visible_to(self, actor: "Actor") -> "PrintoutQuerySet":
        """Return all to SKHCN's readers; those of their own dossiers, but internal ones, to people of the agency."""
        if actor.may("request.view_all"):
            return self
        if actor.may("request.view_own"):
            return self.filter(request__agency_id=actor.agency_id or 0, internal=False)
        return self.none()

    def in_force(self) -> "PrintoutQuerySet":
        """Return papers that no later one replaced."""
        return self.filter(superseded_at__isnull=True)


class Printout(models.Model):
    """One paper of a dossier, as it was issued (ux.md §5).

    The deed that brings the dossier to its step issues it: content is composed once, frozen with its SHA-256 and
    rendered from there for ever, as Word file and PDF alike. It has no number until the issuing body's clerk records
    number and date, and adds the signed file. A later paper of the same kind replaces it; both stay. The code leads a
    reader of the paper to its public check. A trigger refuses to change what was issued, and to delete.
    """

    kind = models.CharField(_("loại văn bản"), max_length=16, choices=PrintoutKind.choices)
    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="printouts", verbose_name=_("hồ sơ"))
    issuer = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan ban hành"))
    internal = models.BooleanField(_("lưu hành nội bộ"), default=False)
    code = models.CharField(_("mã xác minh"), max_length=32, unique=True)
    content = models.JSONField(_("nội dung"))
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64)
    template_version = models.PositiveIntegerField(_("phiên bản mẫu"))
    issued_at = models.DateTimeField(_("lập lúc"))
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("thay văn bản")
    )
    superseded_at = models.DateTimeField(_("bị thay thế lúc"), null=True)
    number = models.CharField(_("số, ký hiệu"), max_length=60, blank=True)
    number_date = models.DateField(_("ngày ban hành"), null=True)
    numbered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người vào số"))
    numbered_at = models.DateTimeField(_("vào số lúc"), null=True)

    objects = PrintoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("văn bản của hồ sơ")
        verbose_name_plural = _("văn bản của hồ sơ")
        ordering = ["request", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"], condition=Q(superseded_at__isnull=True), name="printout_one_in_force"
            ),
            models.UniqueConstraint(
                "issuer",
                "number",
                ExtractYear("number_date"),
                condition=~Q(number=""),
                name="printout_number_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(number="", number_date__isnull=True) | (~Q(number="") & Q(number_date__isnull=False)),
                name="printout_number_has_its_date",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class SignedFile(StoredFile):
    """A paper as it was signed and sealed; the newest counts, those before stay."""

    printout = models.ForeignKey(
        Printout, models.PROTECT, related_name="signed_files", verbose_name=_("văn bản của hồ sơ")
    )
    kept_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người lưu"))

    class Meta:
        verbose_name = _("bản đã ký")
        verbose_name_plural = _("bản đã ký")
        ordering = ["printout", "-id"]


auditlog.register(Printout, exclude_fields=["content", "code"])
for _model in (PrintoutTemplate, LetterheadRule, SignedFile):
    auditlog.register(_model)

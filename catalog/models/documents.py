"""Technical documents: who may read which, their versions as files, to whom they were released, who took them."""

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from catalog import guards
from catalog.duty_choices import DocumentLevel, DocumentState, OwnerSide
from catalog.models.services import DataService
from core import clock, rights
from core.actor import Actor
from core.files import StoredFile
from core.states import StateField
from core.text import fold
from core.transitions import Guard

VIEW_DOCUMENT = "catalog.view_document"
VERSION_LABEL = RegexValidator(
    r"\A[0-9A-Za-z][0-9A-Za-z.\-]{0,19}\Z", _("Số phiên bản gồm chữ không dấu, số, dấu chấm, ví dụ 1.0")
)


def _without_file(document: "TechnicalDocument") -> str:
    return "" if document.versions.exists() else _now("Tài liệu chưa có tệp nào; thêm phiên bản trước.")


HAS_FILE = Guard("has_file", _without_file)


class DocumentQuerySet(models.QuerySet["TechnicalDocument"]):
    """Reading technical documents."""

    def published(self) -> "DocumentQuerySet":
        """Return documents that stand in the library, whatever their level."""
        return self.filter(state=DocumentState.PUBLISHED)

    def visible_to(self, actor: Actor) -> "DocumentQuerySet":
        """Return what the level lets the actor read (QC14.7).

        Public ones are everyone's, those of a service once it stands in the public catalogue. Restricted ones are
        read by the provider's people and by agencies and single persons they were released to, internal ones by
        SKHCN's readers alone, who see everything. The provider's catalogue staff also see their own drafts.
        """
        if actor.may("service.view_all"):
            return self
        known = Q(service__isnull=True) | Q(service__in=DataService.objects.published().values("pk"))
        seen = Q(level=DocumentLevel.PUBLIC) & known
        mine = Q(service__provider_id=actor.agency_id or 0) & ~Q(level=DocumentLevel.INTERNAL)
        if actor.is_person and actor.roles:
            seen |= mine | Q(level=DocumentLevel.RESTRICTED) & _released_to(actor)
        visible = Q(state=DocumentState.PUBLISHED) & seen
        if actor.may(guards.SERVICE_EDIT_OWN):
            visible |= mine & Q(owner_side=OwnerSide.PROVIDER)
        return self.filter(visible)

    def matching(self, words: str) -> "DocumentQuerySet":
        """Return documents whose title contains every word of *words*, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


def _released_to(actor: Actor) -> Q:
    to_agency = DocumentRelease.objects.open().filter(agency_id=actor.agency_id or 0)
    to_person = PersonalRelease.objects.in_force().filter(person_id=actor.user_id or 0)
    among = TechnicalDocument.objects.filter(pk__in=to_person.values("document_id"))
    held = rights.things_with(VIEW_DOCUMENT, user=User(pk=actor.user_id), among=among)
    return Q(pk__in=to_agency.values("document_id")) | Q(pk__in=held.values("pk"))


class TechnicalDocument(models.Model):
    """Technical guidance about the platform or about one service, read by its level (QC14.6, QC14.7).

    It is entered as a draft, gets files as versions, and is published by SKHCN. Its level may be changed at any time
    and holds from that moment on, for page, file, search and address. It is withdrawn with a reason, never deleted.
    """

    title = models.CharField(_("tên tài liệu"), max_length=300)
    summary = models.TextField(_("nội dung chính"), max_length=1000, blank=True)
    service = models.ForeignKey(
        DataService,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("dịch vụ dữ liệu"),
        help_text=_("Để trống khi tài liệu nói về cả nền tảng."),
    )
    level = models.CharField(_("mức tài liệu"), max_length=16, choices=DocumentLevel.choices)
    owner_side = models.CharField(_("bên soạn"), max_length=16, choices=OwnerSide.choices, default=OwnerSide.OPERATOR)
    state = StateField(
        _("tình trạng"), max_length=12, choices=DocumentState.choices, default=DocumentState.DRAFT, protected=True
    )
    published_at = models.DateTimeField(_("công bố lúc"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("thu hồi lúc"), null=True, blank=True, editable=False)
    withdraw_reason = models.CharField(_("lý do thu hồi"), max_length=300, blank=True, editable=False)
    search = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=700, editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("tài liệu kỹ thuật")
        verbose_name_plural = _("tài liệu kỹ thuật")
        ordering = ["sort_key", "id"]
        permissions = [("view_document", "Đọc một tài liệu được cung cấp cho mình")]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_side=OwnerSide.OPERATOR) | Q(service__isnull=False),
                name="document_of_a_provider_names_its_service",
                violation_error_message=_("Tài liệu do cơ quan cung cấp soạn phải gắn với một dịch vụ"),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "level", "sort_key"], name="document_level"),
            models.Index(fields=["service", "state"], name="document_service"),
            GinIndex(fields=["search"], name="document_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    @transition(
        state,
        DocumentState.DRAFT,
        DocumentState.PUBLISHED,
        conditions=[HAS_FILE],
        custom={"may": guards.manages_services, "label": _("Công bố tài liệu"), "clause": "QC14.7"},
    )
    def publish(self) -> None:
        """The document stands in the library for those its level admits."""

    @transition(
        state,
        DocumentState.PUBLISHED,
        DocumentState.WITHDRAWN,
        custom={
            "may": guards.manages_services,
            "label": _("Thu hồi tài liệu"),
            "clause": "QC14.7",
            "reason_required": True,
        },
    )
    def withdraw(self) -> None:
        """Nobody but SKHCN's readers finds it any more."""


class DocumentVersion(StoredFile):
    """One file of a technical document, under its label; a new text is a new version, older ones stay to be read."""

    document = models.ForeignKey(
        TechnicalDocument, models.PROTECT, related_name="versions", verbose_name=_("tài liệu")
    )
    label = models.CharField(_("phiên bản"), max_length=20, validators=[VERSION_LABEL])
    changes = models.TextField(_("nội dung thay đổi"), max_length=1000)
    published_at = models.DateTimeField(_("công bố lúc"), null=True, blank=True, editable=False)
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người thêm")
    )

    class Meta:
        verbose_name = _("phiên bản tài liệu")
        verbose_name_plural = _("phiên bản tài liệu")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "label"],
                name="document_version_once",
                violation_error_message=_("Tài liệu đã có phiên bản mang số này; đặt số khác"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document.title}, {self.label}"


class ReleaseQuerySet(models.QuerySet["DocumentRelease"]):
    """Reading releases to agencies."""

    def open(self) -> "ReleaseQuerySet":
        """Return those that were not taken back."""
        return self.filter(ended_at__isnull=True)


class DocumentRelease(models.Model):
    """A restricted document given to an agency, with why; taken back by a deed, then the row says by whom and why."""

    document = models.ForeignKey(
        TechnicalDocument, models.PROTECT, related_name="releases", verbose_name=_("tài liệu")
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="released_documents", verbose_name=_("cơ quan"))
    reason = models.CharField(_("lý do cung cấp"), max_length=300)
    request_number = models.CharField(_("theo hồ sơ"), max_length=60, blank=True)
    released_at = models.DateTimeField(_("cung cấp lúc"), editable=False)
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người cung cấp"), editable=False
    )
    ended_at = models.DateTimeField(_("thu lại lúc"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người thu lại"), editable=False
    )
    end_reason = models.CharField(_("lý do thu lại"), max_length=300, blank=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("tài liệu cung cấp cho cơ quan")
        verbose_name_plural = _("tài liệu cung cấp cho cơ quan")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "agency"],
                condition=Q(ended_at__isnull=True),
                name="document_released_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} – {self.agency}"


class PersonalReleaseQuerySet(models.QuerySet["PersonalRelease"]):
    """Reading releases to single persons."""

    def in_force(self) -> "PersonalReleaseQuerySet":
        """Return those neither taken back nor past their last day."""
        return self.filter(ended_at__isnull=True, until__gte=clock.today())


class PersonalRelease(models.Model):
    """A restricted document given to one person until a day (decisions, 26); the right itself is an object right."""

    document = models.ForeignKey(
        TechnicalDocument, models.PROTECT, related_name="personal_releases", verbose_name=_("tài liệu")
    )
    person = models.ForeignKey(
        User, models.PROTECT, related_name="released_documents", verbose_name=_("người được cung cấp")
    )
    until = models.DateField(_("đến hết ngày"))
    reason = models.CharField(_("lý do cung cấp"), max_length=300)
    released_at = models.DateTimeField(_("cung cấp lúc"), editable=False)
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người cung cấp"), editable=False
    )
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("lý do kết thúc"), max_length=300, blank=True, editable=False)

    objects = PersonalReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("tài liệu cung cấp cho một người")
        verbose_name_plural = _("tài liệu cung cấp cho một người")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "person"],
                condition=Q(ended_at__isnull=True),
                name="document_given_once_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document}, {self.until:%d/%m/%Y}"


class DocumentDownload(models.Model):
    """A file of the library was taken: by whom (nobody known for a visitor), for which agency, in which request.

    Written once; the database refuses change.
    """

    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="downloads", verbose_name=_("phiên bản"))
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người tải")
    )
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cơ quan")
    )
    at = models.DateTimeField(_("tải lúc"))
    request_id = models.CharField(_("mã yêu cầu"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("lượt tải tài liệu")
        verbose_name_plural = _("lượt tải tài liệu")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.version}, {self.at:%d/%m/%Y}"


auditlog.register(TechnicalDocument, exclude_fields=["search", "sort_key", "revision"])
auditlog.register(DocumentVersion)
auditlog.register(DocumentRelease)
auditlog.register(PersonalRelease)

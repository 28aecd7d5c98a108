"""The register of direct sharing: what two bodies share outside the platform, by whose decision, until when."""

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog import guards
from catalog.duty_choices import ReviewOutcome, SharingState
from core import clock
from core.actor import Actor
from core.text import fold

READ_OWN = ("system.view_own", guards.SERVICE_EDIT_OWN)


class SharingQuerySet(models.QuerySet["DirectSharing"]):
    """Reading the register."""

    def visible_to(self, actor: Actor) -> "SharingQuerySet":
        """Return every case to SKHCN's readers, to the people of either side their own."""
        if actor.may("service.view_all"):
            return self
        if any(map(actor.may, READ_OWN)):
            return self.filter(Q(provider_id=actor.agency_id or 0) | Q(receiver_id=actor.agency_id or 0))
        return self.none()

    def open(self) -> "SharingQuerySet":
        """Return cases nobody has ended."""
        return self.filter(ended_on__isnull=True)

    def overdue(self) -> "SharingQuerySet":
        """Return open cases whose last day or day of review has passed (QC11.8)."""
        today = clock.today()
        return self.open().filter(Q(valid_to__lt=today) | Q(review_on__lt=today))

    def matching(self, words: str) -> "SharingQuerySet":
        """Return cases whose texts contain every word of *words*, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class DirectSharing(models.Model):
    """Data that goes from one body to another past the platform, which is forbidden but for special cases (QC11.8).

    Each case names who decided it, on which legal basis and until when, and a day on which SKHCN looks at it again.
    A review keeps it, moves it onto the platform by a day, or ends it. Rows stay.
    """

    provider = models.ForeignKey(
        Agency, models.PROTECT, related_name="direct_sharing_given", verbose_name=_("cơ quan cung cấp")
    )
    receiver = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="direct_sharing_taken",
        verbose_name=_("cơ quan nhận"),
    )
    receiver_name = models.CharField(
        _("bên nhận không có trong danh bạ"),
        max_length=300,
        blank=True,
        help_text=_("Chỉ ghi khi bên nhận không có trong danh bạ cơ quan."),
    )
    data = models.TextField(_("dữ liệu chia sẻ"), max_length=2000)
    why = models.TextField(_("lý do không chia sẻ qua nền tảng"), max_length=2000)
    authority = models.CharField(_("cấp quyết định"), max_length=300)
    legal_basis = models.CharField(_("căn cứ pháp lý"), max_length=300)
    decision_number = models.CharField(_("số văn bản quyết định"), max_length=100)
    decided_on = models.DateField(_("ngày văn bản"))
    valid_from = models.DateField(_("áp dụng từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"))
    review_on = models.DateField(_("ngày rà soát tiếp theo"))
    ended_on = models.DateField(_("chấm dứt ngày"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("lý do chấm dứt"), max_length=300, blank=True, editable=False)
    search = models.TextField(editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = SharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("trường hợp chia sẻ trực tiếp")
        verbose_name_plural = _("trường hợp chia sẻ trực tiếp")
        ordering = ["review_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="sharing_days_in_order",
                violation_error_message=_("Ngày hết thời hạn phải từ ngày áp dụng trở đi"),
            ),
            models.CheckConstraint(
                condition=Q(receiver__isnull=False) | ~Q(receiver_name=""),
                name="sharing_names_its_receiver",
                violation_error_message=_("Chọn cơ quan nhận, hoặc ghi tên bên nhận không có trong danh bạ"),
            ),
        ]
        indexes = [
            models.Index(fields=["ended_on", "review_on"], name="sharing_review"),
            models.Index(fields=["ended_on", "valid_to"], name="sharing_expiry"),
            GinIndex(fields=["search"], name="sharing_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.provider} – {self.to_whom}"

    @property
    def to_whom(self) -> str:
        """Return the name of who receives."""
        return self.receiver.name if self.receiver else self.receiver_name

    @property
    def state(self) -> SharingState:
        """Return how the case stands today."""
        today = clock.today()
        if self.ended_on is not None:
            return SharingState.ENDED
        if self.valid_to < today:
            return SharingState.EXPIRED
        return SharingState.WAITING if self.valid_from > today else SharingState.IN_FORCE

    @property
    def is_overdue(self) -> bool:
        """Return whether its last day or day of review has passed while it goes on."""
        return self.ended_on is None and min(self.valid_to, self.review_on) < clock.today()


class SharingReview(models.Model):
    """What SKHCN decided when it looked at a case again; written once."""

    sharing = models.ForeignKey(
        DirectSharing, models.PROTECT, related_name="reviews", verbose_name=_("trường hợp chia sẻ trực tiếp")
    )
    outcome = models.CharField(_("kết quả rà soát"), max_length=8, choices=ReviewOutcome.choices)
    note = models.TextField(_("nhận xét"), max_length=1000)
    until = models.DateField(
        _("tiếp tục hoặc hoàn thành chuyển trước ngày"),
        null=True,
        blank=True,
        help_text=_("Bắt buộc khi tiếp tục hoặc chuyển sang nền tảng; cũng là ngày rà soát tiếp theo."),
    )
    reviewed_at = models.DateTimeField(_("rà soát lúc"), editable=False)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người rà soát"), editable=False
    )

    class Meta:
        verbose_name = _("lần rà soát chia sẻ trực tiếp")
        verbose_name_plural = _("lần rà soát chia sẻ trực tiếp")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sharing}: {self.get_outcome_display()}"


auditlog.register(DirectSharing, exclude_fields=["search", "revision"])
auditlog.register(SharingReview)

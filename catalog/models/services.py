"""Data services and their versions."""

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency
from catalog import guards
from catalog.choices import (
    CALLABLE,
    DataLayer,
    Importance,
    MessageForm,
    PersonalData,
    ServiceState,
    SharingClass,
    SharingMethod,
)
from catalog.models.purposes import KEBAB
from catalog.models.sectors import Sector
from core.actor import Actor
from core.states import StateField
from core.text import fold

VERSION_NAME = RegexValidator(r"\Av[1-9][0-9]{0,2}\Z", _("Phiên bản ghi dạng v1, v2, …"))
MAX_REQUEST_BYTES = 10 * 1024 * 1024
# What follows the first MiB is poured through, never held (decisions, 9).
MAX_ANSWER_BYTES = 1024 * 1024 * 1024


class ServiceQuerySet(models.QuerySet["DataService"]):
    """Reading the catalogue."""

    def published(self) -> "ServiceQuerySet":
        """Return services of which a version is published: what everyone may know of (ux.md §2)."""
        return self.filter(
            models.Exists(ServiceVersion.objects.filter(service=models.OuterRef("pk"), state__in=CALLABLE))
        )

    def named_in_public(self) -> "ServiceQuerySet":
        """Return what a page for everybody may name besides the catalogue: published and not for private use."""
        return self.published().exclude(sharing_class=SharingClass.PRIVATE)

    def visible_to(self, actor: Actor) -> "ServiceQuerySet":
        """Return every service to SKHCN's readers; to others the published ones and those of their own agency."""
        if actor.may("service.view_all"):
            return self
        if actor.may(guards.SERVICE_EDIT_OWN):
            return self.filter(Q(provider_id=actor.agency_id) | Q(pk__in=DataService.objects.published().values("pk")))
        return self.published()

    def matching(self, words: str) -> "ServiceQuerySet":
        """Return services whose texts contain every word of *words*, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class DataService(models.Model):
    """An entry of the catalogue of shared data (QC11.2).

    The provider's staff or SKHCN enter it as a draft, saying that it holds no state secret; what does is refused here
    (QC3.3). The four legal items, providing agency, scope, eligible consumers and sharing method, may have gaps in a
    draft; no version is published with one. What consumers call is a version of it.
    What its provider says it can serve a day is kept to exactly in the live environment: a gate of its own counts the
    calls of all consumers. So many calls at once as the source system bears are sent to it, no more.
    Its code is part of the service's address and never changes. It is never deleted; its versions are withdrawn.
    """

    code = models.CharField(_("mã dịch vụ"), max_length=64, unique=True, validators=[KEBAB])
    title = models.CharField(_("tên dịch vụ dữ liệu"), max_length=300)
    summary = models.TextField(_("mô tả"), max_length=2000, blank=True)
    provider = models.ForeignKey(
        Agency, models.PROTECT, related_name="data_services", verbose_name=_("cơ quan cung cấp")
    )
    data_scope = models.TextField(_("phạm vi dữ liệu"), max_length=2000, blank=True)
    eligible_consumers = models.TextField(_("đối tượng được khai thác"), max_length=2000, blank=True)
    sharing_method = models.CharField(
        _("phương thức chia sẻ"), max_length=16, choices=SharingMethod.choices, blank=True
    )
    sharing_class = models.CharField(_("mức chia sẻ"), max_length=16, choices=SharingClass.choices, blank=True)
    personal_data = models.CharField(_("dữ liệu cá nhân"), max_length=16, choices=PersonalData.choices, blank=True)
    data_layer = models.CharField(_("lớp dữ liệu"), max_length=16, choices=DataLayer.choices, blank=True)
    importance = models.CharField(_("mức quan trọng"), max_length=16, choices=Importance.choices, blank=True)
    sector = models.ForeignKey(
        Sector, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("lĩnh vực")
    )
    mandatory_sharing = models.BooleanField(_("thuộc diện chia sẻ bắt buộc"), default=False)
    security_note = models.TextField(_("yêu cầu bảo vệ dữ liệu"), max_length=1000, blank=True)
    update_every_days = models.PositiveSmallIntegerField(
        _("cam kết cập nhật dữ liệu, số ngày một lần"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
    )
    data_updated_on = models.DateField(_("dữ liệu cập nhật đến ngày"), null=True, blank=True, editable=False)
    default_quota = models.PositiveIntegerField(
        _("hạn mức mặc định mỗi ngày"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
    )
    capacity_per_day = models.PositiveIntegerField(
        _("năng lực phục vụ cam kết mỗi ngày"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000_000)],
    )
    calls_at_once = models.PositiveIntegerField(
        _("số lượt gọi cùng lúc hệ thống nguồn chịu được"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
    )
    total_gate_id = models.BigIntegerField(_("cổng đếm tổng số lượt"), null=True, editable=False, unique=True)
    not_state_secret = models.BooleanField(_("dữ liệu không thuộc bí mật nhà nước"), default=False)
    is_sample = models.BooleanField(_("là dữ liệu mẫu"), default=False, editable=False)
    search = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=700, editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("dịch vụ dữ liệu")
        verbose_name_plural = _("dịch vụ dữ liệu")
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(not_state_secret=True),
                name="service_no_state_secret",
                violation_error_message=_("Dữ liệu thuộc bí mật nhà nước không được đăng ký ở đây"),
            )
        ]
        indexes = [
            models.Index(fields=["provider", "sort_key"], name="service_provider"),
            GinIndex(fields=["search"], name="service_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"


class VersionQuerySet(models.QuerySet["ServiceVersion"]):
    """Reading versions."""

    def visible_to(self, actor: Actor) -> "VersionQuerySet":
        """Return versions of the services the actor sees; of other agencies' services the published ones only."""
        if actor.may("service.view_all"):
            return self
        published = Q(state__in=CALLABLE)
        own = Q(service__provider_id=actor.agency_id)
        return self.filter(own | published if actor.may(guards.SERVICE_EDIT_OWN) else published)


class ServiceVersion(models.Model):
    """A version of a data service: what is called at ``/api/data/{service}/{version}/`` (QC11.2, QC11.8).

    It is made as a draft with its operations and the addresses of the source system. When the legal items, the
    classification of service and fields, an operation and an address are there, the provider asks for publication and
    SKHCN publishes or gives back with the reason; what SKHCN entered itself it publishes at once. From then on its
    operations stay as they are and what must change is the next version. Addresses may still change, SKHCN's staff
    do it. Its end is announced with a day (deprecated, called as before until that day begins), so many days ahead as
    the deadline ``version.notice`` says or with a reason why not. On that day calls are refused, and the platform
    withdraws it with the reason announced; SKHCN may do so earlier. It then stays readable. What was published once is
    never deleted.
    """

    service = models.ForeignKey(DataService, models.PROTECT, related_name="versions", verbose_name=_("dịch vụ"))
    name = models.CharField(_("phiên bản"), max_length=4, default="v1", validators=[VERSION_NAME])
    state = StateField(
        _("tình trạng"), max_length=12, choices=ServiceState.choices, default=ServiceState.DRAFT, protected=True
    )
    max_request_bytes = models.PositiveIntegerField(
        _("cỡ yêu cầu tối đa (B)"),
        default=1_048_576,
        validators=[MinValueValidator(1024), MaxValueValidator(MAX_REQUEST_BYTES)],
    )
    max_answer_bytes = models.PositiveIntegerField(
        _("cỡ trả lời tối đa (B)"),
        default=104_857_600,
        blank=True,
        validators=[MinValueValidator(1024), MaxValueValidator(MAX_ANSWER_BYTES)],
    )
    message_form = models.CharField(
        _("dạng dữ liệu hệ thống nguồn nhận"), max_length=4, choices=MessageForm.choices, default=MessageForm.JSON
    )
    accepts_gzip = models.BooleanField(_("nhận yêu cầu nén gzip"), default=False)
    published_at = models.DateTimeField(_("công bố lúc"), null=True, blank=True, editable=False)
    deprecated_at = models.DateTimeField(_("báo ngừng lúc"), null=True, blank=True, editable=False)
    # When the present day was announced; the first announcement is ``deprecated_at``.
    announced_at = models.DateTimeField(_("báo ngày ngừng lúc"), null=True, blank=True, editable=False)
    sunset_on = models.DateField(_("ngừng cung cấp từ ngày"), null=True, blank=True, editable=False)
    sunset_reason = models.CharField(_("lý do báo ngừng"), max_length=300, blank=True, editable=False)
    short_notice_reason = models.CharField(
        _("lý do báo trước ít ngày hơn quy định"), max_length=300, blank=True, editable=False
    )
    withdrawn_at = models.DateTimeField(_("ngừng cung cấp lúc"), null=True, blank=True, editable=False)
    withdraw_reason = models.CharField(_("lý do ngừng cung cấp"), max_length=300, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("phiên bản dịch vụ")
        verbose_name_plural = _("phiên bản dịch vụ")
        ordering = ["service__sort_key", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "name"],
                name="version_once_a_service",
                violation_error_message=_("Dịch vụ đã có phiên bản này"),
            ),
            models.CheckConstraint(
                condition=Q(max_request_bytes__range=(1024, MAX_REQUEST_BYTES)), name="version_request_bytes"
            ),
            models.CheckConstraint(
                condition=Q(max_answer_bytes__range=(1024, MAX_ANSWER_BYTES)), name="version_answer_bytes"
            ),
        ]
        indexes = [models.Index(fields=["state", "service"], name="version_state")]

    def __str__(self) -> str:
        return f"{self.service.title} {self.name}"

    @transition(
        state,
        ServiceState.DRAFT,
        ServiceState.AWAITING,
        conditions=guards.READY,
        custom={"may": guards.provides_version, "label": _("Đề nghị công bố"), "clause": "QC11.2"},
    )
    def ask(self) -> None:
        """The provider's draft is whole and waits for SKHCN."""

    @transition(
        state,
        [ServiceState.DRAFT, ServiceState.AWAITING],
        ServiceState.PUBLISHED,
        conditions=guards.READY,
        custom={"may": guards.manages_services, "label": _("Công bố phiên bản"), "clause": "QC11.2"},
    )
    def publish(self) -> None:
        """The version stands in the public catalogue and may be granted."""

    @transition(
        state,
        ServiceState.AWAITING,
        ServiceState.DRAFT,
        custom={
            "may": guards.manages_services,
            "label": _("Trả lại để hoàn thiện"),
            "clause": "QC11.2",
            "reason_required": True,
        },
    )
    def give_back(self) -> None:
        """SKHCN says what is to be mended; the version is a draft again."""

    @transition(
        state,
        ServiceState.AWAITING,
        ServiceState.DRAFT,
        custom={"may": guards.provides_version, "label": _("Rút đề nghị công bố"), "clause": "QC11.2"},
    )
    def recall(self) -> None:
        """The provider takes its version back to change it."""

    @transition(
        state,
        ServiceState.PUBLISHED,
        ServiceState.DEPRECATED,
        custom={
            "may": guards.manages_services,
            "label": _("Báo ngừng cung cấp"),
            "clause": "QC11.2",
            "reason_required": True,
        },
    )
    def deprecate(self) -> None:
        """The version is called as before until its last day; everyone reads which day that is."""

    @transition(
        state,
        ServiceState.DEPRECATED,
        ServiceState.DEPRECATED,
        custom={
            "may": guards.manages_services,
            "label": _("Đổi ngày ngừng cung cấp"),
            "clause": "QC11.2",
            "reason_required": True,
        },
    )
    def redate(self) -> None:
        """The end comes on another day than was announced."""

    @transition(
        state,
        ServiceState.DEPRECATED,
        ServiceState.PUBLISHED,
        custom={
            "may": guards.manages_services,
            "label": _("Tiếp tục cung cấp"),
            "clause": "QC11.2",
            "reason_required": True,
        },
    )
    def resume(self) -> None:
        """The end that was announced does not come."""

    @transition(
        state,
        [ServiceState.PUBLISHED, ServiceState.DEPRECATED],
        ServiceState.WITHDRAWN,
        custom={
            "may": guards.manages_services,
            "label": _("Ngừng cung cấp phiên bản"),
            "clause": "QC11.8",
            "reason_required": True,
        },
    )
    def withdraw(self) -> None:
        """No call reaches the version any more."""


auditlog.register(DataService, exclude_fields=["search", "sort_key", "revision"])
auditlog.register(ServiceVersion, exclude_fields=["revision"])

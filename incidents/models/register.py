"""The register of incidents (QC8.6, QC14.3, Q50-12.2c)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from accounts.models import Agency, User
from core.states import StateField
from incidents.guards import incidents as guards
from incidents.register_choices import (
    ENDED,
    OPEN,
    RUNNING,
    Cause,
    Impact,
    IncidentState,
    LegalClass,
    Origin,
    Severity,
)

if TYPE_CHECKING:
    from core.actor import Actor

S = IncidentState


class IncidentPolicy(models.Model):
    """How incidents open and close by themselves: one row, ours, not the law's; changed as data."""

    outage_severity = models.PositiveSmallIntegerField(
        _("mức độ khi mọi địa chỉ chính thức của một dịch vụ mất kết nối"),
        choices=Severity.choices,
        default=Severity.MEDIUM,
    )
    log_severity = models.PositiveSmallIntegerField(
        _("mức độ khi kiểm tra nhật ký không đạt"), choices=Severity.choices, default=Severity.CRITICAL
    )
    close_after_hours = models.PositiveSmallIntegerField(
        _("tự đóng sự cố đã tự khôi phục sau (giờ)"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )

    class Meta:
        verbose_name = _("quy tắc mở, đóng sự cố")
        verbose_name_plural = _("quy tắc mở, đóng sự cố")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="incident_policy_one_row")]

    def __str__(self) -> str:
        return str(_("Quy tắc mở, đóng sự cố"))


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reading incidents."""

    def visible_to(self, actor: "Actor") -> "IncidentQuerySet":
        """Return all to SKHCN's readers; to an agency those it reported and those it was told of."""
        if actor.may(guards.VIEW_ALL):
            return self
        if not actor.may(guards.VIEW_OWN):
            return self.none()
        own = actor.agency_id or 0
        told = Incident.objects.filter(parties__agency_id=own, parties__told_at__isnull=False)
        return self.filter(Q(agency_id=own) | Q(pk__in=told.values("pk")))

    def running(self) -> "IncidentQuerySet":
        """Return those that are not mended yet."""
        return self.filter(state__in=RUNNING)

    def open(self) -> "IncidentQuerySet":
        """Return those that are not closed."""
        return self.filter(state__in=OPEN)

    def published(self) -> "IncidentQuerySet":
        """Return those of which the public was told."""
        return self.filter(published_at__isnull=False)


class Incident(FSMModelMixin, models.Model):
    """Something that harms the platform, a service of it or its data, from its first sign to its closing.

    It is opened by an alert, an outage, a failed verification of the log, an agency's report or by hand. Two measures
    are kept apart: ``severity`` is ours and drives operation; ``legal_class`` is the law's, a person's judgement.
    Deadlines, affected services, agencies told, tasks, papers and the timeline are rows beside it. What recovered by
    itself is resolved and later closed by the platform; what people handle is resolved and closed by people, and
    severities 1 and 2 only after their review. A closed one may be opened again with a reason. Nothing is deleted.
    """

    code = models.CharField(_("mã sự cố"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("tên sự cố"), max_length=200)
    summary = models.TextField(_("mô tả"), max_length=4000, blank=True)
    origin = models.CharField(_("nguồn phát hiện"), max_length=8, choices=Origin.choices)
    state = StateField(_("tình trạng"), max_length=12, choices=S.choices, default=S.NEW, protected=True)
    severity = models.PositiveSmallIntegerField(_("mức độ vận hành"), choices=Severity.choices)
    legal_class = models.CharField(_("phân loại theo quy định"), max_length=12, choices=LegalClass.choices, blank=True)
    cause = models.CharField(_("nhóm nguyên nhân"), max_length=16, choices=Cause.choices, blank=True)
    personal_data = models.BooleanField(_("liên quan dữ liệu cá nhân"), default=False)
    beyond_capacity = models.BooleanField(_("vượt khả năng tự xử lý"), default=False)
    classified_at = models.DateTimeField(_("phân loại lúc"), null=True, blank=True)
    impact = models.CharField(_("mức ảnh hưởng cơ quan báo"), max_length=12, choices=Impact.choices, blank=True)
    started_at = models.DateTimeField(_("xảy ra lúc"))
    detected_at = models.DateTimeField(_("phát hiện lúc"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="incidents_reported", verbose_name=_("cơ quan báo")
    )
    reporter = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người báo")
    )
    call_id = models.UUIDField(_("mã yêu cầu của lượt gọi"), null=True, blank=True)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người phụ trách")
    )
    root_cause = models.TextField(_("nguyên nhân gốc"), max_length=4000, blank=True)
    measures = models.TextField(_("biện pháp khắc phục"), max_length=4000, blank=True)
    lessons = models.TextField(_("bài học, biện pháp phòng ngừa"), max_length=4000, blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người rút kinh nghiệm")
    )
    reviewed_at = models.DateTimeField(_("rút kinh nghiệm lúc"), null=True, blank=True)
    public_title = models.CharField(_("tên công bố"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("công bố lúc"), null=True, blank=True)
    recovered_at = models.DateTimeField(_("khôi phục lúc"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("khắc phục lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("số lần mở lại"), default=0)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    search = models.TextField(editable=False, default="", blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("sự cố")
        verbose_name_plural = _("sự cố")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | ~Q(public_title=""),
                name="incident_public_has_a_title",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.CLOSED) | Q(closed_at__isnull=False), name="incident_closed_is_dated"
            ),
            models.CheckConstraint(
                condition=Q(severity__gte=Severity.CRITICAL, severity__lte=Severity.LOW),
                name="incident_severity_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "severity", "-id"], name="incident_desk"),
            models.Index(fields=["agency", "-id"], name="incident_agency"),
            models.Index(fields=["-published_at"], name="incident_public"),
            models.Index(F("closed_at").desc(nulls_first=True), F("severity"), F("id").desc(), name="incident_list"),
            GinIndex(fields=["search"], name="incident_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_running(self) -> bool:
        """Whether it is not mended yet."""
        return self.state in RUNNING

    @property
    def is_ended(self) -> bool:
        """Whether nothing more is done about it."""
        return self.state in ENDED

    @transition(
        state,
        S.NEW,
        S.RECEIVED,
        custom={"may": guards.manages, "label": _("Tiếp nhận"), "clause": "QC14.3"},
    )
    def acknowledge(self) -> None:
        """Somebody of SKHCN takes it on; the clock of acknowledgement stops."""

    @transition(
        state,
        S.RECEIVED,
        S.HANDLING,
        conditions=[guards.CLASSIFIED],
        custom={"may": guards.manages, "label": _("Bắt đầu xử lý"), "clause": "QC14.3"},
    )
    def handle(self) -> None:
        """It is verified and classified; mending begins."""

    @transition(
        state,
        S.HANDLING,
        S.RESOLVED,
        conditions=[guards.EXPLAINED],
        custom={"may": guards.manages, "label": _("Ghi nhận đã khắc phục"), "clause": "QC8.6"},
    )
    def resolve(self) -> None:
        """Cause and measures are known and service is back."""

    @transition(
        state,
        [S.NEW, S.RECEIVED, S.HANDLING],
        S.RESOLVED,
        custom={"may": guards.is_platform, "label": _("Tự ghi nhận đã khôi phục"), "clause": "QC8.6"},
    )
    def recover(self) -> None:
        """The platform measured that what failed works again."""

    @transition(
        state,
        S.RESOLVED,
        S.CLOSED,
        conditions=[guards.CLASSIFIED_BY_PEOPLE, guards.EXPLAINED, guards.REVIEWED_FIRST, guards.TASKS_DONE],
        custom={"may": guards.manages, "label": _("Đóng sự cố"), "clause": "QC14.3"},
    )
    def close(self) -> None:
        """Nothing is left to do."""

    @transition(
        state,
        [S.RESOLVED, S.CLOSED],
        S.HANDLING,
        custom={
            "may": guards.manages,
            "label": _("Mở lại"),
            "clause": "QC14.3",
            "reason_required": True,
        },
    )
    def reopen(self) -> None:
        """It was not over, or came back."""

    @transition(
        state,
        [S.NEW, S.RECEIVED],
        S.DISMISSED,
        custom={
            "may": guards.manages,
            "label": _("Kết luận không phải sự cố"),
            "clause": "QC14.3",
            "reason_required": True,
        },
    )
    def dismiss(self) -> None:
        """Verification showed that nothing was wrong with the platform or its data."""

    @transition(
        state,
        S.DISMISSED,
        S.RECEIVED,
        custom={
            "may": guards.manages,
            "label": _("Xem xét lại"),
            "clause": "QC14.3",
            "reason_required": True,
        },
    )
    def restore(self) -> None:
        """It was an incident after all."""


auditlog.register(IncidentPolicy)
auditlog.register(Incident, exclude_fields=["search", "revision"])

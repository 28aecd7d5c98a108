"""Reports: each asked for once, written by a job, frozen, then published."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from accounts.models import User
from core.actor import Actor
from reports import guards
from reports.choices import ClosingRule, Kind, RunState
from reports.periods import Period


class RunQuerySet(models.QuerySet["ReportRun"]):
    """Reading reports."""

    def visible_to(self, actor: Actor) -> "RunQuerySet":
        """Return every report to SKHCN's staff, to leaders of the province what was published."""
        if guards.sees_drafts(actor):
            return self
        return self.filter(published_at__isnull=False) if actor.may(guards.VIEW) else self.none()

    def in_force(self) -> "RunQuerySet":
        """Return reports that none has replaced."""
        return self.exclude(state=RunState.SUPERSEDED)

    def of_period(self, period: Period) -> "RunQuerySet":
        """Return the reports of *period*."""
        return self.filter(kind=period.kind, period_start=period.start, period_end=period.end)


class ReportRun(models.Model):
    """One report to the People's Committee (QC7.5, QC11.7, QC14.5).

    The report officer asks for it, or the schedule does; a job reads the figures up to ``data_until``, freezes them
    and writes the file. A leader of SKHCN who did not ask for it publishes it. While its period still runs it is
    preliminary and says so everywhere; the report of the ended period replaces it. There is one report of a kind and
    period that none has replaced. Figures and file never change, a trigger refuses it; nothing is deleted.
    """

    code = models.CharField(_("mã báo cáo"), max_length=40, unique=True)
    kind = models.CharField(_("loại kỳ"), max_length=16, choices=Kind.choices)
    closing_rule = models.CharField(_("cách chốt kỳ"), max_length=16, choices=ClosingRule.choices)
    period_start = models.DateField(_("từ ngày"))
    period_end = models.DateField(_("đến hết ngày"))
    preliminary = models.BooleanField(_("số liệu tạm tính"), default=False)
    data_until = models.DateTimeField(_("số liệu đến"))
    state = FSMField(
        _("tình trạng"), max_length=12, choices=RunState.choices, default=RunState.REQUESTED, protected=True
    )
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    failure = models.CharField(_("lý do không lập được"), max_length=300, blank=True)
    figures = models.JSONField(_("số liệu đã chốt"), null=True)
    sha256 = models.CharField(_("mã băm của tệp"), max_length=64, blank=True)
    drafted_at = models.DateTimeField(_("lập xong lúc"), null=True)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người phát hành")
    )
    published_at = models.DateTimeField(_("phát hành lúc"), null=True)
    superseded_at = models.DateTimeField(_("thay thế lúc"), null=True)
    supersede_reason = models.CharField(_("lý do thay thế"), max_length=300, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo")
        verbose_name_plural = _("báo cáo")
        ordering = ["-period_end", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "period_start", "period_end"],
                condition=~Q(state=RunState.SUPERSEDED),
                name="report_one_a_period",
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="report_period_in_order"),
            models.CheckConstraint(
                condition=~Q(state__in=[RunState.DRAFTED, RunState.PUBLISHED])
                | (~Q(sha256="") & Q(figures__isnull=False, drafted_at__isnull=False)),
                name="report_drafted_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(published_by=F("requested_by")),
                name="report_publisher_is_another_person",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="report_state")]

    def __str__(self) -> str:
        return self.code

    @property
    def period(self) -> Period:
        """The days it covers."""
        return Period(Kind(self.kind), ClosingRule(self.closing_rule), self.period_start, self.period_end)

    @property
    def is_written(self) -> bool:
        """True once there is a file."""
        return bool(self.sha256)

    @transition(
        state,
        RunState.DRAFTED,
        RunState.PUBLISHED,
        conditions=[guards.WRITTEN],
        custom={"may": guards.publishes, "label": _("Phát hành báo cáo"), "clause": "QC14.5"},
    )
    def publish(self) -> None:
        """Leaders of the province see and download it."""

    @transition(
        state,
        RunState.FAILED,
        RunState.REQUESTED,
        custom={"may": guards.drafts, "label": _("Lập lại"), "clause": "QC14.5"},
    )
    def retry(self) -> None:
        """The job tries again."""

    @transition(
        state,
        [RunState.FAILED, RunState.DRAFTED, RunState.PUBLISHED],
        RunState.SUPERSEDED,
        custom={
            "may": guards.drafts,
            "label": _("Lập lại với số liệu mới"),
            "clause": "QC14.5",
            "reason_required": True,
        },
    )
    def supersede(self) -> None:
        """A new report of the same period takes its place; what was published stays readable."""

    @transition(
        state,
        RunState.REQUESTED,
        RunState.DRAFTED,
        conditions=[guards.WRITTEN],
        custom={"may": guards.is_platform, "label": _("Lập xong báo cáo"), "clause": "QC14.5"},
    )
    def finish(self) -> None:
        """Figures are frozen and the file is kept."""

    @transition(
        state,
        RunState.REQUESTED,
        RunState.FAILED,
        custom={"may": guards.is_platform, "label": _("Ghi nhận lập không thành công"), "clause": "QC14.5"},
    )
    def fail(self) -> None:
        """The reason is shown to who may try again."""


auditlog.register(ReportRun, exclude_fields=["figures"])

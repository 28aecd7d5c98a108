"""Reports: each asked for once, counted and frozen by a job, worded, approved by a second person, published."""

from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import User
from core.actor import Actor
from core.states import StateField
from reports import guards
from reports.choices import Kind, RunState
from reports.models.closing import ClosingRule
from reports.periods import Period

_WITH_FILES = [RunState.SUBMITTED, RunState.APPROVED, RunState.PUBLISHED]


def _told(label: Any, may: Any, **more: bool) -> dict[str, Any]:
    """Return what is said of a step: its name, who may take it, the clause it serves."""
    return {"label": label, "may": may, "clause": "QC14.5", **more}


def _another(role: str, drafter: str) -> Q:
    """Return the condition that *role* is not *drafter*, or that one of them is nobody."""
    return Q(**{f"{role}__isnull": True}) | Q(**{f"{drafter}__isnull": True}) | ~Q(**{role: F(drafter)})


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

    def of_period(self, period: Period, title: str = "") -> "RunQuerySet":
        """Return the reports of *period*; ad hoc ones differ by their *title*, too."""
        return self.filter(kind=period.kind, period_start=period.start, period_end=period.end, title=title)


class ReportRun(models.Model):
    """One report to the People's Committee (QC7.5, QC11.7, QC14.5).

    The report officer asks for it, or the schedule does; a job reads the figures up to ``data_until``, freezes them
    and drafts the words. Officers edit the words and submit; a job makes the files; a leader of SKHCN who had no hand
    in it approves or returns it, and publishes it. While its period still runs it is preliminary and says so
    everywhere; the report of the ended period replaces it. There is one report of a kind and period (ad hoc: and
    title) that none has replaced. Figures never change, files never after approval: a trigger refuses it; nothing is
    deleted. ``sha256`` is that of the Word file.
    """

    code = models.CharField(_("mã báo cáo"), max_length=40, unique=True)
    kind = models.CharField(_("loại kỳ"), max_length=16, choices=Kind.choices)
    closing_rule = models.ForeignKey(
        ClosingRule,
        models.PROTECT,
        to_field="code",
        db_column="closing_rule",
        related_name="+",
        verbose_name=_("cách chốt kỳ"),
    )
    period_start = models.DateField(_("từ ngày"))
    period_end = models.DateField(_("đến hết ngày"))
    year = models.PositiveSmallIntegerField(_("năm báo cáo"))
    number = models.PositiveSmallIntegerField(_("kỳ thứ"), default=0)
    title = models.CharField(_("tên báo cáo đột xuất"), max_length=200, blank=True)
    purpose = models.CharField(_("mục đích, yêu cầu"), max_length=500, blank=True)
    preliminary = models.BooleanField(_("số liệu tạm tính"), default=False)
    data_until = models.DateTimeField(_("số liệu đến"))
    send_by = models.DateField(_("hạn gửi"), null=True)
    state = StateField(
        _("tình trạng"), max_length=12, choices=RunState.choices, default=RunState.REQUESTED, protected=True
    )
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lập"))
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    failure = models.CharField(_("lý do không lập được"), max_length=300, blank=True)
    figures = models.JSONField(_("số liệu đã chốt"), null=True)
    sha256 = models.CharField(_("mã băm của tệp"), max_length=64, blank=True)
    drafted_at = models.DateTimeField(_("lập xong số liệu lúc"), null=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người trình"))
    submitted_at = models.DateTimeField(_("trình lúc"), null=True)
    returned_at = models.DateTimeField(_("trả lại lúc"), null=True)
    return_reason = models.CharField(_("lý do trả lại"), max_length=500, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người duyệt"))
    approved_at = models.DateTimeField(_("duyệt lúc"), null=True)
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
                fields=["kind", "period_start", "period_end", "title"],
                condition=~Q(state=RunState.SUPERSEDED),
                name="report_one_a_period",
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="report_period_in_order"),
            models.CheckConstraint(
                condition=~Q(state__in=[RunState.DRAFTED, RunState.RENDERING, *_WITH_FILES])
                | Q(figures__isnull=False, drafted_at__isnull=False),
                name="report_drafted_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_WITH_FILES) | ~Q(sha256=""), name="report_submitted_has_files"
            ),
            models.CheckConstraint(
                condition=_another("published_by", "requested_by") & _another("published_by", "submitted_by"),
                name="report_publisher_is_another_person",
            ),
            models.CheckConstraint(
                condition=_another("approved_by", "requested_by") & _another("approved_by", "submitted_by"),
                name="report_approver_is_another_person",
            ),
            models.CheckConstraint(
                condition=(Q(kind=Kind.AD_HOC) & ~Q(title="")) | (~Q(kind=Kind.AD_HOC) & Q(title="")),
                name="report_ad_hoc_has_a_title",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "requested_at"], name="report_state"),
            models.Index(fields=["-period_end", "-id"], name="report_newest"),
            models.Index(fields=["kind", "year"], name="report_kind_year"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def period(self) -> Period:
        """The days it covers."""
        days = (self.period_start, self.period_end)
        return Period(Kind(self.kind), self.closing_rule_id, *days, self.year, self.number)

    @property
    def is_counted(self) -> bool:
        """True once its figures are frozen."""
        return self.drafted_at is not None

    @property
    def is_written(self) -> bool:
        """True once there are files."""
        return bool(self.sha256)

    @property
    def is_being_made(self) -> bool:
        """True while a job works on it."""
        return self.state in (RunState.REQUESTED, RunState.RENDERING)

    @transition(state, RunState.DRAFTED, RunState.RENDERING, custom=_told(_("Trình duyệt báo cáo"), guards.drafts))
    def submit(self) -> None:
        """The words are done: the files are made for approval."""

    @transition(
        state,
        RunState.SUBMITTED,
        RunState.APPROVED,
        conditions=[guards.WRITTEN],
        custom=_told(_("Duyệt báo cáo"), guards.publishes),
    )
    def approve(self) -> None:
        """The files stay as they are from now on."""

    @transition(
        state,
        RunState.APPROVED,
        RunState.PUBLISHED,
        conditions=[guards.WRITTEN],
        custom=_told(_("Phát hành báo cáo"), guards.publishes),
    )
    def publish(self) -> None:
        """Leaders of the province are told, see and download it."""

    @transition(
        state,
        [RunState.SUBMITTED, RunState.APPROVED],
        RunState.DRAFTED,
        custom=_told(_("Trả lại để sửa lời văn"), guards.publishes, reason_required=True),
    )
    def give_back(self) -> None:
        """The words are edited again; the files made for approval are no longer given out."""

    @transition(state, RunState.FAILED, RunState.REQUESTED, custom=_told(_("Lập lại"), guards.drafts))
    def retry(self) -> None:
        """The job tries again."""

    @transition(
        state,
        [RunState.FAILED, RunState.DRAFTED, *_WITH_FILES],
        RunState.SUPERSEDED,
        custom=_told(_("Lập lại với số liệu mới"), guards.drafts, reason_required=True),
    )
    def supersede(self) -> None:
        """A new report of the same period takes its place; what was published stays readable."""

    @transition(
        state, RunState.REQUESTED, RunState.DRAFTED, custom=_told(_("Lập xong số liệu báo cáo"), guards.is_platform)
    )
    def finish(self) -> None:
        """Figures are frozen and the words drafted."""

    @transition(
        state,
        RunState.REQUESTED,
        RunState.FAILED,
        custom=_told(_("Ghi nhận lập không thành công"), guards.is_platform),
    )
    def fail(self) -> None:
        """The reason is shown to who may try again."""

    @transition(
        state,
        RunState.RENDERING,
        RunState.SUBMITTED,
        conditions=[guards.WRITTEN],
        custom=_told(_("Tạo xong tệp trình duyệt"), guards.is_platform),
    )
    def present(self) -> None:
        """The files of all formats are kept."""

    @transition(
        state,
        RunState.RENDERING,
        RunState.DRAFTED,
        custom=_told(_("Ghi nhận tạo tệp không thành công"), guards.is_platform),
    )
    def stumble(self) -> None:
        """The files could not be made: the reason is shown to who submitted."""


auditlog.register(ReportRun, exclude_fields=["figures"])

"""What one agency states of its use of data in the period of a campaign (QC15.5)."""

from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from catalog.models import DataService
from core import clock
from core.actor import Actor
from core.files import StoredFile
from core.states import StateField
from reports import campaign_guards as guards
from reports.campaign_choices import WRITABLE, CampaignState, StatementState
from reports.models.campaigns import Campaign
from reports.succession import answers_for


class StatementQuerySet(models.QuerySet["Statement"]):
    """Reading statements."""

    def visible_to(self, actor: Actor) -> "StatementQuerySet":
        """Return all to SKHCN's readers; to people of an agency those it answers for, itself or as successor."""
        return self if guards.sees_all(actor) else self.answered_by(actor)

    def answered_by(self, actor: Actor) -> "StatementQuerySet":
        """Return those of the body *actor* works for, itself or as successor: what it writes is its own to read."""
        if actor.may(guards.DRAFT) or actor.may(guards.SEND):
            return self.filter(agency_id__in=answers_for(actor.agency_id))
        return self.none()

    def open(self) -> "StatementQuerySet":
        """Return those the agency still has to hand in, while that is possible."""
        return self.filter(state__in=WRITABLE, campaign__state=CampaignState.ISSUED)

    def late(self) -> "StatementQuerySet":
        """Return those handed in after the deadline, or not handed in though it is over."""
        after = Q(first_submitted_at__gt=F("campaign__due_at"))
        return self.filter(after | Q(first_submitted_at__isnull=True, campaign__due_at__lt=clock.now()))


class Statement(models.Model):
    """What one agency is asked in a campaign, and what it answers (QC15.5).

    Made when the campaign is issued, with a row for each data service the agency may call or has called. An officer
    fills it in, a representative hands it in; SKHCN accepts it or returns it with a reason. ``answers`` are the texts
    by the code of the question. It is late when it was first handed in after the deadline; a returned statement that
    had been in time stays in time. Where the agency ends meanwhile its successor answers.
    """

    code = models.CharField(_("mã báo cáo"), max_length=32, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="statements", verbose_name=_("đợt báo cáo"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan báo cáo"))
    state = StateField(
        _("tình trạng"),
        max_length=12,
        choices=StatementState.choices,
        default=StatementState.NOT_BEGUN,
        protected=True,
    )
    answers = models.JSONField(_("trả lời"), default=dict)
    told_due_at = models.DateTimeField(_("đã báo hạn nộp"), null=True, editable=False)
    drafted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người khai sau cùng")
    )
    changed_at = models.DateTimeField(_("khai lúc"), null=True)
    first_submitted_at = models.DateTimeField(_("nộp lần đầu lúc"), null=True)
    submitted_at = models.DateTimeField(_("nộp lúc"), null=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người nộp"))
    return_reason = models.TextField(_("lý do trả lại"), blank=True)
    judged_at = models.DateTimeField(_("xem xét lúc"), null=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người xem xét"))
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo khai thác của cơ quan")
        verbose_name_plural = _("báo cáo khai thác của cơ quan")
        ordering = ["-campaign_id", "agency__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "agency"], name="statement_one_an_agency"),
            models.CheckConstraint(
                condition=~Q(state__in=[StatementState.SUBMITTED, StatementState.ACCEPTED])
                | Q(submitted_at__isnull=False, first_submitted_at__isnull=False),
                name="statement_submitted_is_dated",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="statement_agency")]

    def __str__(self) -> str:
        return self.code

    @property
    def is_late(self) -> bool:
        """True when it came, or will come, after the deadline of its campaign."""
        due = self.campaign.due_at
        return due is not None and (self.first_submitted_at or clock.now()) > due

    @property
    def is_open(self) -> bool:
        """True while the agency may write in it and hand it in."""
        return self.state in WRITABLE and self.campaign.state == CampaignState.ISSUED

    @transition(
        state,
        [StatementState.NOT_BEGUN, StatementState.DRAFT, StatementState.RETURNED],
        StatementState.SUBMITTED,
        custom={"may": guards.sends, "label": _("Nộp báo cáo"), "clause": "QC15.5"},
    )
    def submit(self) -> None:
        """The representative hands it in."""

    @transition(
        state,
        StatementState.NOT_BEGUN,
        StatementState.DRAFT,
        custom={"may": guards.writes, "label": _("Khai báo cáo"), "clause": "QC15.5"},
    )
    def begin(self) -> None:
        """The officer writes the first answers."""

    @transition(
        state,
        StatementState.SUBMITTED,
        StatementState.ACCEPTED,
        custom={"may": guards.manages, "label": _("Chấp nhận báo cáo"), "clause": "QC15.5"},
    )
    def accept(self) -> None:
        """It counts in the result."""

    @transition(
        state,
        [StatementState.SUBMITTED, StatementState.ACCEPTED],
        StatementState.RETURNED,
        custom={
            "may": guards.manages,
            "label": _("Trả lại để sửa"),
            "clause": "QC15.5",
            "reason_required": True,
        },
    )
    def send_back(self) -> None:
        """The agency mends it and hands it in again."""


class StatementRow(models.Model):
    """Calls of one data service: what the log holds when the campaign is issued, and what the agency declares.

    A difference beyond the campaign's tolerance needs an explanation. ``logged`` and ``logged_success`` are calls in
    the live environment, those refused by the platform among them.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="rows", verbose_name=_("báo cáo"))
    service = models.ForeignKey(DataService, models.PROTECT, related_name="+", verbose_name=_("dịch vụ dữ liệu"))
    logged = models.PositiveBigIntegerField(_("số lượt theo nhật ký"))
    logged_success = models.PositiveBigIntegerField(_("trong đó thành công"))
    declared = models.PositiveBigIntegerField(_("số lượt cơ quan khai"), null=True)
    explanation = models.TextField(_("giải trình chênh lệch"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("dòng báo cáo khai thác")
        verbose_name_plural = _("dòng báo cáo khai thác")
        ordering = ["statement", "service__code"]
        constraints = [models.UniqueConstraint(fields=["statement", "service"], name="statement_row_once")]

    def __str__(self) -> str:
        return f"{self.statement}: {self.service}"

    @property
    def difference(self) -> int | None:
        """Declared less logged; None while nothing is declared."""
        return None if self.declared is None else self.declared - self.logged

    def differs(self, percent: int) -> bool:
        """Return whether the declared number lies more than *percent* of the logged one away from it."""
        return self.difference is not None and abs(self.difference) * 100 > percent * self.logged


class StatementFileQuerySet(models.QuerySet["StatementFile"]):
    """Reading files of statements."""

    def current(self) -> "StatementFileQuerySet":
        """Return files that were not taken out."""
        return self.filter(removed_at__isnull=True)


class StatementFile(StoredFile):
    """One file of a statement; taken out, the row and its content stay."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="files", verbose_name=_("báo cáo"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đính kèm"))
    removed_at = models.DateTimeField(_("bỏ lúc"), null=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người bỏ"))

    objects = StatementFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp của báo cáo khai thác")
        verbose_name_plural = _("tệp của báo cáo khai thác")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "sha256", "name"],
                condition=Q(removed_at__isnull=True),
                name="statement_file_once",
            )
        ]


class StatementVersion(models.Model):
    """A statement as it was handed in: rows, answers, files, and the document printed from them. Never changed.

    ``code`` is the receipt; ``content_hash`` the SHA-256 of what was stated.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="versions", verbose_name=_("báo cáo"))
    number = models.PositiveSmallIntegerField(_("lần nộp"))
    code = models.CharField(_("mã biên nhận"), max_length=40, unique=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan nộp"))
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người nộp"))
    submitted_at = models.DateTimeField(_("nộp lúc"))
    content: Any = models.JSONField(_("nội dung đã nộp"))
    content_hash = models.CharField(_("mã băm nội dung"), max_length=64)
    paper: Any = models.JSONField(_("bản in đã nộp"))

    class Meta:
        verbose_name = _("bản báo cáo đã nộp")
        verbose_name_plural = _("bản báo cáo đã nộp")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="statement_version_once")]

    def __str__(self) -> str:
        return self.code


class StatementReminder(models.Model):
    """A reminder given of one statement, for one rule and day; the constraint keeps it one when jobs run twice."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="reminders", verbose_name=_("báo cáo"))
    offset = models.SmallIntegerField(_("ngày làm việc so với ngày đến hạn"))
    day = models.DateField(_("ngày nhắc"))
    given_at = models.DateTimeField(_("nhắc lúc"))

    class Meta:
        verbose_name = _("lần nhắc nộp báo cáo")
        verbose_name_plural = _("lần nhắc nộp báo cáo")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["statement", "offset", "day"], name="statement_reminder_once")]

    def __str__(self) -> str:
        return f"{self.statement} {self.offset:+d}"


auditlog.register(Statement, exclude_fields=["revision"])
for _model in (StatementRow, StatementFile):
    auditlog.register(_model)

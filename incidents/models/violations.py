"""The register of violations: prohibited acts of Điều 5, heard, decided, appealed."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from accounts.models import Agency, User
from catalog.models import InformationSystem
from connections.models import Grant
from core.files import StoredFile
from core.regulation import cite
from core.states import StateField
from incidents.guards import violations as guards
from incidents.models.register import Incident
from incidents.register_choices import CLAUSES, Act, AppealResult, Outcome, Said, ViolationState

if TYPE_CHECKING:
    from core.actor import Actor

S = ViolationState


class ViolationQuerySet(models.QuerySet["Violation"]):
    """Reading violations."""

    def visible_to(self, actor: "Actor") -> "ViolationQuerySet":
        """Return all to who follows violations at SKHCN; to the agency its own once it was asked to explain."""
        if actor.may(guards.VIEW_ALL):
            return self
        if actor.may(guards.VIEW_OWN):
            return self.filter(agency_id=actor.agency_id or 0).exclude(state=S.OPENED)
        return self.none()

    def waiting_for_agency(self) -> "ViolationQuerySet":
        """Return those an agency has to explain."""
        return self.filter(state=S.HEARING)


class Violation(FSMModelMixin, models.Model):
    """What looks like a prohibited act of an agency (QC5.1–5.3), until it is settled.

    It is opened by detection or by hand, with evidence from the log. The agency is asked to explain by a day; then a
    leader who is not the one who opened it decides: none, a reminder, the grant suspended or revoked, or a proposal to
    who may sanction. The effect on the grant is part of that deed. The agency may appeal once by a day; a leader who
    did not decide answers, and what is overturned loses its effect as far as it can. Nothing is deleted.
    """

    code = models.CharField(_("mã vi phạm"), max_length=24, unique=True, editable=False)
    act = models.CharField(_("hành vi bị nghiêm cấm"), max_length=12, choices=Act.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="violations", verbose_name=_("cơ quan có hành vi"))
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="violations",
        verbose_name=_("hệ thống thông tin"),
    )
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, blank=True, related_name="violations", verbose_name=_("quyền khai thác")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="violations", verbose_name=_("sự cố liên quan")
    )
    alert_ref = models.BigIntegerField(_("số cảnh báo"), null=True, blank=True)
    alert_group = models.CharField(_("nhóm cảnh báo"), max_length=220, blank=True)
    facts = models.TextField(_("diễn biến hành vi"), max_length=4000)
    from_at = models.DateTimeField(_("từ lúc"))
    until_at = models.DateTimeField(_("đến lúc"))
    state = StateField(_("tình trạng"), max_length=12, choices=S.choices, default=S.OPENED, protected=True)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người ghi nhận")
    )
    opened_at = models.DateTimeField(_("ghi nhận lúc"))
    explain_due_at = models.DateTimeField(_("hạn giải trình"), null=True, blank=True)
    explained_at = models.DateTimeField(_("giải trình lúc"), null=True, blank=True)
    outcome = models.CharField(_("kết luận"), max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("lý do kết luận"), max_length=4000, blank=True)
    legal_basis = models.CharField(_("căn cứ pháp lý"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người kết luận")
    )
    decided_at = models.DateTimeField(_("kết luận lúc"), null=True, blank=True)
    appeal_due_at = models.DateTimeField(_("hạn khiếu nại"), null=True, blank=True)
    appealed_at = models.DateTimeField(_("khiếu nại lúc"), null=True, blank=True)
    answer_due_at = models.DateTimeField(_("hạn trả lời khiếu nại"), null=True, blank=True)
    appeal_result = models.CharField(_("kết quả khiếu nại"), max_length=12, choices=AppealResult.choices, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người trả lời khiếu nại")
    )
    answered_at = models.DateTimeField(_("trả lời khiếu nại lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    search = models.TextField(editable=False, default="", blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = ViolationQuerySet.as_manager()

    class Meta:
        verbose_name = _("vi phạm")
        verbose_name_plural = _("vi phạm")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["alert_group"],
                condition=~Q(alert_group="") & ~Q(state=S.CLOSED),
                name="violation_one_open_a_group",
            ),
            models.CheckConstraint(condition=Q(until_at__gte=F("from_at")), name="violation_times_in_order"),
            # Four eyes hold in the database too.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(opened_by__isnull=True) | ~Q(decided_by=F("opened_by")),
                name="violation_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("decided_by")),
                name="violation_appeal_answered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(decided_at__isnull=False) & ~Q(reason="")),
                name="violation_decided_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="violation_desk"),
            models.Index(fields=["agency", "-id"], name="violation_agency"),
            models.Index(fields=["opened_at"], name="violation_opened"),
            GinIndex(fields=["search"], name="violation_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def clause(self) -> str:
        """The clause that prohibits the act."""
        return CLAUSES[Act(self.act)]

    @property
    def citation(self) -> str:
        """That clause as official papers cite it."""
        return cite(self.clause)

    @transition(
        state,
        S.OPENED,
        S.HEARING,
        custom={"may": guards.opens, "label": _("Yêu cầu giải trình"), "clause": "QC5", "reason_required": True},
    )
    def ask(self) -> None:
        """The agency is asked to explain, and sees the violation from now on."""

    @transition(
        state,
        S.HEARING,
        S.HEARD,
        custom={
            "may": guards.speaks_for_agency,
            "label": _("Gửi giải trình"),
            "clause": "QC5",
            "reason_required": True,
        },
    )
    def explain(self) -> None:
        """The agency's representative explains."""

    @transition(
        state,
        [S.HEARING, S.HEARD],
        S.DECIDED,
        conditions=[guards.HEARD],
        custom={"may": guards.decides, "label": _("Kết luận"), "clause": "QC5", "reason_required": True},
    )
    def decide(self) -> None:
        """A leader who did not open it decides, once the agency was heard or let its day pass."""

    @transition(
        state,
        S.DECIDED,
        S.APPEALED,
        conditions=[guards.APPEAL_IN_TIME],
        custom={
            "may": guards.speaks_for_agency,
            "label": _("Khiếu nại kết luận"),
            "clause": "QC5",
            "reason_required": True,
        },
    )
    def appeal(self) -> None:
        """The agency does not accept the decision."""

    @transition(
        state,
        S.APPEALED,
        S.CLOSED,
        custom={
            "may": guards.answers_appeal,
            "label": _("Trả lời khiếu nại"),
            "clause": "QC5",
            "reason_required": True,
        },
    )
    def answer(self) -> None:
        """A leader who did not decide answers; that settles it."""

    @transition(
        state,
        S.DECIDED,
        S.CLOSED,
        custom={"may": guards.closes, "label": _("Kết thúc"), "clause": "QC5", "reason_required": True},
    )
    def close(self) -> None:
        """The decision stands and was carried out."""


class ViolationEntry(models.Model):
    """What was said and done about a violation, written once; ``inner`` lines are SKHCN's own."""

    violation = models.ForeignKey(Violation, models.PROTECT, related_name="entries", verbose_name=_("vi phạm"))
    at = models.DateTimeField(_("lúc"))
    kind = models.CharField(_("loại"), max_length=12, choices=Said.choices)
    text = models.TextField(_("nội dung"), max_length=4000)
    inner = models.BooleanField(_("nội bộ"), default=False)
    author_name = models.CharField(_("người ghi"), max_length=200)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("tài khoản ghi"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("cơ quan của người ghi")
    )

    class Meta:
        verbose_name = _("diễn biến vi phạm")
        verbose_name_plural = _("diễn biến vi phạm")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["violation", "at", "id"], name="violation_timeline")]

    def __str__(self) -> str:
        return f"{self.violation}, {self.get_kind_display()}"


class ViolationEvidence(StoredFile):
    """An evidence bundle of the call log kept with a violation; its digest is in the fact of its making."""

    violation = models.ForeignKey(Violation, models.PROTECT, related_name="evidence", verbose_name=_("vi phạm"))
    covered = models.TextField(_("nội dung gói"))
    digest = models.CharField(_("mã băm bản kê"), max_length=64)
    kept_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lưu"))

    class Meta:
        verbose_name = _("bằng chứng vi phạm")
        verbose_name_plural = _("bằng chứng vi phạm")
        ordering = ["violation", "-id"]


auditlog.register(Violation, exclude_fields=["search", "revision"])
for _model in (ViolationEntry, ViolationEvidence):
    auditlog.register(_model)

"""Coming to the platform: which systems must connect, how ready they are, by when."""

from datetime import date

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from catalog.choices import PlanState
from catalog.models.purposes import KEBAB
from catalog.models.systems import InformationSystem
from core.actor import Actor
from core.text import fold

DONE = (PlanState.CONNECTED, PlanState.DROPPED)


class ReadinessCriterion(models.Model):
    """One question of the self-assessment: data with a source; the rows we bring are labelled as our own.

    One no longer asked is made inactive; answers to it stay. A code is never changed and never deleted.
    """

    code = models.CharField(_("mã"), max_length=64, unique=True, validators=[KEBAB])
    title = models.CharField(_("tiêu chí"), max_length=200)
    guidance = models.TextField(_("cách đánh giá"), max_length=1000, blank=True)
    source = models.CharField(_("nguồn"), max_length=300)
    place = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    is_default = models.BooleanField(_("mặc định hệ thống"), default=False, editable=False)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("tiêu chí sẵn sàng")
        verbose_name_plural = _("tiêu chí sẵn sàng")
        ordering = ["place", "code"]

    def __str__(self) -> str:
        return self.title


class PlanQuerySet(models.QuerySet["ConnectionPlan"]):
    """Reading the inventory of what must connect."""

    def visible_to(self, actor: Actor) -> "PlanQuerySet":
        """Return every entry to SKHCN's readers, their own to people of the agency."""
        if actor.may("system.view_all"):
            return self
        return self.filter(agency_id=actor.agency_id) if actor.may("system.view_own") else self.none()

    def with_due(self) -> "PlanQuerySet":
        """Return the entries with ``due_on``: the revised day where there is one, else the planned one."""
        return self.annotate(due_on=Coalesce("revised_on", "planned_on"))

    def overdue(self, on: date) -> "PlanQuerySet":
        """Return the entries whose day has passed on the date *on* and which are not connected."""
        return self.alias(due=Coalesce("revised_on", "planned_on")).filter(due__lt=on).exclude(state__in=DONE)

    def matching(self, words: str) -> "PlanQuerySet":
        """Return entries whose name or agency contains every word of *words*, folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(Q(search__contains=word) | Q(agency__search__contains=word))
        return found


class ConnectionPlan(models.Model):
    """One system that must come to the platform (QC15.1, Q50-16.1): an entry of the register, or only a name so far.

    Its agency enters it with the ground on which it must connect, answers the readiness questions and plans a day; a
    day once planned is revised with a reason and stays beside the new one. Filing a dossier for the system, and going
    live, move it by themselves. It is taken out of the plan with a reason; nothing is deleted.
    """

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="connection_plans", verbose_name=_("cơ quan chủ quản")
    )
    system = models.ForeignKey(
        InformationSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("hệ thống trong danh mục"),
    )
    name = models.CharField(_("tên hệ thống"), max_length=300)
    basis = models.CharField(_("căn cứ phải kết nối"), max_length=500)
    planned_on = models.DateField(_("ngày dự kiến kết nối"), null=True, blank=True)
    revised_on = models.DateField(_("ngày dự kiến mới"), null=True, blank=True, editable=False)
    revise_reason = models.CharField(_("lý do đổi ngày"), max_length=300, blank=True, editable=False)
    note = models.TextField(_("khó khăn, ghi chú"), max_length=2000, blank=True)
    state = models.CharField(
        _("tình trạng"), max_length=12, choices=PlanState.choices, default=PlanState.NOT_STARTED, editable=False
    )
    drop_reason = models.CharField(_("lý do không còn phải kết nối"), max_length=300, blank=True, editable=False)
    assessed_on = models.DateField(_("tự đánh giá ngày"), null=True, blank=True, editable=False)
    search = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=700, editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("hệ thống cần kết nối")
        verbose_name_plural = _("hệ thống cần kết nối")
        ordering = ["agency__sort_key", "sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["system"],
                condition=~Q(state=PlanState.DROPPED),
                name="plan_once_a_system",
                violation_error_message=_("Hệ thống này đã có trong kế hoạch kết nối"),
            ),
            models.CheckConstraint(
                condition=Q(revised_on__isnull=True) | Q(planned_on__isnull=False) & ~Q(revise_reason=""),
                name="plan_revised_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "sort_key"], name="plan_agency"),
            models.Index(fields=["state", "planned_on"], name="plan_state"),
            GinIndex(fields=["search"], name="plan_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def due(self) -> date | None:
        """Return the day it is to be connected."""
        return self.revised_on or self.planned_on

    @property
    def is_done(self) -> bool:
        """True when nothing is left to do for it."""
        return self.state in DONE


class ReadinessAnswer(models.Model):
    """What an agency says of one criterion for one system: ready or not, and what is lacking."""

    plan = models.ForeignKey(ConnectionPlan, models.CASCADE, related_name="answers", verbose_name=_("hệ thống"))
    criterion = models.ForeignKey(ReadinessCriterion, models.PROTECT, related_name="+", verbose_name=_("tiêu chí"))
    ready = models.BooleanField(_("đã đáp ứng"))
    note = models.CharField(_("còn thiếu gì"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("câu trả lời tự đánh giá")
        verbose_name_plural = _("câu trả lời tự đánh giá")
        ordering = ["plan", "criterion__place"]
        constraints = [models.UniqueConstraint(fields=["plan", "criterion"], name="readiness_answer_once")]

    def __str__(self) -> str:
        return str(self.criterion)


for _model in (ReadinessCriterion, ConnectionPlan, ReadinessAnswer):
    auditlog.register(_model, exclude_fields=["search", "sort_key", "revision"])

"""Deadlines of a dossier's steps, with their pauses (decisions, 23)."""

from collections.abc import Iterable
from datetime import datetime

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import TermUnit
from connections.choices import Step
from connections.models.requests import ConnectionRequest
from core.workdays import Pause, Term, WorkCalendar, due_with_pauses


class Clock(models.Model):
    """The deadline of one step, under the policy in force when it began; kept even when the policy changes."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="clocks", verbose_name=_("hồ sơ"))
    step = models.CharField(_("bước"), max_length=16, choices=Step.choices)
    amount = models.PositiveSmallIntegerField(_("số lượng"))
    unit = models.CharField(_("đơn vị"), max_length=16, choices=TermUnit.choices)
    statutory = models.BooleanField(_("do pháp luật quy định"))
    basis = models.CharField(_("căn cứ"), max_length=300)
    cutoff = models.TimeField(_("giờ chốt"), null=True, blank=True)
    started_at = models.DateTimeField(_("bắt đầu lúc"))
    due_at = models.DateTimeField(_("đến hạn lúc"), null=True)
    ended_at = models.DateTimeField(_("xong lúc"), null=True)

    class Meta:
        verbose_name = _("thời hạn của hồ sơ")
        verbose_name_plural = _("thời hạn của hồ sơ")
        ordering = ["request", "started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "step"], condition=Q(ended_at__isnull=True), name="clock_one_running_a_step"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="clock_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["ended_at", "due_at"], name="clock_due")]

    def __str__(self) -> str:
        return str(self.get_step_display())

    def due_by(self, pauses: Iterable[Pause], calendar: WorkCalendar) -> datetime | None:
        """Return when the step is due by its own term if *pauses* do not count; None while one is open."""
        term = Term(self.amount, self.unit)  # type: ignore[arg-type]
        return due_with_pauses(self.started_at, term, list(pauses), calendar, cutoff=self.cutoff)


class ClockPause(models.Model):
    """A time in which a step's clock stood still, and why; every pause is kept."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="pauses", verbose_name=_("thời hạn"))
    started_at = models.DateTimeField(_("tạm dừng từ"))
    ended_at = models.DateTimeField(_("chạy tiếp từ"), null=True)
    reason = models.CharField(_("lý do"), max_length=300)

    class Meta:
        verbose_name = _("tạm dừng tính hạn")
        verbose_name_plural = _("tạm dừng tính hạn")
        ordering = ["clock", "started_at"]
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_at__isnull=True), name="clock_one_open_pause")
        ]

    def __str__(self) -> str:
        return self.reason


auditlog.register(Clock)
auditlog.register(ClockPause)

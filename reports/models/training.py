"""Training of technical staff: sessions, who is registered, who came, what was told (Q50-15.6, QC12.4)."""

from datetime import datetime
from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from catalog.models import TechnicalDocument
from core import clock
from core.states import StateField
from core.transitions import Guard
from reports.training_choices import Result, SeatState, SessionState, Told

if TYPE_CHECKING:
    from core.actor import Actor

VIEW, MANAGE, REGISTER = "training.view", "training.manage", "training.register"
MOST_SEATS = 2000


def manages(session: "TrainingSession", actor: "Actor") -> bool:
    """Return whether *actor* holds training sessions for SKHCN."""
    return actor.may(MANAGE)


def _not_ahead(session: "TrainingSession") -> str:
    return "" if session.starts_at > clock.now() else _now("Giờ bắt đầu đã qua; đổi thời gian trước.")


def _not_begun(session: "TrainingSession") -> str:
    return "" if session.starts_at <= clock.now() else _now("Buổi tập huấn chưa bắt đầu.")


AHEAD = Guard("session_ahead", _not_ahead)
BEGUN = Guard("session_begun", _not_begun)


class SessionQuerySet(models.QuerySet["TrainingSession"]):
    """Reading training sessions."""

    def visible_to(self, actor: "Actor") -> "SessionQuerySet":
        """Return all to who holds them; to other people with a role what was announced."""
        if actor.may(MANAGE):
            return self
        return self.filter(opened_at__isnull=False) if actor.may(VIEW) else self.none()

    def ahead(self) -> "SessionQuerySet":
        """Return those that take registrations and have not begun."""
        return self.filter(state=SessionState.OPEN, starts_at__gt=clock.now())

    def with_seats(self) -> "SessionQuerySet":
        """Add how many have a seat (``taken``) and how many wait (``queue``)."""
        return self.annotate(
            taken=Count("seats", filter=Q(seats__state=SeatState.REGISTERED)),
            queue=Count("seats", filter=Q(seats__state=SeatState.WAITING)),
        )


class TrainingSession(models.Model):
    """One session for technical staff (Q50-15.6): prepared, opened for registration, held or cancelled.

    Materials are documents of the library, read by their level. ``moves`` counts changes of time or place after it was
    opened, each told to those registered; ``revision`` counts every change, so that nobody overwrites another's.
    """

    code = models.CharField(_("mã"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("tên buổi tập huấn"), max_length=200)
    audience = models.CharField(_("dành cho ai"), max_length=300)
    starts_at = models.DateTimeField(_("bắt đầu lúc"))
    ends_at = models.DateTimeField(_("kết thúc lúc"))
    register_until = models.DateTimeField(
        _("đăng ký đến"), null=True, blank=True, help_text=_("Để trống: đến lúc bắt đầu.")
    )
    place = models.CharField(_("địa điểm"), max_length=300, blank=True)
    online_link = models.URLField(
        _("liên kết trực tuyến"), max_length=300, blank=True, help_text=_("Chỉ cơ quan đã đăng ký thấy liên kết.")
    )
    content = models.TextField(_("nội dung"), max_length=4000)
    capacity = models.PositiveSmallIntegerField(
        _("số chỗ"), validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)]
    )
    materials = models.ManyToManyField(
        TechnicalDocument,
        blank=True,
        related_name="+",
        verbose_name=_("tài liệu"),
        help_text=_("Tài liệu trong thư viện; người học đọc theo mức của từng tài liệu."),
    )
    state = StateField(
        _("tình trạng"), max_length=12, choices=SessionState.choices, default=SessionState.DRAFT, protected=True
    )
    opened_at = models.DateTimeField(_("mở đăng ký lúc"), null=True, editable=False)
    change_reason = models.CharField(_("lý do đổi hoặc hủy"), max_length=300, blank=True, editable=False)
    moves = models.PositiveSmallIntegerField(_("số lần đổi"), default=0, editable=False)
    erased_at = models.DateTimeField(_("xóa tên người học lúc"), null=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("buổi tập huấn")
        verbose_name_plural = _("buổi tập huấn")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="training_in_order",
                violation_error_message=_("Giờ kết thúc phải sau giờ bắt đầu"),
            ),
            models.CheckConstraint(
                condition=Q(register_until__isnull=True) | Q(register_until__lte=F("starts_at")),
                name="training_registered_before",
                violation_error_message=_("Hạn đăng ký phải trước hoặc bằng giờ bắt đầu"),
            ),
            models.CheckConstraint(
                condition=~Q(place="") | ~Q(online_link=""),
                name="training_somewhere",
                violation_error_message=_("Nhập địa điểm hoặc liên kết trực tuyến"),
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="training_state")]

    def __str__(self) -> str:
        return f"{self.code}: {self.title}"

    @property
    def closes_at(self) -> datetime:
        """Last moment to register."""
        return self.register_until or self.starts_at

    @property
    def takes_registrations(self) -> bool:
        """Return whether one may still register."""
        return self.state == SessionState.OPEN and clock.now() < self.closes_at

    @transition(
        state,
        SessionState.DRAFT,
        SessionState.OPEN,
        conditions=[AHEAD],
        custom={"may": manages, "label": _("Mở đăng ký"), "clause": "Q50-15.6"},
    )
    def open(self) -> None:
        """Agencies see it and register."""

    @transition(
        state,
        SessionState.OPEN,
        SessionState.DONE,
        conditions=[BEGUN],
        custom={"may": manages, "label": _("Kết thúc, chốt danh sách"), "clause": "Q50-15.6"},
    )
    def finish(self) -> None:
        """It was held; attendance and results stay as they are marked."""

    @transition(
        state,
        [SessionState.DRAFT, SessionState.OPEN],
        SessionState.CANCELLED,
        custom={"may": manages, "label": _("Hủy buổi tập huấn"), "clause": "Q50-15.6", "reason_required": True},
    )
    def cancel(self) -> None:
        """It will not be held; those registered are told."""


class SeatQuerySet(models.QuerySet["TrainingSeat"]):
    """Reading registrations."""

    def visible_to(self, actor: "Actor") -> "SeatQuerySet":
        """Return all to who holds sessions, to people of an agency those of their agency: names are personal data."""
        if actor.may(MANAGE):
            return self
        return self.filter(agency_id=actor.agency_id or 0) if actor.may(REGISTER) else self.none()

    def standing(self) -> "SeatQuerySet":
        """Return those that were not withdrawn."""
        return self.exclude(state=SeatState.WITHDRAWN)


class TrainingSeat(models.Model):
    """One person an agency registers: name, position, agency and nothing else (QC12.4).

    The name is a person's of the register of accounts or typed by the agency; it is erased after the time the
    session's page states. When no seat is left the person waits, and gets the first that becomes free.
    """

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="seats", verbose_name=_("buổi tập huấn"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người dùng của cổng")
    )
    name = models.CharField(_("họ và tên"), max_length=120)
    position = models.CharField(_("chức vụ, vị trí"), max_length=120)
    state = models.CharField(_("tình trạng"), max_length=12, choices=SeatState.choices)
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đăng ký"))
    registered_at = models.DateTimeField(_("đăng ký lúc"))
    attended = models.BooleanField(_("có mặt"), null=True, blank=True)
    result = models.CharField(_("kết quả"), max_length=12, choices=Result.choices, blank=True)
    name_key = models.CharField(max_length=260, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("đăng ký tập huấn")
        verbose_name_plural = _("đăng ký tập huấn")
        ordering = ["registered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "agency", "name_key"],
                condition=~Q(state=SeatState.WITHDRAWN),
                name="training_seat_once",
            )
        ]
        indexes = [models.Index(fields=["session", "state", "registered_at"], name="training_seats")]

    def __str__(self) -> str:
        return f"{self.session.code} {self.pk}"


class TrainingTelling(models.Model):
    """That something was told of a session as it stood after so many moves: each once."""

    session = models.ForeignKey(TrainingSession, models.CASCADE, related_name="tellings", verbose_name=_("buổi"))
    moves = models.PositiveSmallIntegerField(_("số lần đổi"))
    what = models.CharField(_("nội dung báo"), max_length=12, choices=Told.choices)
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("lần báo tập huấn")
        verbose_name_plural = _("lần báo tập huấn")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["session", "moves", "what"], name="training_told_once")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.get_what_display()}"


auditlog.register(TrainingSession, exclude_fields=["revision"], m2m_fields={"materials"})
auditlog.register(TrainingSeat, exclude_fields=["name", "position", "name_key"])

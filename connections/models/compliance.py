"""What follows go-live: the yearly declaration of the agency, the periodic inspection by SKHCN, who was reminded."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.choices import Duty, Mark
from connections.models.connections import Connection
from connections.models.evaluations import Checklist, Criterion

if TYPE_CHECKING:
    from core.actor import Actor


class DeclarationPoint(models.Model):
    """One statement an agency answers each year about a live connection; staff edit it, declarations keep its text."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    text = models.CharField(_("nội dung cam kết"), max_length=400)
    basis = models.CharField(_("căn cứ"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("nội dung cam kết hằng năm")
        verbose_name_plural = _("nội dung cam kết hằng năm")
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.text


class OfConnectionQuerySet(models.QuerySet["Declaration"]):
    """Reading what belongs to connections."""

    def visible_to(self, actor: "Actor") -> "OfConnectionQuerySet":
        """Return what belongs to connections that the actor may see."""
        return self.filter(connection__in=Connection.objects.visible_to(actor))


class Declaration(models.Model):
    """What an agency declared of one connection for one year (QC8.7, QC15.4): made once, never changed.

    ``answers`` holds each statement as it read then, with yes or no and, for a no, what the agency does about it.
    ``agency`` is the body that declared; one that takes over the system declares from the next year on.
    """

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="declarations", verbose_name=_("kết nối"))
    year = models.PositiveSmallIntegerField(_("năm"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan cam kết"))
    declared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người cam kết"))
    declared_at = models.DateTimeField(_("cam kết lúc"))
    answers = models.JSONField(_("trả lời"), default=list)
    complete = models.BooleanField(_("thực hiện đủ mọi nội dung"), default=True)
    remark = models.TextField(_("ý kiến"), blank=True)

    objects = OfConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("cam kết an toàn hằng năm")
        verbose_name_plural = _("cam kết an toàn hằng năm")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "year"],
                name="declaration_once_a_year",
                violation_error_message=_("Kết nối này đã có cam kết của năm"),
            )
        ]
        indexes = [models.Index(fields=["year", "-declared_at"], name="declaration_year")]

    def __str__(self) -> str:
        return str(_("%(connection)s, năm %(year)s") % {"connection": self.connection, "year": self.year})


class InspectionQuerySet(models.QuerySet["Inspection"]):
    """Reading inspections."""

    def visible_to(self, actor: "Actor") -> "InspectionQuerySet":
        """Return those of connections the actor may see; to the agency, those that were concluded."""
        found = self.filter(connection__in=Connection.objects.visible_to(actor))
        return found if actor.may("request.view_all") else found.filter(concluded_at__isnull=False)

    def open(self) -> "InspectionQuerySet":
        """Return inspections under way."""
        return self.filter(concluded_at__isnull=True)


class Inspection(models.Model):
    """One periodic inspection of a live connection by the checklist of Điều 9 (QC9.2, QC14.6).

    It is opened under the version in force and has a mark for each criterion; concluding it needs all of them judged,
    says whether all are met and on which day the next one is due. It stays as it was concluded.
    """

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="inspections", verbose_name=_("kết nối"))
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+", verbose_name=_("bộ tiêu chí"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người mở"))
    opened_at = models.DateTimeField(_("mở lúc"))
    due_on = models.DateField(_("hạn của đợt"), null=True)
    concluded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người kết luận")
    )
    concluded_at = models.DateTimeField(_("kết luận lúc"), null=True)
    met = models.BooleanField(_("đạt mọi tiêu chí"), null=True)
    conclusion = models.TextField(_("kết luận"), blank=True)
    next_due = models.DateField(_("kỳ kiểm tra tiếp theo"), null=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("đợt kiểm tra")
        verbose_name_plural = _("kiểm tra định kỳ")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(concluded_at__isnull=True), name="inspection_one_open"
            ),
            models.CheckConstraint(
                condition=Q(concluded_at__isnull=True, met__isnull=True, next_due__isnull=True)
                | (Q(concluded_at__isnull=False, met__isnull=False, next_due__isnull=False) & ~Q(conclusion="")),
                name="inspection_concluded_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "-id"], name="inspection_connection"),
            models.Index(fields=["-concluded_at"], name="inspection_concluded"),
        ]

    def __str__(self) -> str:
        return str(_("Kiểm tra %(connection)s") % {"connection": self.connection})


class InspectionMark(models.Model):
    """How one criterion was found at an inspection."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="marks", verbose_name=_("đợt kiểm tra"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("tiêu chí"))
    result = models.CharField(_("kết quả"), max_length=16, choices=Mark.choices, blank=True)
    remark = models.TextField(_("nhận xét"), blank=True)
    marked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đánh giá"))
    marked_at = models.DateTimeField(_("đánh giá lúc"), null=True)

    class Meta:
        verbose_name = _("kết quả kiểm tra tiêu chí")
        verbose_name_plural = _("kết quả kiểm tra tiêu chí")
        ordering = ["inspection", "criterion__place"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "criterion"], name="inspection_mark_once"),
            models.CheckConstraint(
                condition=~Q(result=Mark.FAIL) | ~Q(remark=""), name="inspection_failure_has_a_remark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_result_display()}"


class DutyReminder(models.Model):
    """A reminder given of one duty of a connection, day and rule; the constraint keeps it one when jobs run twice."""

    connection = models.ForeignKey(
        Connection, models.PROTECT, related_name="duty_reminders", verbose_name=_("kết nối")
    )
    duty = models.CharField(_("việc"), max_length=16, choices=Duty.choices)
    due_on = models.DateField(_("hạn"))
    offset = models.SmallIntegerField(_("ngày làm việc so với ngày đến hạn"))
    given_at = models.DateTimeField(_("nhắc lúc"))

    class Meta:
        verbose_name = _("lần nhắc việc sau vận hành")
        verbose_name_plural = _("lần nhắc việc sau vận hành")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "duty", "due_on", "offset"], name="duty_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.connection}: {self.get_duty_display()} {self.offset:+d}"


for _model in (DeclarationPoint, Declaration, Inspection, InspectionMark, DutyReminder):
    auditlog.register(_model)

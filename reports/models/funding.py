"""Funding of the platform: budget years, their lines, adjustments and spending, in whole đồng (QC13, Q50-14)."""

from typing import TYPE_CHECKING, Any

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import User
from core.files import StoredFile
from core.states import StateField
from reports.funding_choices import TermGroup, YearState

if TYPE_CHECKING:
    from core.actor import Actor

VIEW, MANAGE, CLOSE = "funding.view", "funding.manage", "funding.close"
#: Largest amount of one entry, in đồng: slips of the keyboard are refused before they count.
MOST = 100_000_000_000_000


def closes(year: "BudgetYear", actor: "Actor") -> bool:
    """Return whether *actor* closes and reopens budget years."""
    return actor.may(CLOSE)


class BudgetTerm(models.Model):
    """A kind of spending (QC13.2) or a source of funds (QC13.1): data, edited by staff, never deleted."""

    group = models.CharField(_("dùng cho"), max_length=8, choices=TermGroup.choices)
    code = models.SlugField(_("mã"), max_length=24)
    name = models.CharField(_("tên"), max_length=120)
    basis = models.CharField(_("căn cứ"), max_length=300, blank=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    active = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        verbose_name = _("mục phân loại kinh phí")
        verbose_name_plural = _("mục phân loại kinh phí")
        ordering = ["group", "place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "code"],
                name="budget_term_once",
                violation_error_message=_("Đã có mục mang mã này"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class YearQuerySet(models.QuerySet["BudgetYear"]):
    """Reading budget years."""

    def visible_to(self, actor: "Actor") -> "YearQuerySet":
        """Return all to who may see funding, nothing to others."""
        return self if actor.may(VIEW) else self.none()


class BudgetYear(models.Model):
    """One budget year: opened with its first lines, closed at its end; closed it takes nothing until it is reopened.

    ``last_day`` is the last day spending may bear, ours unless the basis names a law.
    """

    year = models.PositiveSmallIntegerField(
        _("năm ngân sách"), unique=True, validators=[MinValueValidator(2020), MaxValueValidator(2100)]
    )
    state = StateField(
        _("tình trạng"), max_length=8, choices=YearState.choices, default=YearState.OPEN, protected=True
    )
    last_day = models.DateField(_("ngày chi muộn nhất"))
    last_day_basis = models.CharField(_("căn cứ của ngày chi muộn nhất"), max_length=300)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("mở lúc"), editable=False)
    closed_at = models.DateTimeField(_("khóa sổ lúc"), null=True, editable=False)

    objects = YearQuerySet.as_manager()

    class Meta:
        verbose_name = _("năm ngân sách")
        verbose_name_plural = _("năm ngân sách")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(_("Năm ngân sách %(year)s") % {"year": self.year})

    @transition(
        state,
        YearState.OPEN,
        YearState.CLOSED,
        custom={"may": closes, "label": _("Khóa sổ"), "clause": "QC13.3"},
    )
    def close(self) -> None:
        """Lines, adjustments and spending stay as they are."""

    @transition(
        state,
        YearState.CLOSED,
        YearState.OPEN,
        custom={"may": closes, "label": _("Mở lại sổ"), "clause": "QC13.3", "reason_required": True},
    )
    def reopen(self) -> None:
        """It takes entries again; the reason is a fact."""


def _sum(rows: models.QuerySet[Any], field: str) -> Coalesce:
    """Return the sum of *field* over *rows* of one line, zero where there are none."""
    summed = rows.filter(line=OuterRef("pk")).order_by().values("line").annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(summed, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


class LineQuerySet(models.QuerySet["BudgetLine"]):
    """Reading budget lines."""

    def visible_to(self, actor: "Actor") -> "LineQuerySet":
        """Return all to who may see funding, nothing to others."""
        return self if actor.may(VIEW) else self.none()

    def with_sums(self) -> "LineQuerySet":
        """Add what adjustments made of each line (``adjusted``, ``allowed``), what was spent and what is left."""
        adjusted = _sum(BudgetAdjustment.objects.all(), "delta")
        spent = _sum(Spending.objects.standing(), "amount")
        found = self.annotate(adjusted=adjusted, spent=spent, allowed=F("amount") + adjusted)
        return found.annotate(left=F("allowed") - F("spent"))


class BudgetLine(models.Model):
    """One line of a year's budget: for what, from which source, how much at first, by which decision.

    What is entered stays; amounts change by adjustments alone, each with its own decision.
    """

    year = models.ForeignKey(BudgetYear, models.PROTECT, related_name="lines", verbose_name=_("năm ngân sách"))
    code = models.CharField(_("mã dòng"), max_length=24)
    title = models.CharField(_("nội dung chi"), max_length=300)
    kind = models.ForeignKey(BudgetTerm, models.PROTECT, related_name="+", verbose_name=_("loại chi"))
    source = models.ForeignKey(BudgetTerm, models.PROTECT, related_name="+", verbose_name=_("nguồn kinh phí"))
    amount = models.BigIntegerField(
        _("dự toán ban đầu (đồng)"), validators=[MinValueValidator(0), MaxValueValidator(MOST)]
    )
    basis = models.CharField(_("số quyết định, căn cứ"), max_length=300)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("người nhập")
    )
    entered_at = models.DateTimeField(_("nhập lúc"), editable=False)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("dòng dự toán")
        verbose_name_plural = _("dòng dự toán")
        ordering = ["-year__year", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "code"],
                name="budget_line_once",
                violation_error_message=_("Năm này đã có dòng mang mã này"),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="budget_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} – {self.title}"


class BudgetAdjustment(models.Model):
    """One adjustment of a line, up or down, by a decision; never changed. A form sent twice adjusts once."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="adjustments", verbose_name=_("dòng dự toán"))
    delta = models.BigIntegerField(_("tăng, giảm (đồng)"))
    decision = models.CharField(_("quyết định điều chỉnh"), max_length=300)
    decided_on = models.DateField(_("ngày quyết định"))
    reason = models.CharField(_("lý do"), max_length=300)
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )
    at = models.DateTimeField(_("nhập lúc"))
    form_token = models.UUIDField(editable=False)

    class Meta:
        verbose_name = _("điều chỉnh dự toán")
        verbose_name_plural = _("điều chỉnh dự toán")
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "form_token"], name="budget_adjustment_once"),
            models.CheckConstraint(condition=~Q(delta=0), name="budget_adjustment_moves"),
        ]

    def __str__(self) -> str:
        return self.decision


class SpendingQuerySet(models.QuerySet["Spending"]):
    """Reading spending."""

    def visible_to(self, actor: "Actor") -> "SpendingQuerySet":
        """Return all to who may see funding, nothing to others."""
        return self if actor.may(VIEW) else self.none()

    def standing(self) -> "SpendingQuerySet":
        """Return what counts: entries nobody has voided."""
        return self.filter(voided_at__isnull=True)


class Spending(models.Model):
    """Money spent under a line by a document; never changed: a wrong entry is voided with a reason."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="spendings", verbose_name=_("dòng dự toán"))
    spent_on = models.DateField(_("ngày chi"))
    amount = models.BigIntegerField(_("số tiền (đồng)"), validators=[MinValueValidator(1), MaxValueValidator(MOST)])
    document = models.CharField(_("số chứng từ"), max_length=100)
    note = models.CharField(_("nội dung"), max_length=300, blank=True)
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người nhập")
    )
    at = models.DateTimeField(_("nhập lúc"))
    form_token = models.UUIDField(editable=False)
    voided_at = models.DateTimeField(_("hủy lúc"), null=True, blank=True)
    voided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người hủy")
    )
    void_reason = models.CharField(_("lý do hủy"), max_length=300, blank=True)

    objects = SpendingQuerySet.as_manager()

    class Meta:
        verbose_name = _("khoản chi")
        verbose_name_plural = _("khoản chi")
        ordering = ["-spent_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "form_token"], name="spending_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="spending_positive"),
        ]
        indexes = [models.Index(fields=["line", "-spent_on"], name="spending_line")]

    def __str__(self) -> str:
        return self.document


class SpendingFile(StoredFile):
    """The document of a spending entry as handed in."""

    spending = models.OneToOneField(Spending, models.PROTECT, related_name="file", verbose_name=_("khoản chi"))

    class Meta:
        verbose_name = _("tệp chứng từ chi")
        verbose_name_plural = _("tệp chứng từ chi")


for _model in (BudgetTerm, BudgetYear, BudgetLine, BudgetAdjustment, Spending, SpendingFile):
    auditlog.register(_model)

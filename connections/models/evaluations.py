"""The checklist of Điều 9 as data, evaluations by it, and what an agency is asked to complete."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Standard
from connections.choices import CriterionGroup, Mark, Part
from connections.models.requests import ConnectionRequest


class Checklist(models.Model):
    """One version of the criteria; an evaluation keeps the version it was begun under (decisions, 24)."""

    number = models.PositiveSmallIntegerField(_("phiên bản"), unique=True)
    valid_from = models.DateField(_("áp dụng từ ngày"))
    source = models.CharField(_("nguồn"), max_length=300)
    note = models.TextField(_("ghi chú"), blank=True)

    class Meta:
        verbose_name = _("bộ tiêu chí")
        verbose_name_plural = _("bộ tiêu chí")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(_("Bộ tiêu chí phiên bản %(n)s") % {"n": self.number})


class Criterion(models.Model):
    """One question of a checklist, with its clause and how to judge it."""

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="criteria", verbose_name=_("bộ tiêu chí"))
    code = models.SlugField(_("mã"), max_length=40)
    group = models.CharField(_("nhóm"), max_length=16, choices=CriterionGroup.choices)
    text = models.CharField(_("tiêu chí"), max_length=300)
    guidance = models.TextField(_("cách đánh giá"), blank=True)
    clause = models.CharField(_("điều khoản"), max_length=16)
    national_only = models.BooleanField(_("chỉ khi trao đổi với cơ sở dữ liệu quốc gia"), default=False)
    may_not_apply = models.BooleanField(_("có thể không áp dụng"), default=False)
    probes = models.JSONField(_("kiểm tra tự động phục vụ"), default=list, blank=True)
    place = models.PositiveSmallIntegerField(_("thứ tự"))

    class Meta:
        verbose_name = _("tiêu chí")
        verbose_name_plural = _("tiêu chí")
        ordering = ["checklist", "place"]
        constraints = [models.UniqueConstraint(fields=["checklist", "code"], name="criterion_once_a_checklist")]

    def __str__(self) -> str:
        return self.text


class CriterionStandard(models.Model):
    """A standard that a criterion rests on (QC4.1, QC9.2): named by the code of the criterion, so by every version."""

    criterion_code = models.SlugField(_("mã tiêu chí"), max_length=40)
    standard = models.ForeignKey(
        Standard, models.PROTECT, related_name="+", verbose_name=_("tiêu chuẩn, văn bản áp dụng")
    )

    class Meta:
        verbose_name = _("tiêu chuẩn của tiêu chí")
        verbose_name_plural = _("tiêu chuẩn của tiêu chí")
        ordering = ["criterion_code", "standard__sort_key"]
        constraints = [models.UniqueConstraint(fields=["criterion_code", "standard"], name="criterion_standard_once")]

    def __str__(self) -> str:
        return f"{self.criterion_code}: {self.standard}"


class Evaluation(models.Model):
    """One round of judging a dossier (QC10.2); its conclusion is computed from its marks, never typed."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="evaluations", verbose_name=_("hồ sơ"))
    round = models.PositiveSmallIntegerField(_("lần"))
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="+", verbose_name=_("bộ tiêu chí"))
    evaluator = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người thẩm định"))
    started_at = models.DateTimeField(_("bắt đầu lúc"))
    concluded_at = models.DateTimeField(_("kết luận lúc"), null=True)
    summary = models.TextField(_("nhận xét chung"), blank=True)

    class Meta:
        verbose_name = _("lần thẩm định")
        verbose_name_plural = _("lần thẩm định")
        ordering = ["request", "-round"]
        constraints = [models.UniqueConstraint(fields=["request", "round"], name="evaluation_round_once")]

    def __str__(self) -> str:
        return str(_("%(request)s, lần %(n)s") % {"request": self.request, "n": self.round})


class CriterionMark(models.Model):
    """How one criterion was judged, with remark and evidence."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="marks", verbose_name=_("lần thẩm định"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("tiêu chí"))
    result = models.CharField(_("kết quả"), max_length=16, choices=Mark.choices, blank=True)
    remark = models.TextField(_("nhận xét"), blank=True)
    legal_basis = models.CharField(_("căn cứ"), max_length=300, blank=True)
    evidence = models.TextField(_("minh chứng"), blank=True)
    marked_at = models.DateTimeField(_("đánh giá lúc"), null=True)
    marked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đánh giá"))

    class Meta:
        verbose_name = _("kết quả tiêu chí")
        verbose_name_plural = _("kết quả tiêu chí")
        ordering = ["evaluation", "criterion__place"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "criterion"], name="mark_once_an_evaluation"),
            # A failure without a word would leave the agency guessing.
            models.CheckConstraint(condition=~Q(result=Mark.FAIL) | ~Q(remark=""), name="mark_failure_has_a_remark"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_result_display()}"


class CompletionPoint(models.Model):
    """One numbered thing an agency must complete, and its answer (QC10.2)."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="points", verbose_name=_("hồ sơ"))
    round = models.PositiveSmallIntegerField(_("lần"))
    number = models.PositiveSmallIntegerField(_("số thứ tự"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="+", verbose_name=_("tiêu chí"))
    what = models.TextField(_("nội dung chưa đạt"))
    remedy = models.TextField(_("cách khắc phục"))
    clause = models.CharField(_("điều khoản"), max_length=16)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người yêu cầu"))
    asked_at = models.DateTimeField(_("yêu cầu lúc"))
    answer = models.TextField(_("nội dung hoàn thiện"), blank=True)
    changed_part = models.CharField(_("phần hồ sơ đã sửa"), max_length=16, choices=Part.choices, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người trả lời"))
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True)
    resolved_at = models.DateTimeField(_("khép lại lúc"), null=True)

    class Meta:
        verbose_name = _("nội dung cần hoàn thiện")
        verbose_name_plural = _("nội dung cần hoàn thiện")
        ordering = ["request", "round", "number"]
        constraints = [models.UniqueConstraint(fields=["request", "round", "number"], name="point_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.what}"


for _model in (Checklist, Criterion, CriterionStandard, Evaluation, CriterionMark, CompletionPoint):
    auditlog.register(_model)

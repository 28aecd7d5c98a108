"""Rules by which alerts are raised: data, changed by staff, each with its source."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.alert_choices import Detector, Owner, Severity

DAY_MINUTES = 24 * 60


class AlertRule(models.Model):
    """What is looked for, from which value it is an alert, who has to act, and what follows (QC8.6, QC14.3).

    ``threshold`` is in the unit of the detector; ``least`` is a second floor where the detector has one (calls below
    which a ratio says nothing, calls above the seconds of ``threshold``). From ``severe_threshold`` on the alert is
    one step more severe. ``hours`` are those in which use is ordinary, for the one detector that asks. An alert whose
    severity reaches ``opens_incident`` opens an incident, from ``opens_violation`` on a violation of the act whose
    clause the rule names; one nobody takes up in ``escalate_minutes`` goes to the next
    owner; one without new evidence for ``close_minutes`` closes by itself (0 each: never). ``most_subjects`` is how
    many alerts one look may raise: where there are more, they are one alert about many.
    """

    code = models.SlugField(_("mã quy tắc"), max_length=40, unique=True)
    name = models.CharField(_("tên quy tắc"), max_length=120)
    detector = models.CharField(_("dấu hiệu"), max_length=16, choices=Detector.choices)
    enabled = models.BooleanField(_("đang áp dụng"), default=True)
    severity = models.CharField(_("mức"), max_length=8, choices=Severity.choices)
    threshold = models.PositiveIntegerField(
        _("ngưỡng"), validators=[MinValueValidator(0), MaxValueValidator(1_000_000)]
    )
    severe_threshold = models.PositiveIntegerField(
        _("ngưỡng tăng một mức"), null=True, blank=True, validators=[MaxValueValidator(10_000_000)]
    )
    least = models.PositiveIntegerField(
        _("số lượt tối thiểu"), default=1, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    window_minutes = models.PositiveIntegerField(
        _("khoảng xét (phút)"),
        default=10,
        validators=[MinValueValidator(2), MaxValueValidator(DAY_MINUTES)],
    )
    hours = models.JSONField(_("khung giờ thường"), default=list, blank=True)
    live_only = models.BooleanField(_("chỉ môi trường chính thức"), default=True)
    owner = models.CharField(_("bên xử lý trước"), max_length=8, choices=Owner.choices, default=Owner.OPERATOR)
    tells_provider = models.BooleanField(_("báo cơ quan cung cấp"), default=False)
    tells_consumer = models.BooleanField(_("báo cơ quan khai thác"), default=False)
    opens_incident = models.CharField(_("lập sự cố từ mức"), max_length=8, choices=Severity.choices, blank=True)
    opens_violation = models.CharField(
        _("ghi nhận vi phạm từ mức"), max_length=8, choices=Severity.choices, blank=True
    )
    escalate_minutes = models.PositiveIntegerField(
        _("chuyển cấp khi chưa có người nhận sau (phút)"), default=60, validators=[MaxValueValidator(10_080)]
    )
    close_minutes = models.PositiveIntegerField(
        _("tự đóng khi hết dấu hiệu (phút)"), default=0, validators=[MaxValueValidator(43_200)]
    )
    most_subjects = models.PositiveSmallIntegerField(
        _("số cảnh báo tối đa mỗi lần xét"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    basis = models.CharField(_("nguồn của ngưỡng"), max_length=300)
    clause = models.CharField(_("căn cứ"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("quy tắc cảnh báo")
        verbose_name_plural = _("quy tắc cảnh báo")
        ordering = ["detector", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severe_threshold__isnull=True) | ~Q(severe_threshold=F("threshold")),
                name="alert_rule_severe_differs",
                violation_error_message=_("Ngưỡng tăng một mức phải khác ngưỡng"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class DetectionMark(models.Model):
    """How far a rule has looked: the end of its last window, and how that went.

    A rule is looked at by whoever holds its mark, and the mark moves in the transaction that writes the alerts: what a
    dead worker left behind is looked at again, and raises nothing twice.
    """

    rule = models.OneToOneField(AlertRule, models.CASCADE, related_name="mark", verbose_name=_("quy tắc"))
    until = models.DateTimeField(_("đã xét đến"))
    ran_at = models.DateTimeField(_("xét lúc"))
    found = models.PositiveIntegerField(_("số đối tượng phát hiện"), default=0)
    fault = models.CharField(_("lỗi khi xét"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mốc phát hiện")
        verbose_name_plural = _("mốc phát hiện")

    def __str__(self) -> str:
        return str(self.rule)


auditlog.register(AlertRule)

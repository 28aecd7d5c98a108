"""How agencies are ranked: weights that are ours and that staff may change."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

BASIS = "Cách tính nội bộ – mặc định hệ thống, chưa phải quy định"


class RankingPolicy(models.Model):
    """Weights of the four parts by which agencies are ranked (ux.md D4): one row, ours, not the law's; data.

    A part counts by its weight against the sum of the weights of the parts that an agency has; weights need not add up
    to a hundred. Without a row the defaults hold.
    """

    connections = models.PositiveSmallIntegerField(
        _("trọng số kết nối"), default=30, validators=[MaxValueValidator(100)]
    )
    quality = models.PositiveSmallIntegerField(
        _("trọng số chất lượng dữ liệu"), default=30, validators=[MaxValueValidator(100)]
    )
    on_time = models.PositiveSmallIntegerField(_("trọng số đúng hạn"), default=25, validators=[MaxValueValidator(100)])
    incidents = models.PositiveSmallIntegerField(_("trọng số sự cố"), default=15, validators=[MaxValueValidator(100)])
    incident_points = models.PositiveSmallIntegerField(
        _("điểm trừ cho mỗi sự cố mức 1, mức 2"), default=25, validators=[MaxValueValidator(100)]
    )
    basis = models.CharField(_("căn cứ của cách tính"), max_length=300, default=BASIS)

    class Meta:
        verbose_name = _("cách xếp hạng cơ quan")
        verbose_name_plural = _("cách xếp hạng cơ quan")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="ranking_policy_one_row"),
            models.CheckConstraint(
                condition=Q(connections__gt=0) | Q(quality__gt=0) | Q(on_time__gt=0) | Q(incidents__gt=0),
                name="ranking_policy_weighs_something",
                violation_error_message=_("Ít nhất một trọng số phải lớn hơn 0"),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Cách xếp hạng cơ quan"))


auditlog.register(RankingPolicy)

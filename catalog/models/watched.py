"""Marks that keep the daily watch from telling twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.duty_choices import Watched


class WatchMark(models.Model):
    """People were told that a day of the catalogue is near, or (``late``) has passed; written once, never changed."""

    kind = models.CharField(_("việc"), max_length=12, choices=Watched.choices)
    thing_id = models.BigIntegerField(_("đối tượng"))
    due_on = models.DateField(_("ngày"))
    late = models.BooleanField(_("đã quá hạn"))
    given_at = models.DateTimeField(_("báo lúc"))

    class Meta:
        verbose_name = _("lần báo hạn của danh mục")
        verbose_name_plural = _("lần báo hạn của danh mục")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "thing_id", "due_on", "late"], name="watch_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on:%d/%m/%Y}"

"""When a page, an endpoint, a clause was last used: a moment each, of nobody in particular."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LastUse(models.Model):
    """The last use of one thing: ``page:<name of its address>``, ``clause:<id>`` (a deed done by it), ``calls``.

    Written by a job from what the web processes noted and from the record; not who, not how often.
    """

    name = models.CharField(_("nội dung"), max_length=120, unique=True)
    at = models.DateTimeField(_("lần dùng cuối"))

    class Meta:
        verbose_name = _("lần dùng cuối")
        verbose_name_plural = _("lần dùng cuối")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

"""Outgoing letters: the outbox that loses nothing when the mail server is down."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """A letter to one address, written in the transaction of the deed that causes it and sent by Celery.

    It is tried again with growing pauses until it is sent or given up; the body is emptied once sent, because it may
    hold a link that opens something.
    """

    to = models.EmailField(_("người nhận"))
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    created_at = models.DateTimeField(_("soạn lúc"), auto_now_add=True)
    next_try_at = models.DateTimeField(_("gửi lại lúc"), db_index=True)
    tries = models.PositiveSmallIntegerField(_("số lần thử"), default=0)
    sent_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("thôi gửi lúc"), null=True, blank=True)
    last_error = models.CharField(_("lỗi gần nhất"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("thư đi")
        verbose_name_plural = _("thư đi")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject

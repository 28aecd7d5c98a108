"""Outgoing letters: the outbox that loses nothing when the mail server is down."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """A letter to one address, written in the transaction of the deed that causes it and sent by Celery.

    A worker claims it for a while (``claimed_until``), sends it outside any transaction, and notes the outcome; a
    worker that dies in between leaves a claim that runs out. It is tried again with growing pauses until it is sent,
    has lost its point (``expires_at``), or its address was refused for days; then it stays visible to staff.
    The body is emptied once sent, because it may hold a link that opens something. ``unsubscribe`` is the address at
    which one POST ends letters like this one (RFC 8058); it is emptied with the body.
    """

    to = models.EmailField(_("người nhận"))
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    enclosure = models.CharField(_("tệp gửi kèm"), max_length=60, blank=True, editable=False)
    unsubscribe = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("soạn lúc"), auto_now_add=True)
    next_try_at = models.DateTimeField(_("gửi lại lúc"), db_index=True)
    expires_at = models.DateTimeField(_("chỉ gửi trước lúc"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("đang gửi đến lúc"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("số lần thử"), default=0)
    refusals = models.PositiveSmallIntegerField(_("số lần bị từ chối hẳn"), default=0)
    sent_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("thôi gửi lúc"), null=True, blank=True)
    last_error = models.CharField(_("lỗi gần nhất"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("thư đi")
        verbose_name_plural = _("thư đi")
        ordering = ["-id"]
        indexes = [
            # Few rows of many: for the next letter to send, and for the count of those stuck.
            models.Index(fields=["next_try_at", "id"], condition=Q(sent_at__isnull=True), name="letter_unsent")
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def message_id(self) -> str:
        """The Message-ID (RFC 5322, 3.6.4): the same at every try, so that a repeat is recognisable."""
        host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "lgsp"
        return f"<thu.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}@{host}>"

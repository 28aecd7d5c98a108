"""What the two sides write to each other about a dossier, and how far each person has read."""

from typing import TYPE_CHECKING

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from connections.choices import Side
from connections.models.evaluations import CompletionPoint
from connections.models.requests import ConnectionRequest
from core.files import StoredFile

if TYPE_CHECKING:
    from core.actor import Actor


class ThreadMessageQuerySet(models.QuerySet["ThreadMessage"]):
    """Reading messages."""

    def visible_to(self, actor: "Actor") -> "ThreadMessageQuerySet":
        """Return the messages of dossiers that the actor may see: both sides read all of a thread."""
        return self.filter(request__in=ConnectionRequest.objects.visible_to(actor))


class ThreadMessage(models.Model):
    """One message of the thread of a dossier, to the other side, on one of its completion points where it names one.

    It is written once: a correction is another message, and a trigger refuses change and removal. ``form_token`` is
    that of the form it came from, so that a form sent twice writes one message.
    """

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="messages", verbose_name=_("hồ sơ"))
    point = models.ForeignKey(
        CompletionPoint, models.PROTECT, null=True, related_name="messages", verbose_name=_("nội dung cần hoàn thiện")
    )
    side = models.CharField(_("bên viết"), max_length=16, choices=Side.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người viết"))
    text = models.TextField(_("nội dung"), max_length=4000)
    at = models.DateTimeField(_("viết lúc"))
    form_token = models.UUIDField(editable=False)

    objects = ThreadMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("trao đổi")
        verbose_name_plural = _("trao đổi")
        ordering = ["request", "id"]
        constraints = [
            models.UniqueConstraint(fields=["author", "form_token"], name="message_once_a_form"),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class MessageFile(StoredFile):
    """The file that came with a message."""

    message = models.OneToOneField(ThreadMessage, models.PROTECT, related_name="file", verbose_name=_("trao đổi"))

    class Meta:
        verbose_name = _("tệp của trao đổi")
        verbose_name_plural = _("tệp của trao đổi")


class ThreadMark(models.Model):
    """How far one person has read the thread of a dossier: up to and with the message of this id."""

    request = models.ForeignKey(ConnectionRequest, models.CASCADE, related_name="marks", verbose_name=_("hồ sơ"))
    reader = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("người đọc"))
    read_to = models.BigIntegerField(_("đã đọc đến"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("dấu đã đọc")
        verbose_name_plural = _("dấu đã đọc")
        constraints = [models.UniqueConstraint(fields=["request", "reader"], name="thread_mark_once")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.read_to}"

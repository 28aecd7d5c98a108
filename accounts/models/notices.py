"""What people are told: notices in the portal, the letters that carry them, and who wants which letters."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import Topic
from accounts.models.agencies import Agency
from accounts.models.letters import Letter
from accounts.models.people import User
from core.actor import Actor


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reading notices."""

    def visible_to(self, actor: Actor) -> "NoticeQuerySet":
        """Return what was told to the actor; nobody reads another person's inbox."""
        return self.filter(recipient_id=actor.user_id) if actor.user_id is not None else self.none()

    def unread(self) -> "NoticeQuerySet":
        """Return notices nobody has opened yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing told to one person or to one shared mailbox, written in the transaction of its deed (ux.md §4.1).

    A person finds it in the inbox of the portal until they read it; a shared mailbox has no inbox, only letters.
    ``letter`` is the letter that carries it: its own, or the day's digest. A notice is never deleted and never says a
    secret or anything about a private person.
    """

    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="notices", verbose_name=_("người nhận")
    )
    mailbox = models.EmailField(_("hộp thư chung"), blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("cơ quan"))
    event = models.CharField(_("sự kiện"), max_length=48)
    topic = models.CharField(_("loại thông báo"), max_length=16, choices=Topic.choices)
    mandatory = models.BooleanField(_("bắt buộc gửi thư"), default=False)
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    link = models.CharField(_("địa chỉ trên cổng"), max_length=200)
    number = models.CharField(_("mã hồ sơ"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("lúc"))
    read_at = models.DateTimeField(_("đọc lúc"), null=True)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="notices", verbose_name=_("thư"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, mailbox="") | (Q(recipient__isnull=True) & ~Q(mailbox="")),
                name="notice_person_or_mailbox",
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["topic", "created_at"], condition=Q(letter__isnull=True), name="notice_no_letter"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailChoice(models.Model):
    """A person's word on the letters of one topic; without a row they get them. Mandatory letters have no choice."""

    user = models.ForeignKey(User, models.PROTECT, related_name="mail_choices", verbose_name=_("người dùng"))
    topic = models.CharField(_("loại thông báo"), max_length=16, choices=Topic.choices)
    wanted = models.BooleanField(_("nhận thư"))

    class Meta:
        verbose_name = _("lựa chọn nhận thư")
        verbose_name_plural = _("lựa chọn nhận thư")
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="mail_choice_once")]

    def __str__(self) -> str:
        return str(self.get_topic_display())


class Digest(models.Model):
    """The one letter a day that gathers a reader's reminders; the constraint keeps it one when jobs run twice."""

    address = models.EmailField(_("người nhận"))
    day = models.DateField(_("ngày"))
    letter = models.OneToOneField(Letter, models.CASCADE, related_name="digest", verbose_name=_("thư"))

    class Meta:
        verbose_name = _("thư nhắc hạn trong ngày")
        verbose_name_plural = _("thư nhắc hạn trong ngày")
        ordering = ["-day", "id"]
        constraints = [models.UniqueConstraint(fields=["address", "day"], name="digest_one_a_day")]

    def __str__(self) -> str:
        return f"{self.address} {self.day:%d/%m/%Y}"


auditlog.register(MailChoice)

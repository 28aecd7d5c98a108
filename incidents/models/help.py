"""Requests for help: asked from which page, what was said, and answers that became guide pages (QC14.2)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from core import clock
from core.files import StoredFile
from core.states import StateField
from core.text import fold
from incidents.help_words import GuideTopic, HelpSide, HelpState

if TYPE_CHECKING:
    from core.actor import Actor

ASK, ANSWER, PUBLISH, SEE_ALL = "help.ask", "help.answer", "help.publish", "service.view_all"


def asks(request: "HelpRequest", actor: "Actor") -> bool:
    """Return whether *actor* writes for the agency that asked."""
    return actor.may(ASK) and actor.agency_id == request.agency_id


def answers(request: "HelpRequest", actor: "Actor") -> bool:
    """Return whether *actor* answers for SKHCN."""
    return actor.may(ANSWER)


def _either(request: "HelpRequest", actor: "Actor") -> bool:
    return asks(request, actor) or answers(request, actor)


class HelpQuerySet(models.QuerySet["HelpRequest"]):
    """Reading requests for help."""

    def visible_to(self, actor: "Actor") -> "HelpQuerySet":
        """Return all to SKHCN's readers, to people of an agency those of their agency."""
        if actor.may(SEE_ALL):
            return self
        return self.filter(agency_id=actor.agency_id or 0) if actor.may(ASK) else self.none()

    def waiting(self) -> "HelpQuerySet":
        """Return those that wait for SKHCN."""
        return self.filter(state=HelpState.OPEN)

    def overdue(self) -> "HelpQuerySet":
        """Return those whose answer is late."""
        return self.waiting().filter(due_at__lt=clock.now())

    def matching(self, words: str) -> "HelpQuerySet":
        """Return those whose code, subject or agency holds every word, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class HelpRequest(models.Model):
    """Somebody of an agency asks SKHCN how to go on (QC14.2).

    It carries the page it was asked from and the request id of that page, which staff find in the logs. The answer is
    due by a day, ours; what the agency writes after an answer begins a new term. Once taken it has an owner.
    """

    code = models.CharField(_("mã"), max_length=24, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="help_requests", verbose_name=_("cơ quan hỏi"))
    asker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người hỏi"))
    subject = models.CharField(_("cần hỗ trợ việc gì"), max_length=200)
    page = models.CharField(_("hỏi từ trang"), max_length=300, blank=True)
    page_request = models.CharField(_("mã yêu cầu của trang"), max_length=64, blank=True)
    state = StateField(
        _("tình trạng"), max_length=12, choices=HelpState.choices, default=HelpState.OPEN, protected=True
    )
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người xử lý")
    )
    asked_at = models.DateTimeField(_("hỏi lúc"))
    due_at = models.DateTimeField(_("hạn trả lời"), null=True, blank=True)
    statutory = models.BooleanField(_("hạn do pháp luật quy định"), default=False)
    late_told_for = models.DateTimeField(null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, blank=True)
    search = models.TextField(editable=False, default="")

    objects = HelpQuerySet.as_manager()

    class Meta:
        verbose_name = _("yêu cầu hỗ trợ")
        verbose_name_plural = _("yêu cầu hỗ trợ")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="help_due"),
            models.Index(fields=["agency", "-id"], name="help_agency"),
            GinIndex(fields=["search"], name="help_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}"

    @property
    def is_overdue(self) -> bool:
        """Return whether the answer is late."""
        return self.state == HelpState.OPEN and self.due_at is not None and self.due_at < clock.now()

    @transition(
        state,
        [HelpState.OPEN, HelpState.ANSWERED],
        HelpState.ANSWERED,
        custom={"may": answers, "label": _("Trả lời"), "clause": "QC14.2"},
    )
    def answer_it(self) -> None:
        """SKHCN has answered."""

    @transition(
        state,
        [HelpState.OPEN, HelpState.ANSWERED],
        HelpState.OPEN,
        custom={"may": asks, "label": _("Viết thêm"), "clause": "QC14.2"},
    )
    def write_more(self) -> None:
        """The agency adds something; it waits for SKHCN again."""

    @transition(
        state,
        [HelpState.OPEN, HelpState.ANSWERED],
        HelpState.CLOSED,
        custom={"may": _either, "label": _("Đóng yêu cầu"), "clause": "QC14.2"},
    )
    def close(self) -> None:
        """Nothing more is to be said."""


class HelpEntry(models.Model):
    """What one side wrote; never changed. A form sent twice (same ``form_token``) writes once."""

    request = models.ForeignKey(HelpRequest, models.PROTECT, related_name="entries", verbose_name=_("yêu cầu hỗ trợ"))
    side = models.CharField(_("bên viết"), max_length=16, choices=HelpSide.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người viết"))
    text = models.TextField(_("nội dung"), max_length=4000)
    at = models.DateTimeField(_("viết lúc"))
    form_token = models.UUIDField(editable=False)

    class Meta:
        verbose_name = _("nội dung hỗ trợ")
        verbose_name_plural = _("nội dung hỗ trợ")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["author", "form_token"], name="help_entry_once"),
            models.CheckConstraint(condition=~Q(text=""), name="help_entry_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class HelpFile(StoredFile):
    """The file that came with an entry."""

    entry = models.OneToOneField(HelpEntry, models.PROTECT, related_name="file", verbose_name=_("nội dung hỗ trợ"))

    class Meta:
        verbose_name = _("tệp của yêu cầu hỗ trợ")
        verbose_name_plural = _("tệp của yêu cầu hỗ trợ")


class GuideQuerySet(models.QuerySet["GuideAnswer"]):
    """Reading published answers."""

    def published(self) -> "GuideQuerySet":
        """Return what everybody reads."""
        return self.filter(published=True)

    def matching(self, words: str) -> "GuideQuerySet":
        """Return answers that hold every word, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class GuideAnswer(models.Model):
    """A question and its answer as everybody reads them under «Hỏi đáp», often made from a request for help.

    Staff write it anew, without names of agencies, people and systems; taken off the page it stays as it was.
    """

    question = models.CharField(_("câu hỏi"), max_length=200)
    answer = models.TextField(_("trả lời"), max_length=6000)
    topic = models.CharField(_("về việc"), max_length=16, choices=GuideTopic.choices)
    source = models.ForeignKey(
        HelpRequest, models.PROTECT, null=True, blank=True, related_name="guides", verbose_name=_("từ yêu cầu hỗ trợ")
    )
    published = models.BooleanField(_("đang công bố"), default=True)
    changed_at = models.DateTimeField(_("cập nhật lúc"), editable=False)
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("người cập nhật")
    )
    search = models.TextField(editable=False, default="")

    objects = GuideQuerySet.as_manager()

    class Meta:
        verbose_name = _("mục hỏi đáp")
        verbose_name_plural = _("mục hỏi đáp")
        ordering = ["topic", "-changed_at", "-id"]
        indexes = [
            models.Index(fields=["topic", "-changed_at"], name="guide_topic"),
            GinIndex(fields=["search"], name="guide_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.question


auditlog.register(HelpRequest, exclude_fields=["search"])
auditlog.register(HelpEntry)
auditlog.register(HelpFile)
auditlog.register(GuideAnswer, exclude_fields=["search"])

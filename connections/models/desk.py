"""How SKHCN's own people divide the work: who is at it, notes, lists they keep. The agency reads none of it."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from connections.choices import State
from connections.models.requests import ConnectionRequest


class WorkMark(models.Model):
    """ "I am at it": one person on one dossier, for the state it is in; a dossier that moved on is free again."""

    request = models.OneToOneField(
        ConnectionRequest, models.PROTECT, related_name="work_mark", verbose_name=_("hồ sơ")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đang xử lý"))
    state = models.CharField(_("tình trạng khi đánh dấu"), max_length=32, choices=State.choices)
    since = models.DateTimeField(_("từ lúc"))

    class Meta:
        verbose_name = _("đánh dấu đang xử lý")
        verbose_name_plural = _("đánh dấu đang xử lý")

    def __str__(self) -> str:
        return str(_("%(name)s đang xử lý") % {"name": self.user})


class InternalNote(models.Model):
    """A word of SKHCN's people to each other about a dossier; written once, never shown to the agency."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="notes", verbose_name=_("hồ sơ"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người viết"))
    text = models.TextField(_("nội dung"), max_length=4000)
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("ghi chú nội bộ")
        verbose_name_plural = _("ghi chú nội bộ")
        ordering = ["request", "-at", "-id"]
        indexes = [models.Index(fields=["request", "-at"], name="note_of_request")]

    def __str__(self) -> str:
        return self.text[:80]


class SavedView(models.Model):
    """An address of the queue that a person keeps under a name; their own only."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("người giữ"))
    name = models.CharField(_("tên"), max_length=80)
    query = models.CharField(_("bộ lọc"), max_length=2000)
    made_at = models.DateTimeField(_("lưu lúc"))

    class Meta:
        verbose_name = _("danh sách đã lưu")
        verbose_name_plural = _("danh sách đã lưu")
        ordering = ["owner", "name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


for _model in (WorkMark, InternalNote, SavedView):
    auditlog.register(_model)

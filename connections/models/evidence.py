"""What was looked up by machine for an evaluation, and the message samples it was run on (QC9.3, QC9.4, QC9.8)."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import MessageProfile
from connections.choices import Probe
from connections.models.requests import ConnectionRequest


class MessageSample(models.Model):
    """A sample message of the system, as it was handed in; kept as text, never sent anywhere."""

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="samples", verbose_name=_("hồ sơ"))
    name = models.CharField(_("tên mẫu"), max_length=200)
    text = models.TextField(_("nội dung"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người nhập"))
    added_at = models.DateTimeField(_("nhập lúc"))
    removed_at = models.DateTimeField(_("bỏ lúc"), null=True)

    class Meta:
        verbose_name = _("mẫu thông điệp")
        verbose_name_plural = _("mẫu thông điệp")
        ordering = ["request", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "name"],
                condition=models.Q(removed_at__isnull=True),
                name="sample_name_once",
                violation_error_message=_("Hồ sơ đã có mẫu mang tên này"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceRun(models.Model):
    """One look by machine: what was asked, when, by whom (None: us), what came out; never changed afterwards.

    ``details`` holds lines for people as ``{"ok": bool, "text": str, "pointer": str}``; ``samples`` of a conformance
    run names the messages it covered: "typed:<id>" of a :class:`MessageSample`, "file:<id>" of an attachment.
    """

    request = models.ForeignKey(ConnectionRequest, models.PROTECT, related_name="runs", verbose_name=_("hồ sơ"))
    probe = models.CharField(_("kiểm tra"), max_length=16, choices=Probe.choices)
    target = models.CharField(_("đối tượng"), max_length=300)
    profile = models.ForeignKey(
        MessageProfile, models.PROTECT, null=True, related_name="+", verbose_name=_("cấu trúc thông điệp")
    )
    samples = models.JSONField(_("mẫu đã chạy"), default=list)
    passed = models.BooleanField(_("đạt"))
    summary = models.CharField(_("kết quả"), max_length=500)
    details = models.JSONField(_("chi tiết"), default=list)
    run_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người chạy"))
    run_at = models.DateTimeField(_("chạy lúc"))

    class Meta:
        verbose_name = _("minh chứng tự động")
        verbose_name_plural = _("minh chứng tự động")
        ordering = ["request", "-run_at", "-id"]
        indexes = [models.Index(fields=["request", "probe", "-run_at"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.get_probe_display()}: {self.summary}"


auditlog.register(MessageSample)
auditlog.register(EvidenceRun)

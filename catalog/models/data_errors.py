"""Reports of wrong data: filed by who uses it, answered by who provides it."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency, User
from catalog import guards
from catalog.duty_choices import WAITING_FOR_PROVIDER, EntryKind, ErrorAnswer, ErrorState
from catalog.models.services import DataService
from core import clock
from core.actor import Actor
from core.states import StateField

# Who files for an agency, and who reads what it filed or was told.
FILE = ("request.draft", "calllog.view_own")
READ_OWN = (*FILE, "request.view_own", guards.SERVICE_EDIT_OWN)


def _reports(report: "DataErrorReport", actor: Actor) -> bool:
    return actor.agency_id == report.agency_id and any(map(actor.may, FILE))


def _answers(report: "DataErrorReport", actor: Actor) -> bool:
    return guards.may_edit_services_of(actor, report.service.provider_id)


class ErrorQuerySet(models.QuerySet["DataErrorReport"]):
    """Reading reports."""

    def visible_to(self, actor: Actor) -> "ErrorQuerySet":
        """Return every report to SKHCN's readers, to agencies those they filed and those about their services."""
        if actor.may("service.view_all"):
            return self
        if not any(map(actor.may, READ_OWN)):
            return self.none()
        told = Q(service__provider_id=actor.agency_id or 0) if actor.may(guards.SERVICE_EDIT_OWN) else Q(pk__in=[])
        return self.filter(told | Q(agency_id=actor.agency_id or 0))

    def open(self) -> "ErrorQuerySet":
        """Return reports nobody has closed."""
        return self.exclude(state=ErrorState.CLOSED)

    def waiting(self) -> "ErrorQuerySet":
        """Return reports that wait for the provider's answer."""
        return self.filter(state__in=WAITING_FOR_PROVIDER)

    def overdue(self) -> "ErrorQuerySet":
        """Return those whose day of answer has passed."""
        return self.waiting().filter(due_at__lt=clock.now())


class DataErrorReport(models.Model):
    """Somebody who uses a service found its data wrong (QC4.5, QC11.4, QC15.2).

    The agency that uses it files what is wrong, where it can with the call it saw it in, which must be a call of its
    own systems. The provider answers by a day: corrected, no error with the reason, or more must be known. Who filed
    closes it or opens it again, which begins a new term. The term is ours, not the law's.
    """

    code = models.CharField(_("mã"), max_length=24, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="data_errors_filed", verbose_name=_("cơ quan báo"))
    reporter = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người báo"))
    service = models.ForeignKey(
        DataService, models.PROTECT, related_name="data_errors", verbose_name=_("dịch vụ dữ liệu")
    )
    version = models.CharField(_("phiên bản"), max_length=4, blank=True)
    operation = models.CharField(_("thao tác"), max_length=64, blank=True)
    fields = models.CharField(_("trường dữ liệu"), max_length=300, blank=True)
    call_id = models.UUIDField(_("mã yêu cầu của lượt gọi"), null=True, blank=True)
    wrong = models.TextField(_("điểm sai"), max_length=2000)
    expected = models.TextField(_("dữ liệu đúng"), max_length=2000, blank=True)
    evidence = models.TextField(_("căn cứ"), max_length=2000, blank=True)
    state = StateField(
        _("tình trạng"), max_length=12, choices=ErrorState.choices, default=ErrorState.NEW, protected=True
    )
    answer = models.CharField(_("kết quả trả lời"), max_length=12, choices=ErrorAnswer.choices, blank=True)
    corrected_on = models.DateField(_("đã sửa ngày"), null=True, blank=True)
    filed_at = models.DateTimeField(_("báo lúc"))
    due_at = models.DateTimeField(_("hạn trả lời"), null=True, blank=True)
    statutory = models.BooleanField(_("hạn do pháp luật quy định"), default=False)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, blank=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ErrorQuerySet.as_manager()

    class Meta:
        verbose_name = _("phản ánh sai lệch dữ liệu")
        verbose_name_plural = _("phản ánh sai lệch dữ liệu")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="data_error_due"),
            models.Index(fields=["agency", "-id"], name="data_error_agency"),
            models.Index(fields=["service", "-id"], name="data_error_service"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_overdue(self) -> bool:
        """Return whether the provider's answer is late."""
        return self.state in WAITING_FOR_PROVIDER and self.due_at is not None and self.due_at < clock.now()

    @transition(
        state,
        list(WAITING_FOR_PROVIDER),
        ErrorState.ANSWERED,
        custom={"may": _answers, "label": _("Trả lời"), "clause": "QC11.4"},
    )
    def answer_it(self) -> None:
        """The provider has said what it found."""

    @transition(
        state,
        ErrorState.ANSWERED,
        ErrorState.REOPENED,
        custom={"may": _reports, "label": _("Mở lại hoặc bổ sung"), "clause": "QC11.4", "reason_required": True},
    )
    def reopen(self) -> None:
        """Who filed it is not content, or adds what was asked for."""

    @transition(
        state,
        [*WAITING_FOR_PROVIDER, ErrorState.ANSWERED],
        ErrorState.CLOSED,
        custom={"may": _reports, "label": _("Đóng phản ánh"), "clause": "QC11.4", "reason_required": True},
    )
    def close(self) -> None:
        """Who filed it is content, or takes it back."""


class DataErrorEntry(models.Model):
    """What either side said about a report; written once."""

    report = models.ForeignKey(
        DataErrorReport, models.PROTECT, related_name="entries", verbose_name=_("phản ánh sai lệch dữ liệu")
    )
    kind = models.CharField(_("loại"), max_length=8, choices=EntryKind.choices)
    answer = models.CharField(_("kết quả trả lời"), max_length=12, choices=ErrorAnswer.choices, blank=True)
    corrected_on = models.DateField(_("đã sửa ngày"), null=True, blank=True)
    text = models.TextField(_("nội dung"), max_length=2000)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cơ quan")
    )
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người viết")
    )
    at = models.DateTimeField(_("viết lúc"))

    class Meta:
        verbose_name = _("ý kiến về sai lệch dữ liệu")
        verbose_name_plural = _("ý kiến về sai lệch dữ liệu")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.report}, {self.at:%d/%m/%Y}"


auditlog.register(DataErrorReport)
auditlog.register(DataErrorEntry)

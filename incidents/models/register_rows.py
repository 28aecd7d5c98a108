"""What stands beside an incident: where it came from, whom it touches, what was said, what is due."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog.models import DataService
from connections.models import Grant
from incidents.models.register import Incident
from incidents.register_choices import Audience, EntryKind, Origin, PartyRole


class IncidentSource(models.Model):
    """One sign an incident was opened by or that joined it: a sign belongs to one incident, for good.

    ``ref`` is the id of the alert, outage or verification; ``group`` names what keeps happening, so that a new sign of
    the same group joins the incident that is still open.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="sources", verbose_name=_("sự cố"))
    kind = models.CharField(_("nguồn"), max_length=8, choices=Origin.choices)
    ref = models.BigIntegerField(_("số của dấu hiệu"))
    group = models.CharField(_("nhóm dấu hiệu"), max_length=220)
    at = models.DateTimeField(_("lúc"))
    recovered_at = models.DateTimeField(_("khôi phục lúc"), null=True)

    class Meta:
        verbose_name = _("dấu hiệu của sự cố")
        verbose_name_plural = _("dấu hiệu của sự cố")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="incident_source_once")]
        indexes = [models.Index(fields=["group", "-id"], name="incident_source_group")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ref}"


class IncidentService(models.Model):
    """A data service an incident touches."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="affected", verbose_name=_("sự cố"))
    service = models.ForeignKey(
        DataService, models.PROTECT, related_name="incidents", verbose_name=_("dịch vụ dữ liệu")
    )

    class Meta:
        verbose_name = _("dịch vụ bị ảnh hưởng")
        verbose_name_plural = _("dịch vụ bị ảnh hưởng")
        ordering = ["service__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["incident", "service"], name="incident_service_once")]

    def __str__(self) -> str:
        return str(self.service)


class IncidentParty(models.Model):
    """An agency an incident touches: computed from services and grants, told once, and asked to acknowledge."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="parties", verbose_name=_("sự cố"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan"))
    role = models.CharField(_("vì sao liên quan"), max_length=8, choices=PartyRole.choices)
    told_at = models.DateTimeField(_("báo lúc"), null=True)
    ack_due_at = models.DateTimeField(_("hạn xác nhận"), null=True)
    acknowledged_at = models.DateTimeField(_("xác nhận lúc"), null=True)
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người xác nhận")
    )

    class Meta:
        verbose_name = _("cơ quan liên quan")
        verbose_name_plural = _("cơ quan liên quan")
        ordering = ["agency__sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["incident", "agency"], name="incident_party_once")]
        indexes = [models.Index(fields=["agency", "acknowledged_at"], name="incident_party_agency")]

    def __str__(self) -> str:
        return str(self.agency)


class IncidentEntry(models.Model):
    """One line of the timeline, written once; ``audience`` says who reads it.

    ``grant`` is the one it suspended or let run again. A suspension is this incident's own while the grant's
    ``suspended_at`` is the moment of its line.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="entries", verbose_name=_("sự cố"))
    at = models.DateTimeField(_("lúc"))
    kind = models.CharField(_("loại"), max_length=12, choices=EntryKind.choices)
    audience = models.CharField(_("người đọc"), max_length=8, choices=Audience.choices)
    text = models.TextField(_("nội dung"), max_length=4000)
    author_name = models.CharField(_("người ghi"), max_length=200)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("tài khoản ghi"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("cơ quan của người ghi")
    )
    grant = models.ForeignKey(
        Grant, models.PROTECT, null=True, related_name="incident_entries", verbose_name=_("quyền khai thác")
    )

    class Meta:
        verbose_name = _("diễn biến sự cố")
        verbose_name_plural = _("diễn biến sự cố")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["incident", "at", "id"], name="incident_timeline")]

    def __str__(self) -> str:
        return f"{self.incident}, {self.get_kind_display()}"


class IncidentTask(models.Model):
    """Something one side has to do about an incident; no agency: SKHCN itself."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="tasks", verbose_name=_("sự cố"))
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="incident_tasks", verbose_name=_("cơ quan thực hiện")
    )
    text = models.CharField(_("việc"), max_length=500)
    due_at = models.DateTimeField(_("hạn"), null=True)
    set_at = models.DateTimeField(_("giao lúc"))
    done_at = models.DateTimeField(_("xong lúc"), null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người làm"))
    result = models.CharField(_("kết quả"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("việc xử lý sự cố")
        verbose_name_plural = _("việc xử lý sự cố")
        ordering = ["id"]
        indexes = [models.Index(fields=["agency", "done_at"], name="incident_task_agency")]

    def __str__(self) -> str:
        return self.text


class IncidentDeadline(models.Model):
    """One clock of an incident, with the number, unit and basis the policy had when it began (domain-vn §b7)."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="deadlines", verbose_name=_("sự cố"))
    code = models.CharField(_("mã"), max_length=40)
    name = models.CharField(_("việc"), max_length=200)
    amount = models.PositiveSmallIntegerField(_("số lượng"))
    unit = models.CharField(_("đơn vị"), max_length=16)
    statutory = models.BooleanField(_("do pháp luật quy định"), default=False)
    basis = models.CharField(_("căn cứ"), max_length=300)
    due_at = models.DateTimeField(_("hạn"))
    met_at = models.DateTimeField(_("thực hiện lúc"), null=True)
    met_by = models.CharField(_("thực hiện bằng"), max_length=300, blank=True)
    reminded_at = models.DateTimeField(_("nhắc lúc"), null=True)

    class Meta:
        verbose_name = _("thời hạn của sự cố")
        verbose_name_plural = _("thời hạn của sự cố")
        ordering = ["due_at", "id"]
        constraints = [models.UniqueConstraint(fields=["incident", "code"], name="incident_deadline_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(met_at__isnull=True), name="incident_deadline_due")
        ]

    def __str__(self) -> str:
        return self.name


for _model in (IncidentSource, IncidentService, IncidentParty, IncidentEntry, IncidentTask, IncidentDeadline):
    auditlog.register(_model)

"""The dossier of one connection, and its life."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog.models import InformationSystem, Purpose
from connections.choices import ENDED, STAGE, Kind, State
from connections.models.lifecycle import Lifecycle
from connections.models.required import RequiredPart

if TYPE_CHECKING:
    from core.actor import Actor


class RequestQuerySet(models.QuerySet["ConnectionRequest"]):
    """Reading dossiers."""

    def visible_to(self, actor: "Actor") -> "RequestQuerySet":
        """Return every dossier once sent to SKHCN's readers, their own (drafts too) to people of the agency."""
        if actor.may("request.view_all"):
            return self.exclude(state=State.DRAFT)
        if actor.may("request.view_own"):
            return self.filter(agency_id=actor.agency_id or 0)
        return self.none()

    def open(self) -> "RequestQuerySet":
        """Return dossiers that have not ended."""
        return self.exclude(state__in=ENDED)


class ConnectionRequest(Lifecycle):
    """The dossier of one system's connection (QC10).

    It begins as a draft that anyone of the agency's filing staff may write in, and is sent by its representative.
    SKHCN receives it, evaluates it by the checklist of Điều 9, and either proposes approval or names what to complete.
    Two other people propose and approve; approval opens the connection. One deed then makes environment, grants and
    test keys out of what the dossier says.
    Tests are measured in the sandbox's own log; both sides confirm the record; any change of scope voids that.
    Live keys exist from go-live on. Holds suspend, disconnection ends it.
    Nothing is deleted: withdrawn and closed dossiers stay, with their reason, and every step is a fact.
    """

    number = models.CharField(_("mã hồ sơ"), max_length=60, blank=True)
    lookup_code = models.CharField(_("mã tra cứu"), max_length=8, blank=True)
    kind = models.CharField(_("loại hồ sơ"), max_length=16, choices=Kind.choices, default=Kind.NEW)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="requests", verbose_name=_("cơ quan"))
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="requests", verbose_name=_("hệ thống thông tin")
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, verbose_name=_("nhóm mục đích"))
    purpose_text = models.TextField(_("mục đích kết nối"), blank=True)
    legal_basis = models.TextField(_("căn cứ pháp lý, chức năng nhiệm vụ"), blank=True)
    personal_data = models.BooleanField(_("có dữ liệu cá nhân"), null=True)
    state_secret = models.BooleanField(_("có bí mật nhà nước"), null=True)
    national_database = models.BooleanField(_("trao đổi với cơ sở dữ liệu quốc gia"), null=True)
    message_standard = models.TextField(_("quy chuẩn cấu trúc thông điệp áp dụng"), blank=True)
    networks = models.JSONField(_("địa chỉ mạng gọi tới nền tảng"), default=list)
    daily_calls = models.PositiveIntegerField(
        _("số lượt dự kiến mỗi ngày"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    peak_per_second = models.PositiveIntegerField(
        _("số lượt mỗi giây lúc cao điểm"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    technical_needs = models.TextField(_("yêu cầu kỹ thuật"), blank=True)
    operation_plan = models.TextField(_("phương án quản lý, vận hành"), blank=True)
    security_plan = models.TextField(_("phương án bảo đảm an toàn thông tin"), blank=True)
    responsible_leader = models.CharField(_("lãnh đạo phụ trách"), max_length=200, blank=True)
    technical_contact = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("cán bộ kỹ thuật")
    )
    wanted_until = models.DateField(_("đề nghị khai thác đến hết ngày"), null=True)
    committed = models.BooleanField(_("cam kết theo Điều 5 Quy chế"), default=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", verbose_name=_("lập theo hồ sơ"), editable=False
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="followers",
        verbose_name=_("tiếp theo hồ sơ đang vận hành"),
        editable=False,
    )
    prefilled = models.JSONField(_("phần điền sẵn chưa xem lại"), default=list, editable=False)
    reminded_at = models.DateTimeField(_("nhắc bản nháp lúc"), null=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người lập"))
    created_at = models.DateTimeField(_("lập lúc"))
    changed_at = models.DateTimeField(_("sửa lúc"))
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người gửi"))
    submitted_at = models.DateTimeField(_("gửi lúc"), null=True, db_index=True)
    received_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người tiếp nhận")
    )
    received_at = models.DateTimeField(_("tiếp nhận lúc"), null=True)
    evaluator = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="evaluated_requests", verbose_name=_("người thẩm định")
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người trình duyệt")
    )
    proposed_at = models.DateTimeField(_("trình lúc"), null=True)
    endorsed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đồng ý thứ nhất")
    )
    endorsed_at = models.DateTimeField(_("đồng ý thứ nhất lúc"), null=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người phê duyệt")
    )
    approved_at = models.DateTimeField(_("phê duyệt lúc"), null=True)
    live_at = models.DateTimeField(_("vận hành từ"), null=True)
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True)
    end_reason = models.TextField(_("lý do kết thúc"), blank=True)
    search = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)
    # What lists are sorted and counted by, kept by the deeds: the running deadline, whether every criterion of the
    # round under way is judged, whether SKHCN has agreed to the record that waits.
    due_at = models.DateTimeField(editable=False, null=True)
    judged = models.BooleanField(editable=False, default=False)
    operator_agreed = models.BooleanField(editable=False, default=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ kết nối")
        verbose_name_plural = _("hồ sơ kết nối")
        ordering = ["-id"]
        permissions = [("evaluate_request", "Thẩm định một hồ sơ được phân công")]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="request_number_unique"),
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(kind=Kind.NEW) & ~Q(state__in=[State.DRAFT, *sorted(ENDED)]),
                name="request_one_open_connection_a_system",
            ),
            models.UniqueConstraint(
                fields=["system"],
                condition=Q(kind__in=[Kind.CHANGE, Kind.RENEWAL])
                & ~Q(state__in=[State.DRAFT, State.LIVE, *sorted(ENDED)]),
                name="request_one_follow_up_a_system",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(state=State.WITHDRAWN)
                | (Q(system__isnull=False) & Q(purpose__isnull=False) & ~Q(number="")),
                name="request_sent_is_complete",
            ),
            # Four eyes hold in the database too (QC10.2).
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=models.F("proposed_by")) & ~Q(approved_by=models.F("evaluator"))),
                name="request_approver_is_another_person",
            ),
            models.CheckConstraint(
                condition=Q(endorsed_by__isnull=True)
                | (
                    ~Q(endorsed_by=models.F("proposed_by"))
                    & ~Q(endorsed_by=models.F("evaluator"))
                    & (Q(approved_by__isnull=True) | ~Q(endorsed_by=models.F("approved_by")))
                ),
                name="request_endorser_is_another_person",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="request_agency"),
            models.Index(fields=["state", "submitted_at"], name="request_state"),
            models.Index(fields=["changed_at"], condition=Q(state=State.DRAFT), name="request_draft_age"),
            models.Index(fields=["evaluator", "state"], name="request_evaluator"),
            # Counts and orders the queue without reading a row.
            models.Index(
                fields=["due_at", "submitted_at", "id"], include=["state", "operator_agreed"], name="request_due"
            ),
            GinIndex(fields=["search"], name="request_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Bản nháp %(pk)s") % {"pk": self.pk})

    @property
    def stage(self) -> int:
        """Number of the public stage, 1–6 (QC10)."""
        return STAGE[State(self.state)]

    @property
    def replaced_by(self) -> "ConnectionRequest | None":
        """Return the dossier that took this one's place when it went live; one query."""
        return self.followers.filter(live_at__isnull=False).order_by("-live_at").first()

    def missing_parts(self) -> list[str]:
        """Return the parts of the task list that are not complete, by their key, in order."""
        return [key for key, complete in self.parts().items() if not complete]

    def parts(self) -> dict[str, bool]:
        """Return each part of the filing (QC10.1) with whether it is complete."""
        lines = list(self.lines.all())
        return {
            "contacts": bool(self.responsible_leader and self.technical_contact_id),
            "system": self.system_id is not None,
            "purpose": bool(self.purpose_id and self.purpose_text and self.legal_basis),
            "scope": bool(lines) and None not in (self.personal_data, self.state_secret, self.national_database),
            "technical": bool(self.networks and self.daily_calls and self.peak_per_second)
            and bool(self.message_standard or not self.national_database),
            "plans": bool(self.operation_plan and self.security_plan),
        }

    def parts_asked(self) -> "models.QuerySet[RequiredPart]":
        """Return the parts (thành phần) that a dossier of this kind must have now."""
        asked = RequiredPart.objects.filter(kind=self.kind, active=True)
        return asked if self.national_database else asked.filter(national_only=False)

    def connection_contacts_named(self) -> bool:
        """Return whether both sides' technical contacts stand on the connection (QC9.5, QC12.3)."""
        connection = getattr(self.system, "connection", None) if self.system_id else None
        return bool(connection and connection.technical_contact_id and connection.duty_contact_id)


auditlog.register(
    ConnectionRequest, exclude_fields=["search", "version", "lookup_code", "due_at", "judged", "operator_agreed"]
)

"""Asking for the use of services by a system that is connected (QC4.6, QC11.3): basket, opinions, decision."""

from typing import TYPE_CHECKING, Any

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMModelMixin, transition

from accounts.models import Agency, User
from catalog.models import DataService, InformationSystem, Purpose
from connections.choices import AccessState, LineOutcome, Opinion
from connections.guards import access as guards
from core.states import StateField

if TYPE_CHECKING:
    from datetime import date

    from core.actor import Actor


class AccessQuerySet(models.QuerySet["AccessRequest"]):
    """Reading what agencies ask to use."""

    def visible_to(self, actor: "Actor") -> "AccessQuerySet":
        """Return all once sent to SKHCN's readers, their own to an agency's people, to providers what names them."""
        if actor.may("request.view_all"):
            return self.exclude(state=AccessState.DRAFT)
        own, seen = actor.agency_id or 0, Q(pk__in=[])
        if actor.may("request.view_own"):
            seen |= Q(agency_id=own)
        if actor.may("grant.advise"):
            asked = AccessLine.objects.filter(service__provider_id=own).values("access_id")
            seen |= Q(pk__in=asked) & ~Q(state=AccessState.DRAFT)
        return self.filter(seen)

    def open(self) -> "AccessQuerySet":
        """Return those that wait for somebody."""
        return self.filter(state__in=[AccessState.SENT, AccessState.PROPOSED])


class AccessRequest(FSMModelMixin, models.Model):
    """What a connected system asks to use: several services, one purpose, one term (ux.md A5).

    It begins as a basket that the agency's officers fill from the catalogue, and is sent by its representative.
    Each provider says what it thinks of its own services; SKHCN's evaluator proposes a decision for each service, as
    asked, narrowed, or refused with reason and legal basis; a leader, another person, decides.
    The decision opens the grants in the same deed; a grant that was renewed gives way to the new one.
    Before the decision the agency may withdraw it. Nothing is deleted once sent.
    """

    code = models.CharField(_("mã đề nghị"), max_length=24, blank=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="access_requests", verbose_name=_("cơ quan đề nghị")
    )
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="access_requests", verbose_name=_("hệ thống")
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+", verbose_name=_("nhóm mục đích"))
    purpose_text = models.TextField(_("mục đích khai thác"), blank=True)
    legal_basis = models.TextField(_("căn cứ pháp lý, chức năng nhiệm vụ"), blank=True)
    frequency = models.CharField(_("tần suất khai thác"), max_length=300, blank=True)
    networks = models.JSONField(_("địa chỉ mạng gọi tới nền tảng"), default=list)
    wanted_until = models.DateField(_("đề nghị khai thác đến hết ngày"), null=True)
    state = StateField(
        _("tình trạng"), max_length=12, choices=AccessState.choices, default=AccessState.DRAFT, protected=True
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người lập"))
    created_at = models.DateTimeField(_("lập lúc"))
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người gửi"))
    sent_at = models.DateTimeField(_("gửi lúc"), null=True)
    opinion_due_at = models.DateTimeField(_("hạn cho ý kiến"), null=True)
    due_at = models.DateTimeField(_("hạn giải quyết"), null=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đề xuất quyết định")
    )
    proposed_at = models.DateTimeField(_("đề xuất lúc"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người duyệt"))
    decided_at = models.DateTimeField(_("duyệt lúc"), null=True)
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True)
    end_reason = models.TextField(_("lý do"), blank=True)
    search = models.TextField(editable=False, default="")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị khai thác")
        verbose_name_plural = _("đề nghị khai thác")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="access_code_once"),
            models.UniqueConstraint(
                fields=["system"], condition=Q(state=AccessState.DRAFT), name="access_one_basket_a_system"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AccessState.DRAFT, AccessState.WITHDRAWN])
                | (Q(system__isnull=False) & Q(purpose__isnull=False) & ~Q(code="") & ~Q(legal_basis="")),
                name="access_sent_is_complete",
            ),
            # Four eyes hold in the database too.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="access_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="access_agency"),
            models.Index(fields=["state", "due_at", "id"], name="access_due"),
            GinIndex(fields=["search"], name="access_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.code or str(_("Giỏ đề nghị %(pk)s") % {"pk": self.pk})

    @transition(
        state,
        AccessState.DRAFT,
        AccessState.SENT,
        conditions=[guards.COMPLETE, guards.CONNECTED, guards.NOTHING_TWICE],
        custom={"may": guards.sends, "label": _("Gửi đề nghị khai thác"), "clause": "QC11.3"},
    )
    def send(self) -> None:
        """The representative sends the basket to the providers and to SKHCN."""

    @transition(
        state,
        [AccessState.DRAFT, AccessState.SENT],
        AccessState.WITHDRAWN,
        custom={
            "may": guards.withdraws,
            "label": _("Rút đề nghị khai thác"),
            "clause": "QC11.3",
            "reason_required": True,
        },
    )
    def withdraw(self) -> None:
        """The agency asks no longer."""

    @transition(
        state,
        AccessState.SENT,
        AccessState.PROPOSED,
        conditions=[guards.CONNECTED, guards.OPINIONS_IN, guards.NOTHING_TWICE],
        custom={"may": guards.proposes, "label": _("Trình quyết định"), "clause": "QC4.6"},
    )
    def propose(self) -> None:
        """The evaluator puts a decision for each service before the leader."""

    @transition(
        state,
        AccessState.PROPOSED,
        AccessState.SENT,
        custom={
            "may": guards.decides,
            "label": _("Trả lại để xem xét thêm"),
            "clause": "QC4.6",
            "reason_required": True,
        },
    )
    def send_back(self) -> None:
        """The leader wants the proposal looked at again."""

    @transition(
        state,
        AccessState.PROPOSED,
        AccessState.DECIDED,
        conditions=[guards.CONNECTED, guards.LIVE_REACHABLE, guards.WANTED_DAY_AHEAD],
        custom={"may": guards.decides, "label": _("Duyệt quyết định"), "clause": "QC11.3"},
    )
    def decide(self) -> None:
        """The proposal becomes the decision: grants are opened at once."""


class AccessLine(models.Model):
    """One service of a request: what is asked, what its provider thinks, what is decided, which grant came of it."""

    access = models.ForeignKey(AccessRequest, models.CASCADE, related_name="lines", verbose_name=_("đề nghị"))
    service = models.ForeignKey(
        DataService, models.PROTECT, related_name="access_lines", verbose_name=_("dịch vụ dữ liệu")
    )
    operations = models.JSONField(_("thao tác"), default=list)
    fields = models.JSONField(_("trường dữ liệu"), default=list, blank=True)
    daily_quota = models.PositiveIntegerField(
        _("hạn mức mỗi ngày"), null=True, validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    renews = models.ForeignKey(
        "connections.Grant", models.PROTECT, null=True, related_name="+", verbose_name=_("gia hạn quyền")
    )
    opinion = models.CharField(_("ý kiến cơ quan cung cấp"), max_length=12, choices=Opinion.choices, blank=True)
    opinion_text = models.TextField(_("nội dung ý kiến"), blank=True)
    opinion_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người cho ý kiến")
    )
    opinion_at = models.DateTimeField(_("cho ý kiến lúc"), null=True)
    outcome = models.CharField(_("quyết định"), max_length=16, choices=LineOutcome.choices, blank=True)
    kept_operations = models.JSONField(_("thao tác được giữ"), default=list)
    kept_fields = models.JSONField(_("trường được giữ"), default=list)
    kept_quota = models.PositiveIntegerField(_("hạn mức được giữ"), null=True)
    kept_until = models.DateField(_("được khai thác đến hết ngày"), null=True)
    kept_hours = models.JSONField(_("khung giờ được khai thác"), default=list, blank=True)
    reason = models.TextField(_("lý do"), blank=True)
    legal_basis = models.CharField(_("căn cứ pháp lý"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("dịch vụ đề nghị khai thác")
        verbose_name_plural = _("dịch vụ đề nghị khai thác")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["access", "service"], name="access_line_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", LineOutcome.APPROVED]) | ~Q(reason=""), name="access_line_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=LineOutcome.REFUSED) | ~Q(legal_basis=""), name="access_line_refused_on_a_basis"
            ),
            models.CheckConstraint(condition=Q(opinion="") | Q(opinion_at__isnull=False), name="access_opinion_dated"),
        ]

    def __str__(self) -> str:
        return str(self.service)

    @property
    def request(self) -> AccessRequest:
        """What the line belongs to, by the name that lines of a dossier use."""
        return self.access

    @property
    def decided(self) -> "AccessLine | None":
        """What is decided about the line, by the names that a decision has; None: not yet."""
        return self if self.outcome else None

    @property
    def valid_to(self) -> "date | None":
        """The earlier last day that the decision names, if any."""
        return self.kept_until

    @property
    def hours(self) -> list[dict[str, Any]]:
        """The hours of the week that the decision names; none: always."""
        return list(self.kept_hours)

    @property
    def refused(self) -> bool:
        """Whether the line becomes no grant."""
        return self.outcome == LineOutcome.REFUSED

    @property
    def _narrowed(self) -> bool:
        return self.outcome == LineOutcome.NARROWED

    @property
    def granted_operations(self) -> list[str]:
        """Operations that may be called: of those asked for, what the decision keeps."""
        return [code for code in self.operations if not self._narrowed or code in self.kept_operations]

    @property
    def granted_fields(self) -> list[str]:
        """Fields that may be read; none: those the service names."""
        return list(self.kept_fields if self._narrowed and self.kept_fields else self.fields)

    @property
    def granted_quota(self) -> int:
        """Calls a day: never more than asked for."""
        asked = self.daily_quota or 1
        return min(asked, self.kept_quota) if self._narrowed and self.kept_quota else asked

    @property
    def granted_hours(self) -> list[dict[str, Any]]:
        """Hours of the week the decision keeps; none: always."""
        return list(self.kept_hours) if self._narrowed else []

    @property
    def granted_until(self) -> "date | None":
        """Last day, the earlier of the wish and the decision; None: no end."""
        kept = self.kept_until if self._narrowed else None
        return min((day for day in (self.access.wanted_until, kept) if day), default=None)


auditlog.register(AccessRequest, exclude_fields=["search", "version"])
auditlog.register(AccessLine)

"""The register of information systems."""

from auditlog.registry import auditlog
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Agency
from catalog import guards
from catalog.choices import SystemKind, SystemState
from core.actor import Actor
from core.choices import Environment
from core.states import StateField
from core.text import fold


class SystemQuerySet(models.QuerySet["InformationSystem"]):
    """Reading the register of systems."""

    def visible_to(self, actor: Actor) -> "SystemQuerySet":
        """Return every system to SKHCN's readers, their own to people of the agency that owns it."""
        if actor.may("system.view_all"):
            return self
        return self.filter(owner_id=actor.agency_id) if actor.may("system.view_own") else self.none()

    def registered(self) -> "SystemQuerySet":
        """Return systems that may be connected."""
        return self.filter(state=SystemState.REGISTERED)

    def known_as(self, code: str) -> "SystemQuerySet":
        """Return the system whose code is, or was, *code*."""
        return self.filter(Q(code=code) | Q(former_codes__contains=[code]))

    def matching(self, words: str) -> "SystemQuerySet":
        """Return systems whose name or code contains every word of *words*, diacritics and case folded."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class InformationSystem(models.Model):
    """Software, a database or a digital platform that exchanges data through LGSP (QC3.2, QC7.6).

    Its owner's staff enter it, or SKHCN does; a code made from the owner's code is issued at once and is a sample code
    until the official one is known. A draft may have gaps; registering it needs purpose, security level and
    environments. A change keeps the code, which is never given to another system; a sample code the official one
    replaced stays with the system and leads to it.
    A system out of use is retired with a reason; nothing is deleted, a trigger refuses it.
    """

    code = models.CharField(_("mã hệ thống"), max_length=48, unique=True, editable=False)
    code_base = models.CharField(max_length=35, editable=False)
    code_number = models.PositiveSmallIntegerField(editable=False)
    code_is_official = models.BooleanField(_("mã là chính thức"), default=False, editable=False)
    code_basis = models.CharField(_("căn cứ của mã chính thức"), max_length=300, blank=True, editable=False)
    former_codes = ArrayField(
        models.CharField(max_length=48), verbose_name=_("mã đã thôi dùng"), default=list, blank=True, editable=False
    )
    name = models.CharField(_("tên hệ thống thông tin"), max_length=300)
    kind = models.CharField(_("loại hệ thống"), max_length=16, choices=SystemKind.choices, default=SystemKind.SOFTWARE)
    owner = models.ForeignKey(Agency, models.PROTECT, related_name="systems", verbose_name=_("cơ quan chủ quản"))
    operating_unit = models.ForeignKey(
        Agency, models.PROTECT, related_name="operated_systems", verbose_name=_("đơn vị vận hành")
    )
    supplier = models.CharField(_("đơn vị cung cấp phần mềm"), max_length=300, blank=True)
    technologies = ArrayField(
        models.CharField(max_length=100), verbose_name=_("công nghệ sử dụng"), default=list, blank=True, size=30
    )
    hosting = models.CharField(_("nơi đặt hệ thống"), max_length=300, blank=True)
    purpose = models.TextField(_("mục đích sử dụng"), max_length=2000, blank=True)
    security_level = models.PositiveSmallIntegerField(
        _("cấp độ an toàn hệ thống thông tin"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    security_decision = models.CharField(_("số quyết định phê duyệt cấp độ"), max_length=100, blank=True)
    security_decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    networks = ArrayField(
        models.CharField(max_length=43), verbose_name=_("địa chỉ mạng"), default=list, blank=True, size=50
    )
    sandbox_networks = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("địa chỉ mạng thử nghiệm"),
        default=list,
        blank=True,
        size=50,
    )
    environments = ArrayField(
        models.CharField(max_length=8, choices=Environment.choices),
        verbose_name=_("môi trường"),
        default=list,
        blank=True,
        size=2,
    )
    state = StateField(
        _("tình trạng"), max_length=12, choices=SystemState.choices, default=SystemState.DRAFT, protected=True
    )
    retire_reason = models.CharField(_("lý do ngừng sử dụng"), max_length=300, blank=True, editable=False)
    is_sample = models.BooleanField(_("là dữ liệu mẫu"), default=False, editable=False)
    search = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=700, editable=False, default="")
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = SystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("hệ thống thông tin")
        verbose_name_plural = _("hệ thống thông tin")
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code_base", "code_number"], name="system_code_never_reused"),
            models.CheckConstraint(
                condition=Q(security_level__isnull=True) | Q(security_level__range=(1, 5)), name="system_level_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(security_decision="", security_decided_on__isnull=True)
                | (~Q(security_decision="") & Q(security_decided_on__isnull=False, security_level__isnull=False)),
                name="system_decision_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "sort_key"], name="system_owner"),
            models.Index(fields=["state", "sort_key"], name="system_state"),
            GinIndex(fields=["search"], name="system_search", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["former_codes"], name="system_former_codes"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def environment_labels(self) -> list[str]:
        """Return the names of the environments it runs in, in fixed order."""
        return [str(item.label) for item in Environment if item.value in self.environments]

    @transition(
        state,
        SystemState.DRAFT,
        SystemState.REGISTERED,
        conditions=[guards.SYSTEM_COMPLETE],
        custom={"may": guards.edits_system, "label": _("Đăng ký hệ thống"), "clause": "QC7.6"},
    )
    def register(self) -> None:
        """The system stands in the register and may ask for a connection."""

    @transition(
        state,
        [SystemState.DRAFT, SystemState.REGISTERED],
        SystemState.RETIRED,
        custom={
            "may": guards.edits_system,
            "label": _("Ngừng sử dụng hệ thống"),
            "clause": "QC7.6",
            "reason_required": True,
        },
    )
    def retire(self) -> None:
        """The system is out of use; its code stays taken."""


auditlog.register(InformationSystem, exclude_fields=["search", "sort_key", "revision", "code_base", "code_number"])

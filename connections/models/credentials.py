"""Keys by which systems sign their calls (Q50-11, QC8.4)."""

import base64
from functools import lru_cache
from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import InformationSystem
from connections.choices import Algorithm
from core.choices import Environment
from core.crypto import Keyring

if TYPE_CHECKING:
    from core.actor import Actor


@lru_cache(maxsize=4)
def keyring(text: str) -> Keyring:
    """Return the keys that seal secrets, as the setting ``FIELD_KEYS`` names them."""
    return Keyring.parse(text)


class CredentialQuerySet(models.QuerySet["Credential"]):
    """Reading keys (never their secrets)."""

    def visible_to(self, actor: "Actor") -> "CredentialQuerySet":
        """Return all to the operator, those of their agency's systems to technicians and representatives."""
        if actor.may("request.view_all"):
            return self
        if actor.may("request.view_own"):
            return self.filter(system__owner_id=actor.agency_id or 0)
        return self.none()

    def open(self) -> "CredentialQuerySet":
        """Return keys that nobody revoked."""
        return self.filter(revoked_at__isnull=True)


class Credential(models.Model):
    """A key of one system in one environment: a pair of access key and secret, or the public half of an Ed25519 key.

    It is made by the technician, who sees a secret of ours once, on the answer to that one request; of an Ed25519 key
    we have the public half only. It signs nothing until its holder proves to have it, by signing a challenge.
    A secret is kept sealed, bound to this row; the broker opens it into memory.
    It runs no more than ``calls_at_once`` calls at once, the figure its environment's terms had when it was made.
    It ends by its last day or by revocation. Several open keys let one be changed for another: the old one stays
    valid for the days of overlap that the terms of the environment name.
    """

    access_key = models.CharField(_("khóa truy xuất"), max_length=60, unique=True)
    name = models.CharField(_("tên gợi nhớ"), max_length=80, blank=True)
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="credentials", verbose_name=_("hệ thống thông tin")
    )
    environment = models.CharField(_("môi trường"), max_length=8, choices=Environment.choices)
    algorithm = models.CharField(
        _("thuật toán"), max_length=16, choices=Algorithm.choices, default=Algorithm.HMAC_SHA256
    )
    sealed_secret = models.TextField(_("khóa bí mật"), editable=False, blank=True)
    public_key = models.CharField(_("khóa công khai"), max_length=44, blank=True)
    networks = models.JSONField(_("địa chỉ mạng được phép"), default=list, blank=True)
    calls_at_once = models.PositiveSmallIntegerField(
        _("số lượt gọi cùng lúc"), default=50, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("thay khóa")
    )
    challenge = models.CharField(max_length=64, editable=False, default="")
    activated_at = models.DateTimeField(_("kích hoạt lúc"), null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người tạo"))
    made_at = models.DateTimeField(_("tạo lúc"))
    valid_to = models.DateField(_("đến hết ngày"))
    revoked_at = models.DateTimeField(_("thu hồi lúc"), null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người thu hồi"))
    revoke_reason = models.TextField(_("lý do thu hồi"), blank=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("khóa")
        verbose_name_plural = _("khóa")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["system", "environment"], condition=Q(revoked_at__isnull=True), name="credential_open"
            ),
            models.Index(fields=["valid_to"], condition=Q(revoked_at__isnull=True), name="credential_last_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["public_key"],
                condition=~Q(public_key=""),
                name="credential_public_key_once",
                violation_error_message=_("Khóa công khai này đã được đăng ký; mỗi khóa chỉ dùng cho một hệ thống"),
            ),
            models.CheckConstraint(
                condition=Q(algorithm=Algorithm.HMAC_SHA256, public_key="") & ~Q(sealed_secret="")
                | Q(algorithm=Algorithm.ED25519, sealed_secret="") & ~Q(public_key=""),
                name="credential_one_half",
            ),
        ]

    def __str__(self) -> str:
        return self.access_key

    @staticmethod
    def place_of(access_key: str) -> str:
        """Return what the sealed secret of *access_key* is bound to."""
        return f"credential:{access_key}"

    def verifier(self, ring: Keyring) -> bytes:
        """Return what its signatures are checked with: the UTF-8 bytes of the secret, or the 32 of the public half.

        Raises ``core.crypto.SealBroken``.
        """
        if self.algorithm == Algorithm.ED25519:
            return base64.b64decode(self.public_key)
        return ring.open(self.sealed_secret, place=self.place_of(self.access_key)).encode()


auditlog.register(Credential, exclude_fields=["sealed_secret", "challenge"])

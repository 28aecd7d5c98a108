"""Where a version of a service is really answered: addresses of the provider's system."""

from datetime import datetime
from functools import lru_cache

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.services import ServiceVersion
from core.certificates import Shown, fingerprint_of, shown
from core.choices import Environment
from core.client_credentials import Account, place_of, tls_at
from core.crypto import Keyring
from core.tls import TlsProfile

MAX_TIMEOUT_MS = 30_000


@lru_cache(maxsize=4)
def keyring(text: str) -> Keyring:
    """Return the keys that seal secrets, as the setting ``FIELD_KEYS`` names them."""
    return Keyring.parse(text)


class Upstream(models.Model):
    """An address of the source system in one environment; never shown to consumers.

    The address is judged when it is saved and again when it is called. The answer must come within the time given,
    30 seconds at most (Q50-7.3). Where there are several, the smallest place is asked first.
    One that is no longer used is switched off; the change is told to the broker.

    Over TLS the certificate is always checked. What differs from the ordinary is kept here: the name to expect, the
    provider's own authorities, and the certificate by which the platform shows itself. Its private key is kept sealed,
    bound to that certificate, and shown to nobody again.

    A national platform wants to be signed in to: then the token address and the platform's account there are kept, the
    secret sealed and bound to both, shown to nobody again, renewed by entering a new one. It may also want to hear of
    each call which officer asks, for which administrative procedure, from which agency: the names of the headers that
    carry this are kept ("" each: not wanted).
    """

    version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="upstreams", verbose_name=_("phiên bản"))
    environment = models.CharField(_("môi trường"), max_length=8, choices=Environment.choices)
    place = models.PositiveSmallIntegerField(
        _("thứ tự"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    base_url = models.CharField(_("địa chỉ gốc"), max_length=300)
    timeout_ms = models.PositiveIntegerField(
        _("thời gian chờ (ms)"),
        default=10_000,
        validators=[MinValueValidator(100), MaxValueValidator(MAX_TIMEOUT_MS)],
    )
    health_path = models.CharField(_("đường dẫn kiểm tra"), max_length=200, default="/health")
    asserted = models.BooleanField(_("gửi kèm giấy xác nhận ký số"), default=True)
    active = models.BooleanField(_("đang dùng"), default=True)
    tls_name = models.CharField(_("tên trong chứng thư"), max_length=253, blank=True)
    ca_pem = models.TextField(_("chứng thư gốc của cơ quan cung cấp"), max_length=65_536, blank=True)
    client_certificate = models.TextField(_("chứng thư của nền tảng"), max_length=65_536, blank=True)
    client_valid_to = models.DateTimeField(_("chứng thư hết hạn lúc"), null=True, editable=False)
    sealed_client_key = models.TextField(_("khóa riêng của nền tảng"), blank=True, editable=False)
    token_url = models.CharField(_("địa chỉ cấp mã truy cập"), max_length=300, blank=True)
    client_id = models.CharField(_("mã tài khoản (client_id)"), max_length=200, blank=True)
    token_scope = models.CharField(_("phạm vi (scope)"), max_length=200, blank=True)
    sealed_client_secret = models.TextField(_("mật khẩu tài khoản"), blank=True, editable=False)
    procedure_header = models.CharField(_("tiêu đề mang mã thủ tục"), max_length=64, blank=True)
    agency_header = models.CharField(_("tiêu đề mang mã cơ quan khai thác"), max_length=64, blank=True)
    officer_header = models.CharField(_("tiêu đề mang mã cán bộ"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("địa chỉ hệ thống nguồn")
        verbose_name_plural = _("địa chỉ hệ thống nguồn")
        ordering = ["version_id", "environment", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "environment", "place"],
                name="upstream_place_once",
                violation_error_message=_("Môi trường này đã có địa chỉ ở thứ tự này"),
            ),
            models.CheckConstraint(condition=Q(timeout_ms__range=(100, MAX_TIMEOUT_MS)), name="upstream_timeout_30_s"),
            models.CheckConstraint(condition=Q(environment__in=Environment.values), name="upstream_environment_known"),
            models.CheckConstraint(
                condition=Q(client_certificate="", sealed_client_key="", client_valid_to__isnull=True)
                | ~Q(client_certificate="") & ~Q(sealed_client_key="") & Q(client_valid_to__isnull=False),
                name="upstream_client_key_with_certificate",
            ),
            models.CheckConstraint(
                condition=Q(token_url="", client_id="", token_scope="", sealed_client_secret="")
                | ~Q(token_url="") & ~Q(client_id="") & ~Q(sealed_client_secret=""),
                name="upstream_account_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.get_environment_display()}, {self.place}"

    @staticmethod
    def place_of(fingerprint: str) -> str:
        """Return what the sealed private key of the certificate with *fingerprint* is bound to."""
        return f"upstream-key:{fingerprint}"

    @property
    def client(self) -> Shown | None:
        """What may be seen of the platform's certificate here."""
        found = shown(self.client_certificate)
        return found[0] if found else None

    @property
    def authorities(self) -> list[Shown]:
        """What may be seen of the provider's authorities."""
        return shown(self.ca_pem)

    @property
    def authorities_end(self) -> datetime | None:
        """The moment the first of the provider's authorities expires."""
        return min((item.not_after for item in self.authorities), default=None)

    def tls_profile(self, ring: Keyring) -> TlsProfile | None:
        """Return what differs over TLS, the private key opened; None where nothing does.

        Raises ``core.crypto.SealBroken``.
        """
        key = ""
        if self.client_certificate:
            key = ring.open(self.sealed_client_key, place=self.place_of(fingerprint_of(self.client_certificate)))
        profile = TlsProfile(self.tls_name, self.ca_pem, self.client_certificate, key)
        return profile if profile else None

    def account(self, ring: Keyring) -> Account | None:
        """Return the platform's account at the token address, the secret opened; None where none is wanted.

        Raises ``core.crypto.SealBroken``.
        """
        if not self.token_url:
            return None
        secret = ring.open(self.sealed_client_secret, place=place_of(self.token_url, self.client_id))
        tls = tls_at(self.token_url, self.base_url, self.tls_profile(ring))
        return Account(self.token_url, self.client_id, secret, self.token_scope, tls)


auditlog.register(Upstream, exclude_fields=["sealed_client_key", "sealed_client_secret"])

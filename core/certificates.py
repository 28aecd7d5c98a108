"""Reading certificates people hand in: nothing but certificates, in force, fit for what they are meant for.

Every refusal says in Vietnamese what to mend.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.utils.translation import gettext as _

from core import clock

MOST_BYTES = 65_536
MOST_CERTIFICATES = 20
SMALLEST_RSA = 2048
Kind = TypeVar("Kind", bound=x509.ExtensionType)
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
_ATTRIBUTES = re.compile(r"^(?:Bag Attributes|subject|issuer|localKeyID|friendlyName)\b.*$", re.MULTILINE)


class CertificateRefused(ValueError):
    """What was handed in is not used; the text says why."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What people may see of a certificate; ``fingerprint`` is SHA-256 in hex, times are UTC."""

    subject: str
    issuer: str
    fingerprint: str
    not_before: datetime
    not_after: datetime

    @property
    def days_left(self) -> int:
        """Whole days to the end; negative once it is over."""
        return (self.not_after - clock.now()).days


def shown(pem: str) -> list[Shown]:
    """Return what is to be seen of the certificates of *pem*, which were read before; none for ""."""
    return [_shown(item) for item in x509.load_pem_x509_certificates(pem.encode())] if pem else []


def read_authorities(pem: str) -> str:
    """Return *pem*, tidied: certificates of authorities in force and nothing else. Raises CertificateRefused."""
    found = _read(pem)
    for item in found:
        if not _is_authority(item):
            raise CertificateRefused(
                _("Chứng thư «%(name)s» không phải của tổ chức chứng thực (CA).") % {"name": _name(item)}
            )
        _require_in_force(item)
    return _tidied(found)


def read_client(pem: str) -> str:
    """Return *pem*, tidied: the client's certificate first, then what vouches for it. Raises CertificateRefused."""
    found = _read(pem)
    if _is_authority(found[0]):
        raise CertificateRefused(_("Chứng thư đầu tiên phải là của nền tảng, không phải của tổ chức chứng thực (CA)."))
    usages = _extension(found[0], x509.ExtendedKeyUsage)
    if usages is not None and x509.ExtendedKeyUsageOID.CLIENT_AUTH not in usages:
        raise CertificateRefused(_("Chứng thư không được cấp để xác thực bên gọi."))
    for item in found:
        _require_in_force(item)
    return _tidied(found)


def read_key(pem: str, certificate_pem: str) -> str:
    """Return the private key of *pem* as plain PKCS #8; it belongs to the first certificate of *certificate_pem*.

    Raises CertificateRefused, whose text never repeats anything of what was handed in.
    """
    try:
        key = serialization.load_pem_private_key(pem.strip().encode(), password=None)
    except TypeError:
        raise CertificateRefused(_("Khóa riêng đang có mật khẩu; gỡ mật khẩu rồi dán lại.")) from None
    except Exception:  # many kinds from below, all of them unreadable text
        raise CertificateRefused(_("Không đọc được khóa riêng; dán nguyên tệp PEM.")) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise CertificateRefused(_("Khóa riêng phải là RSA, ECDSA hoặc Ed25519."))
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < SMALLEST_RSA:
        raise CertificateRefused(_("Khóa RSA phải từ %(n)s bit.") % {"n": SMALLEST_RSA})
    certificate = x509.load_pem_x509_certificates(certificate_pem.encode())[0]
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise CertificateRefused(_("Khóa riêng không phải của chứng thư này."))
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return plain.decode()


def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 of the first certificate of *pem*, "" for ""."""
    found = shown(pem)
    return found[0].fingerprint if found else ""


def _read(pem: str) -> list[x509.Certificate]:
    if len(pem) > MOST_BYTES:
        raise CertificateRefused(_("Tối đa %(n)s KB.") % {"n": MOST_BYTES // 1024})
    text = _ATTRIBUTES.sub("", pem)
    if "PRIVATE KEY" in text:
        raise CertificateRefused(_("Ở đây chỉ dán chứng thư, không dán khóa riêng."))
    if _CERTIFICATE.sub("", text).strip():
        raise CertificateRefused(_("Chỉ dán chứng thư dạng PEM, không kèm nội dung khác."))
    try:
        found = x509.load_pem_x509_certificates(text.encode())
        for item in found:
            _name(item), item.extensions, item.public_key()
    except Exception:  # as in read_key
        raise CertificateRefused(_("Không đọc được chứng thư; dán nguyên tệp PEM.")) from None
    if len(found) > MOST_CERTIFICATES:
        raise CertificateRefused(_("Tối đa %(n)s chứng thư.") % {"n": MOST_CERTIFICATES})
    return found


def _require_in_force(item: x509.Certificate) -> None:
    now = clock.now()
    values = {"name": _name(item), "day": f"{item.not_valid_after_utc.astimezone(clock.VIETNAM):%d/%m/%Y}"}
    if item.not_valid_after_utc <= now:
        raise CertificateRefused(_("Chứng thư «%(name)s» đã hết hạn ngày %(day)s.") % values)
    if item.not_valid_before_utc > now:
        raise CertificateRefused(_("Chứng thư «%(name)s» chưa có hiệu lực.") % values)


def _is_authority(item: x509.Certificate) -> bool:
    constraints = _extension(item, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _extension(item: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return item.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _name(item: x509.Certificate) -> str:
    return item.subject.rfc4514_string()[:120]


def _shown(item: x509.Certificate) -> Shown:
    return Shown(
        subject=item.subject.rfc4514_string(),
        issuer=item.issuer.rfc4514_string(),
        fingerprint=item.fingerprint(hashes.SHA256()).hex(),
        not_before=item.not_valid_before_utc,
        not_after=item.not_valid_after_utc,
    )


def _tidied(found: list[x509.Certificate]) -> str:
    return "".join(item.public_bytes(serialization.Encoding.PEM).decode() for item in found)

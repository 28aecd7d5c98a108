"""Certificates for tests: an authority of one's own, and what it issues."""

import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core import clock

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Made:
    """A certificate and its key, as PEM."""

    pem: str
    key: str


def _pem_of(key: Key) -> str:
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Issues certificates under a root of its own."""

    def __init__(self, name: str = "CA thử", *, days: int = 365) -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _named(name)
        self._issuer = self._key
        self.pem = self._issue(self._name, self._key, days=days, authority=True).pem

    def server(self, *names: str, days: int = 30) -> Made:
        """Issue a certificate to a server that has *names*."""
        return self._for(names[0], ExtendedKeyUsageOID.SERVER_AUTH, names, days)

    def client(self, name: str = "lgsp", days: int = 30) -> Made:
        """Issue a certificate by which a client shows itself."""
        return self._for(name, ExtendedKeyUsageOID.CLIENT_AUTH, (), days)

    def _for(self, name: str, usage: x509.ObjectIdentifier, names: tuple[str, ...], days: int) -> Made:
        key = ec.generate_private_key(ec.SECP256R1())
        return self._issue(_named(name), key, days=days, usage=usage, names=names)

    def _issue(
        self,
        subject: x509.Name,
        key: Key,
        *,
        days: int,
        authority: bool = False,
        usage: x509.ObjectIdentifier | None = None,
        names: tuple[str, ...] = (),
    ) -> Made:
        now: datetime = clock.now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if usage is not None:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        made = builder.sign(self._issuer, hashes.SHA256())
        return Made(made.public_bytes(serialization.Encoding.PEM).decode(), _pem_of(key))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(made: Made, *, wants_client_of: str = "", version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return a server's context; with *wants_client_of* (PEM) it takes only callers that authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(made.key + made.pem)
        file.flush()
        context.load_cert_chain(file.name)
    if wants_client_of:
        context.load_verify_locations(cadata=wants_client_of)
        context.verify_mode = ssl.CERT_REQUIRED
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context

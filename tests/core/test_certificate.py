"""What a host shows when asked for TLS: chain, name and term judged as a client would, against real handshakes."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import clock, http

Show = Callable[..., str]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _issue(subject: str, *, days: int, host: str, issuer: Any = None) -> tuple[Any, Any]:
    """Return (certificate, key) for *host*, signed by *issuer* or by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.now()
    by, signed_with = (issuer[0].subject, issuer[1]) if issuer else (_name(subject), key)
    authority = issuer is None and not host
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if host:
        built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
    return built.sign(signed_with, hashes.SHA256()), key


def _pem(path: Path, certificate: Any, key: Any) -> Path:
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@pytest.fixture
def show(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Start a TLS server with a certificate and return its address; our own authority is trusted."""
    settings.LOOPBACK_UPSTREAMS = True
    authority = _issue("Tổ chức cấp mẫu", days=400, host="")
    trusted = ssl.create_default_context(cadata=authority[0].public_bytes(serialization.Encoding.PEM).decode())
    monkeypatch.setattr(http, "_trusted", lambda: trusted)
    opened: list[socket.socket] = []

    def serve(*, days: int = 200, host: str = "127.0.0.1", own: bool = False) -> str:
        made = _issue("Máy chủ mẫu", days=days, host=host, issuer=None if own else authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_pem(tmp_path / f"{len(opened)}.pem", *made))
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def answer() -> None:
            while True:
                try:
                    plain, _peer = listener.accept()
                    with plain:
                        plain.settimeout(5)
                        context.wrap_socket(plain, server_side=True).close()
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=answer, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for listener in opened:
        listener.close()


@pytest.mark.clause("QC9.4")
@pytest.mark.parametrize(
    ("made", "fault"),
    [
        ({}, ""),
        ({"days": -2}, "expired"),
        ({"own": True}, "self-signed"),
        ({"host": "127.0.0.2"}, "wrong-name"),
    ],
)
def test_chain_name_and_term_are_judged_as_a_client_would(show: Show, made: dict[str, Any], fault: str) -> None:
    shown = http.show_certificate(show(**made), timeout=5)
    assert (shown.fault, shown.protocol) == (fault, "TLSv1.3")
    assert shown.names == (made.get("host", "127.0.0.1"),)
    assert shown.not_after.tzinfo is not None


def test_what_speaks_no_tls_or_lies_out_of_reach_is_no_certificate(settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = False
    with pytest.raises(http.Unreachable) as refused:
        http.show_certificate("https://127.0.0.1:9", timeout=1)
    assert refused.value.reason == "refused-address"
    settings.LOOPBACK_UPSTREAMS = True
    with pytest.raises(http.Unreachable) as refused:
        http.show_certificate("https://127.0.0.1:9", timeout=1)
    assert refused.value.reason == "no-connection"

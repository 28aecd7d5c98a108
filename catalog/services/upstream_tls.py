"""What differs over TLS at one address: read, judged, the private key sealed."""

import re
import ssl
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Upstream
from catalog.models.upstreams import keyring
from catalog.services.judging import Errors
from core.certificates import CertificateRefused, fingerprint_of, read_authorities, read_client, read_key, shown
from core.tls import make_context

PEM = ("ca_pem", "client_certificate")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\Z")
_READERS: Mapping[str, Callable[[str], str]] = {"ca_pem": read_authorities, "client_certificate": read_client}


def set_tls(upstream: Upstream, values: Mapping[str, Any], client_key: str) -> Errors:
    """Put *values* into *upstream*, certificates tidied and the key sealed; return what is wrong, by field.

    A certificate that stays is not judged again: an expired one does not stop other changes.
    """
    errors, before = Errors(), {name: getattr(upstream, name) for name in PEM}
    sealed_for = fingerprint_of(before["client_certificate"])
    for name, value in values.items():
        setattr(upstream, name, value.lower() if name == "tls_name" else value)
    for name in PEM:
        if (found := _read(name, getattr(upstream, name), before[name], errors)) is not None:
            setattr(upstream, name, found)
    if "client_certificate" not in errors:
        _set_key(upstream, sealed_for, client_key, errors)
    _judge_whole(upstream, errors)
    return errors


def _read(name: str, text: str, before: str, errors: Errors) -> str | None:
    """Return the tidied certificates, None where they stay as they are or are wrong."""
    if not text or _plain(text) == _plain(before):
        return before if text else ""
    try:
        return _READERS[name](text)
    except CertificateRefused as refused:
        errors[name] = [str(refused)]
        return None


def _plain(text: str) -> str:
    return "\n".join(text.split())


def _set_key(upstream: Upstream, sealed_for: str, client_key: str, errors: Errors) -> None:
    fingerprint = fingerprint_of(upstream.client_certificate)
    if not fingerprint:
        upstream.sealed_client_key, upstream.client_valid_to = "", None
        if client_key.strip():
            errors["client_certificate"] = [_("Nhập chứng thư đi cùng khóa riêng")]
        return
    upstream.client_valid_to = shown(upstream.client_certificate)[0].not_after
    if not client_key.strip():
        if fingerprint != sealed_for:
            errors["client_key"] = [_("Nhập khóa riêng của chứng thư mới")]
        return
    try:
        key = read_key(client_key, upstream.client_certificate)
    except CertificateRefused as refused:
        errors["client_key"] = [str(refused)]
        return
    upstream.sealed_client_key = keyring(settings.FIELD_KEYS).seal(key, place=Upstream.place_of(fingerprint))


def _judge_whole(upstream: Upstream, errors: Errors) -> None:
    if upstream.tls_name and not _is_name(upstream.tls_name):
        errors["tls_name"] = [_("Nhập tên máy chủ hoặc địa chỉ IP như ghi trong chứng thư, ví dụ api.soyte.example")]
    given = [name for name in ("tls_name", *PEM) if getattr(upstream, name)]
    if given and not upstream.base_url.startswith("https://"):
        errors.setdefault(given[0], []).append(_("Chỉ dùng với địa chỉ bắt đầu bằng https://"))
    if errors or not given:
        return
    try:
        make_context(upstream.tls_profile(keyring(settings.FIELD_KEYS)))  # type: ignore[arg-type]
    except (ssl.SSLError, ValueError):
        errors[given[-1]] = [_("Bộ thư viện TLS không dùng được chứng thư này.")]


def _is_name(name: str) -> bool:
    if _NAME.match(name):
        return True
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* as a fact keeps them: of certificates the fingerprints."""
    return {
        name: [item.fingerprint for item in shown(value)] if name in PEM and value else value
        for name, value in values.items()
    }


def open_client_key(upstream: Upstream) -> str:
    """Return the private key at *upstream*, to be sealed again beside a copy of its certificate; "" without one."""
    profile = upstream.tls_profile(keyring(settings.FIELD_KEYS))
    return profile.key if profile is not None else ""

"""Proof that somebody holds a key: a signature over a challenge of ours, in words that no other signature uses."""

import base64
import binascii
import hmac

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.utils.translation import gettext as _

LABEL = "lgsp-key-proof-1"
_LONGEST = 1000


def proof_text(access_key: str, challenge: str) -> str:
    """Return the one line that the holder of *access_key* signs: label, key and challenge."""
    return f"{LABEL} {access_key} {challenge}"


def proves(*, hmac_key: bytes | None, public_key: bytes | None, text: str, proof: str) -> bool:
    """Return whether *proof* (base64) is the HMAC-SHA256, or the Ed25519 signature, of *text* by the key given."""
    try:
        raw = base64.b64decode("".join(proof.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    if public_key is None:
        return hmac.compare_digest(hmac.digest(hmac_key or b"", text.encode(), "sha256"), raw)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_public_key(text: str) -> str:
    """Return an Ed25519 public key, given as PEM or as the base64 of its 32 bytes, as that base64.

    Raises ValueError with what is wrong and how to mend it.
    """
    text = text.strip()
    if "PRIVATE" in text:
        raise ValueError(_("Đây là khóa riêng; giữ kín và không gửi cho ai. Dán khóa công khai"))
    raw = _pem(text) if text.startswith("-----BEGIN") else _base64(text)
    if len(set(raw)) < 4:
        raise ValueError(_("Khóa công khai quá đơn giản; tạo một cặp khóa Ed25519 khác"))
    return base64.b64encode(raw).decode()


def _pem(text: str) -> bytes:
    try:
        found = load_pem_public_key(text.encode()[:_LONGEST])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(_("Không đọc được khóa PEM; dán trọn khối, từ dòng đầu tới dòng cuối")) from error
    if isinstance(found, Ed25519PublicKey):
        return found.public_bytes(Encoding.Raw, PublicFormat.Raw)
    raise ValueError(_("Khóa không phải Ed25519; tạo một cặp khóa Ed25519 rồi dán khóa công khai"))


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ValueError(_("Dán khóa công khai Ed25519: khối PEM hoặc base64 của 32 byte"))
    return raw

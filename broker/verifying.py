"""The other half of ``signing``: reading the signature headers strictly, and checking a signature against a key.

The client chooses nothing: any other component list, order, label or algorithm is a signature that does not fit. Only
what cannot be read at all (a time that is no time, a nonce of the wrong size) is told as malformed (decisions, 5).
"""

import binascii
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from broker.problems import refusal
from broker.signing import COMPONENTS, HMAC_SHA256, OFFICER, PROCEDURE

PAST_SECONDS, AHEAD_SECONDS = 300, 60
_LISTED = re.escape(" ".join(f'"{name}"' for name in COMPONENTS))
_CREATED = r"[0-9]{1,11}"
_NONCE = r"[A-Za-z0-9_-]{22,128}"
_PROFILE = re.compile(
    rf'lgsp=(?P<params>\({_LISTED}(?P<served> "{PROCEDURE}")?(?P<asking> "{OFFICER}")?\)'
    rf';created=(?P<created>{_CREATED});nonce="(?P<nonce>{_NONCE})"'
    r';keyid="(?P<keyid>[!#-\[\]-~]{1,128})";alg="(?P<alg>[a-z0-9-]{1,32})";tag="lgsp-1")'
)
_SIGNATURE = re.compile(r"lgsp=:([A-Za-z0-9+/]{2,128}={0,2}):")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_GIVEN = {
    "created": re.compile(r";created=([^;]*)"),
    "nonce": re.compile(r';nonce=(?:"([^"]*)"|[^;]*)'),
}


@lru_cache(maxsize=1024)
def _moment(created: int) -> datetime:
    return datetime.fromtimestamp(created, tz=UTC)


@dataclass(slots=True)
class Signed:
    """What the signature headers say, before anybody has checked it."""

    params: str
    created: int
    nonce: str
    keyid: str
    alg: str
    signature: bytes
    # Whether the signature covers the header that names the administrative procedure, and that of the officer.
    covers_procedure: bool = False
    covers_officer: bool = False

    @property
    def moment(self) -> datetime:
        """The time of signing."""
        return _moment(self.created)


def read(signature_input: str, signature: str) -> Signed:
    """Read both headers. Raises a refusal: malformed time or nonce, else a signature that cannot fit."""
    found = _PROFILE.fullmatch(signature_input)
    if found is None:
        raise _why(signature_input)
    given = _SIGNATURE.fullmatch(signature)
    raw = _base64(given.group(1)) if given else None
    if raw is None:
        raise refusal("signature-invalid")
    params, served, asking, created, nonce, keyid, alg = found.groups()
    return Signed(params, int(created), nonce, keyid, alg, raw, served is not None, asking is not None)


def _why(signature_input: str) -> Exception:
    if signature_input.startswith("lgsp=(") and "," not in signature_input:
        for name, pattern in (("created", _CREATED), ("nonce", _NONCE)):
            given = _GIVEN[name].findall(signature_input)
            if len(given) != 1 or not re.fullmatch(pattern, given[0]):
                return refusal("malformed-request", where=f"Signature-Input ({name})")
    return refusal("signature-invalid")


# The digest of nothing comes with every call that has no content.
@lru_cache(maxsize=256)
def read_digest(content_digest: str) -> bytes:
    """Return the 32 bytes of a ``Content-Digest`` header: exactly one algorithm, sha-256. Raises a refusal."""
    found = _DIGEST.fullmatch(content_digest)
    raw = _base64(found.group(1)) if found else None
    if raw is None:
        raise refusal("malformed-request", where="Content-Digest")
    return raw


def _base64(text: str) -> bytes | None:
    """Decode canonical base64 only: one text for one value."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    return raw if binascii.b2a_base64(raw, newline=False).decode() == text else None


def _hmac_sha256(secret: bytes, text: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(secret, text, "sha256"), signature)


def _ed25519(public: bytes, text: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


# The key's own record names its algorithm; the header only has to agree.
VERIFIERS: dict[str, Callable[[bytes, bytes, bytes], bool]] = {HMAC_SHA256: _hmac_sha256, "ed25519": _ed25519}


def fits(algorithm: str, secret: bytes, text: bytes, signed: Signed) -> bool:
    """Return whether the signature was made over *text* by this key; an algorithm we do not know never fits."""
    verifier = VERIFIERS.get(algorithm, _hmac_sha256)
    return verifier(secret, text, signed.signature) and signed.alg == algorithm and algorithm in VERIFIERS


def check_time(created: int, now: datetime) -> None:
    """Raise ``clock-skew`` unless *created* lies in [now - 300 s, now + 60 s]."""
    skew = created - int(now.timestamp())
    if not -PAST_SECONDS <= skew <= AHEAD_SECONDS:
        server_time = now.isoformat(timespec="seconds").replace("+00:00", "Z")
        error = refusal("clock-skew", skew=skew, server_time=server_time)
        raise error.with_members(server_time=server_time, skew_seconds=skew)

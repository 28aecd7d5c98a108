"""What a system proves itself by. A secret is in no ``repr``, no message and no pickle."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class SigningKey(Protocol):
    """A key as calls are signed with it."""

    @property
    def access_key(self) -> str:
        """The public name of the key, ``ak_…``."""

    @property
    def algorithm(self) -> str:
        """The name of RFC 9421 for how it signs."""

    def sign(self, text: bytes) -> bytes:
        """Return the signature over *text*."""


class _Guarded:
    """Shows its access key and nothing else, and does not let itself be written away."""

    __slots__ = ("_access_key",)
    algorithm = ""

    def __init__(self, access_key: str) -> None:
        if not access_key.startswith("ak_") or not access_key.isascii() or not access_key.isprintable():
            # What was given may be the secret in the wrong place: it is not repeated.
            raise ValueError("the access key begins with ak_; was the secret given in its place?")
        self._access_key = access_key

    @property
    def access_key(self) -> str:
        """The public name of the key, ``ak_…``."""
        return self._access_key

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._access_key!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled or copied: make it again where it is needed")


class HmacKey(_Guarded):
    """An access key with its secret, ``sk_…``, for HMAC-SHA256."""

    __slots__ = ("_secret",)
    algorithm = "hmac-sha256"

    def __init__(self, access_key: str, secret: str) -> None:
        super().__init__(access_key)
        if not secret:
            raise ValueError("the secret is empty")
        self._secret = secret.encode()

    @classmethod
    def from_environment(cls, prefix: str = "LGSP_") -> HmacKey:
        """Read ``LGSP_ACCESS_KEY`` and ``LGSP_SECRET``. Raises ``ValueError`` naming the one that is absent."""
        found = [os.environ.get(f"{prefix}{name}", "") for name in ("ACCESS_KEY", "SECRET")]
        for name, text in zip(("ACCESS_KEY", "SECRET"), found):
            if not text:
                raise ValueError(f"the environment variable {prefix}{name} is not set")
        return cls(*found)

    def sign(self, text: bytes) -> bytes:
        """Return the HMAC over *text*; the key is the text of the secret itself."""
        return hmac.digest(self._secret, text, "sha256")

    def basic(self) -> bytes:
        """Return what ``Authorization: Basic`` encodes; neither part has a sign that would have to be escaped."""
        return self._access_key.encode() + b":" + self._secret


class Ed25519Key(_Guarded):
    """An access key whose private half never leaves the system. Needs the extra ``lgsp-client[ed25519]``."""

    __slots__ = ("_private",)
    algorithm = "ed25519"

    def __init__(self, access_key: str, pem: bytes, password: bytes | None = None) -> None:
        super().__init__(access_key)
        self._private = _load(pem, password)

    @classmethod
    def from_file(cls, access_key: str, path: str | os.PathLike[str], password: bytes | None = None) -> Ed25519Key:
        """Read the private key from a PEM file (PKCS 8)."""
        with open(path, "rb") as file:
            return cls(access_key, file.read(), password)

    def sign(self, text: bytes) -> bytes:
        """Return the signature over *text*."""
        return self._private.sign(text)


def _load(pem: bytes, password: bytes | None) -> Ed25519PrivateKey:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as absent:
        raise ImportError("Ed25519 keys need: pip install 'lgsp-client[ed25519]'") from absent
    key = load_pem_private_key(pem, password)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the file holds a key of another kind than Ed25519")  # noqa: TRY004 - the content is wrong
    return key

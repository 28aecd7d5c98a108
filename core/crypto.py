"""Secrets at rest: AES-256-GCM with a named key, bound to the place where the secret lives.

A sealed value is ``<key name>:<base64url(nonce + ciphertext)>``. The key name makes rotation possible; the associated
data (for example ``"totp:17"``) makes a value copied to another row unreadable.
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealBroken(ValueError):
    """The value was not sealed by a key we hold, was altered, or was moved to another place."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Named 32-byte keys; the first one seals, all of them open."""

    keys: Mapping[str, bytes]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read ``name:base64,name:base64`` (newest first). Raises ValueError saying what is wrong with which key."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, _, encoded = part.partition(":")
            try:
                raw = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise ValueError(f"field key {name!r} is not base64") from error
            if len(raw) != _KEY_BYTES:
                raise ValueError(f"field key {name!r} has {len(raw)} bytes, needs {_KEY_BYTES}")
            keys[name] = raw
        if not keys:
            raise ValueError("no field key given")
        return cls(keys)

    def seal(self, plain: str, *, place: str) -> str:
        """Encrypt *plain* for *place* with the newest key."""
        name, key = next(iter(self.keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), f"{name}|{place}".encode())
        return f"{name}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """Decrypt a value sealed for *place*. Raises :class:`SealBroken`."""
        name, _, encoded = sealed.partition(":")
        try:
            raw = base64.urlsafe_b64decode(encoded)
            plain = AESGCM(self.keys[name]).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{name}|{place}".encode())
        except (KeyError, InvalidTag, binascii.Error, ValueError) as error:
            raise SealBroken(f"cannot open the value sealed for {place}") from error
        if base64.urlsafe_b64encode(raw).decode() != encoded:
            raise SealBroken(f"the value sealed for {place} is spelled in another way")
        return plain.decode()

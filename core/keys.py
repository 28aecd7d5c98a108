"""Access keys and secrets of systems (Q50-11.2): how they are made, and how a mistyped one is told from a wrong one.

``ak_test_…`` / ``ak_live_…`` is public, ``sk_test_…`` / ``sk_live_…`` secret. The last six characters are a CRC-32 of
what stands before them, in base 62, so that secret scanners and forms recognise our keys without asking anybody.
"""

import secrets
import zlib
from typing import Literal

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUBLIC_LENGTH = 22  # 131 bits: never guessed, never twice
SECRET_LENGTH = 43  # 256 bits
TAIL_LENGTH = 6  # 62^6 > 2^32
_MARKS = {"sandbox": "test", "live": "live"}
_ENVIRONMENTS = {mark: environment for environment, mark in _MARKS.items()}
_LENGTHS = {"ak": PUBLIC_LENGTH, "sk": SECRET_LENGTH}


def new_access_key(environment: str) -> str:
    """Return a new public key of *environment* (``"sandbox"`` or ``"live"``). Raises KeyError for any other."""
    return _sealed(f"ak_{_MARKS[environment]}_{_random(PUBLIC_LENGTH)}")


def new_secret(environment: str) -> str:
    """Return a new secret of *environment*; its UTF-8 bytes are the HMAC key. Raises KeyError as above."""
    return _sealed(f"sk_{_MARKS[environment]}_{_random(SECRET_LENGTH)}")


def well_formed(text: str, kind: Literal["ak", "sk"] | None = None) -> bool:
    """Return whether *text* is one of our keys (of *kind*, when given), typed without a slip."""
    parts = text.split("_")
    if len(parts) != 3 or (kind and parts[0] != kind) or parts[0] not in _LENGTHS or parts[1] not in _ENVIRONMENTS:
        return False
    if len(parts[2]) != _LENGTHS[parts[0]] + TAIL_LENGTH or not set(parts[2]) <= set(ALPHABET):
        return False
    return text[-TAIL_LENGTH:] == _tail(text[:-TAIL_LENGTH])


def environment_of(text: str) -> str:
    """Return the environment a key names, "" when it names none."""
    parts = text.split("_")
    return _ENVIRONMENTS.get(parts[1], "") if len(parts) == 3 else ""


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _sealed(body: str) -> str:
    return body + _tail(body)


def _tail(body: str) -> str:
    rest = zlib.crc32(body.encode())
    tail = ""
    for _ in range(TAIL_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        tail = ALPHABET[digit] + tail
    return tail

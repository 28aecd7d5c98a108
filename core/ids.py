"""Identifiers we issue: time-ordered request ids and short codes that people can read out."""

import secrets
import time
import uuid
from random import getrandbits

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM, _VERSION = ~(0xF << 76 | 0x3 << 62), 0x7 << 76 | 0x2 << 62
_new, _set = object.__new__, object.__setattr__
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": "", " ": ""})


def uuid7() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then random bits."""
    # Unique, not secret: each process has its own generator, also after a fork.
    value = time.time_ns() // 1_000_000 << 80 | getrandbits(80) & _RANDOM | _VERSION
    # The constructor tries six spellings first and costs a call of the broker more than all the rest of this.
    made = _new(uuid.UUID)
    _set(made, "int", value)
    _set(made, "is_safe", uuid.SafeUUID.unknown)
    return made


def spoken_code(length: int = 8) -> str:
    """Return *length* random Crockford base32 characters (5 bits each), easy to read over a telephone."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


def tidy_spoken_code(typed: str) -> str:
    """Return what a person typed as a spoken code: upper case, look-alike letters mended, separators dropped."""
    return typed.upper().translate(_LOOKALIKES)

"""Checking a report by its code and its file by its hash, for anybody, with tries counted (U8); nothing is kept."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256

from django.conf import settings

from core.tries import give_back, take_try
from reports.selectors.verification import Published, published

ROOM, HASHING = "verify-report", "hash-report"
#: Files one address may have hashed within so long: bounds the work, there is nothing to guess.
FILES, WITHIN = 30, timedelta(minutes=10)
_LONGEST_CODE = 40


def verify_report(*, code: str, address: str | None) -> Published | None:
    """Return what the public may know of the report with *code*; None where none that is published bears it.

    Raises TooMany after ``LOOKUP_TRIES`` such codes in a row from one address, DomainError ``unavailable`` where tries
    cannot be counted.
    """
    keys = (f"address:{address or 'unknown'}",)
    take_try(ROOM, keys, limit=settings.LOOKUP_TRIES, seconds=settings.LOOKUP_LOCK_SECONDS)
    found = published(code) if len(code) <= _LONGEST_CODE else None
    if found is not None:
        give_back(ROOM, keys)
    return found


def hash_of(pieces: Iterable[bytes], *, address: str | None) -> str:
    """Return the SHA-256 of a file given piece by piece. Raises TooMany after :data:`FILES` from one address."""
    seconds = int(WITHIN.total_seconds())
    take_try(HASHING, [f"address:{address or 'unknown'}"], limit=FILES, seconds=seconds, guessing=False)
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()

"""Checking a paper by its code, for anybody, with tries counted as for the other public look-ups (U8)."""

from django.conf import settings
from django.utils.module_loading import import_string

from connections.selectors.printouts import Checked
from core.tries import give_back, take_try

ROOM = "verify"


def verify(*, code: str, address: str | None) -> Checked | None:
    """Return what the public may know of the paper with *code*, None where no paper of any floor bears it.

    Raises TooMany after ``LOOKUP_TRIES`` codes in a row that none bears from one address, DomainError ``unavailable``
    where tries cannot be counted.
    """
    keys = (f"address:{address or 'unknown'}",)
    take_try(ROOM, keys, limit=settings.LOOKUP_TRIES, seconds=settings.LOOKUP_LOCK_SECONDS)
    sources = map(import_string, settings.PAPER_CHECKS)
    found = next((known for source in sources if (known := source(code)) is not None), None)
    if found is not None:
        give_back(ROOM, keys)
    return found

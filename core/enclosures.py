"""Files that go with a letter: named in the outbox, made by the floor that owns them when the letter leaves.

A paper is rendered for longer than a deed may take and is larger than a row of the outbox should be. The roof names
what makes each kind (``ENCLOSURE_SOURCES``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file of a letter."""

    name: str
    content: bytes
    content_type: str


def reference(kind: str, pk: int) -> str:
    """Return what the outbox keeps of a file: its kind and key."""
    return f"{kind}:{pk}"


def enclosure_of(kept: str) -> Enclosure | None:
    """Return the file *kept* names; None for "" and for what is no longer to be handed out."""
    if not kept:
        return None
    kind, _colon, pk = kept.partition(":")
    make: Callable[[int], Enclosure | None] = import_string(settings.ENCLOSURE_SOURCES[kind])
    return make(int(pk))

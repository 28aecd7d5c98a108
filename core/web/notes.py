"""Notes that higher floors leave on a lower floor's pages; the roof names their functions in its settings.

As with ``core.web.boards``: the page of a thing cannot import who stands above it, so it asks the functions of
``NOTE_SOURCES[kind]`` with the id of the thing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Note:
    """A term and a state as a tag of *kind*, with the moment it was true ("Số liệu đến …"); with *url* a link."""

    term: StrOrPromise
    text: StrOrPromise
    kind: str
    as_of: datetime | None = None
    url: str = ""


def notes_on(kind: str, pk: int) -> list[Note]:
    """Return what the floors above say about the thing of *kind* with id *pk*."""
    return [note for path in settings.NOTE_SOURCES.get(kind, ()) for note in import_string(path)(pk)]

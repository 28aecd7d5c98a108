"""Notes that higher floors leave on a lower floor's pages; the roof names their functions in its settings.

As with ``core.web.boards``: the page of a thing cannot import who stands above it, so it asks the functions of
``NOTE_SOURCES[kind]`` with the id of the thing, and those of ``PART_SOURCES[kind]`` with the id and the reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise

from core.actor import Actor


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


@dataclass(frozen=True, slots=True)
class PartRow:
    """One line of a part: what it is, where it leads if anywhere, more about it, how it stands as a tag of *kind*."""

    title: StrOrPromise
    url: str = ""
    hint: StrOrPromise = ""
    tag: StrOrPromise = ""
    kind: str = "quiet"


@dataclass(frozen=True, slots=True)
class Part:
    """A section a higher floor adds to the page of a thing: rows, or *template* drawn with *context*.

    *place* "action" puts it into the head of the page (a button), "body" below the rest. *empty* says why there are
    no rows; a part without rows, template and *empty* text is not shown.
    """

    key: str
    title: StrOrPromise
    rows: Sequence[PartRow] = ()
    lead: StrOrPromise = ""
    empty: StrOrPromise = ""
    place: str = "body"
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def parts_on(kind: str, pk: int, actor: Actor) -> list[Part]:
    """Return the sections the floors above add for *actor* to the thing of *kind* with id *pk*, as they are named."""
    found = [part for path in settings.PART_SOURCES.get(kind, ()) for part in import_string(path)(pk, actor)]
    return [part for part in found if part.rows or part.template or part.empty]

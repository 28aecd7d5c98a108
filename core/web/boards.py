"""What the portal shows on every floor's behalf: work that waits for a person, boards beside it, the navigation.

Lower floors cannot import higher ones, so the roof names each floor's functions in its settings
(``WORKBENCH_SOURCES``, ``BOARD_SOURCES``, ``NAVIGATION_SOURCES``) and the pages ask them in that order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise

from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for the person: a verb, why, where, and working days left (negative: overdue)."""

    title: StrOrPromise
    hint: StrOrPromise
    url: str
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One thing on a board: what it is, where it leads, and how it stands as a tag of *kind* and a deadline."""

    title: StrOrPromise
    url: str
    hint: StrOrPromise = ""
    tag: StrOrPromise = ""
    kind: str = "quiet"
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A part of the workbench that is read, not worked off: *empty* says why nothing stands there."""

    title: StrOrPromise
    rows: Sequence[BoardRow]
    empty: StrOrPromise
    more: StrOrPromise = ""
    more_url: str = ""


# A label, its address, and its place among the others (small comes first).
Entry = tuple[StrOrPromise, str, int]


@cache
def _sources(setting: str) -> tuple[Callable[[Actor], list[Any]], ...]:
    return tuple(import_string(path) for path in getattr(settings, setting))


def tasks_for(actor: Actor) -> list[Task]:
    """Return what waits for *actor* on every floor: what has a deadline first, the nearest on top."""
    found: list[Task] = [task for source in _sources("WORKBENCH_SOURCES") for task in source(actor)]
    return sorted(found, key=lambda task: (task.days_left is None, task.days_left or 0))


def boards_for(actor: Actor) -> list[Board]:
    """Return the boards of every floor for *actor*, in the order of the floors."""
    return [board for source in _sources("BOARD_SOURCES") for board in source(actor)]


def footer_for(actor: Actor, page: str, request_id: str) -> list[tuple[StrOrPromise, str]]:
    """Return what every floor puts at the foot of *page*, asked for under *request_id*, in its order."""
    found: list[Entry] = [
        entry for path in settings.FOOTER_SOURCES for entry in import_string(path)(actor, page, request_id)
    ]
    return [(label, url) for label, url, _place in sorted(found, key=lambda entry: entry[2])]


def navigation_for(actor: Actor) -> list[tuple[StrOrPromise, str]]:
    """Return the entries *actor* may use, in their order."""
    found: list[Entry] = [entry for source in _sources("NAVIGATION_SOURCES") for entry in source(actor)]
    return [(label, url) for label, url, _place in sorted(found, key=lambda entry: entry[2])]

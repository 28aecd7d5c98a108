"""What the example server knows of the catalogue: one version at a time, kept a few seconds, then looked at again."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from django.db import close_old_connections

from catalog.choices import CALLABLE
from catalog.models import ApiDescription, ServiceVersion
from catalog.openapi import Refused, read
from catalog.openapi.exchanges import Exchange, exchange_of
from catalog.openapi.shapes import Document
from lgsp.examples.answers import Book, Leaf

log = structlog.get_logger(__name__)
FRESH_SECONDS, MOST_BOOKS = 5.0, 200
Stamp = tuple[int, int, int]  # version, its revision, the description applied to it (0: none)


@dataclass(slots=True)
class Kept:
    """A book, what it was read from, and until when nobody asks again."""

    stamp: Stamp | None
    book: Book | None
    until: float


class Shelf:
    """Books of versions in force; one that was withdrawn is gone within seconds."""

    def __init__(self, *, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock, self._fresh = threading.Lock(), fresh_seconds

    def book(self, service: str, version: str) -> Book | None:
        """Return what *version* of *service* answers; None for one that is not in force. Raises DatabaseError."""
        place = service[:64], version[:8]
        kept = self._kept.get(place)
        if kept is not None and kept.until > time.monotonic():
            return kept.book
        with self._lock:
            return self._look(place)

    def _look(self, place: tuple[str, str]) -> Book | None:
        close_old_connections()
        try:
            stamp, kept = _stamp(*place), self._kept.get(place)
            book = kept.book if kept is not None and kept.stamp == stamp else _read(*place, stamp)
        finally:
            close_old_connections()
        self._kept[place] = Kept(stamp, book, time.monotonic() + self._fresh)
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_BOOKS:
            self._kept.popitem(last=False)
        return book


def _stamp(service: str, name: str) -> Stamp | None:
    found = ServiceVersion.objects.filter(service__code=service, name=name, state__in=CALLABLE)
    row = found.values_list("pk", "revision").first()
    if row is None:
        return None
    applied = ApiDescription.objects.filter(version_id=row[0], applied_at__isnull=False).order_by("-applied_at")
    return row[0], row[1], applied.values_list("pk", flat=True).first() or 0


def _read(service: str, name: str, stamp: Stamp | None) -> Book | None:
    if stamp is None:
        return None
    document = _document(stamp[2])
    version = ServiceVersion.objects.prefetch_related("operations__elements").get(pk=stamp[0])
    leaves = []
    for item in version.operations.all():
        told = exchange_of(document, item.method, item.template) if document else Exchange()
        fields = tuple((element.name, element.label, element.data_type) for element in item.elements.all())
        leaves.append(Leaf(item.method, item.template, item.record_path, fields, told.status, told.answer))
    return Book.of(service, name, leaves)


def _document(pk: int) -> Document | None:
    found = ApiDescription.objects.filter(pk=pk).first()
    if found is None:
        return None
    try:
        return read(bytes(found.content))
    except Refused:
        log.warning("examples.description_not_readable", description=pk)
        return None

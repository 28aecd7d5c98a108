"""Where the content of an answer goes, piece by piece: into memory, or into a file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, Protocol, TypeVar

from lgsp_client.answers import Answer, Download, Headers
from lgsp_client.errors import UnexpectedAnswer

T_co = TypeVar("T_co", covariant=True)


class Sink(Protocol[T_co]):
    """Takes the pieces of one answer; ``blocks`` says whether that may wait for a disk."""

    blocks: bool

    def add(self, piece: bytes) -> None:
        """Take one piece."""

    def done(self) -> T_co:
        """Return what all pieces make."""

    def drop(self) -> None:
        """Leave nothing behind of an answer that did not come whole."""


# Makes the sink of an answer from its status and headers; raises for one that is not to be taken in.
Take = Callable[[int, Headers], Sink[T_co]]


@contextlib.contextmanager
def filling(sink: Sink[Any]) -> Iterator[None]:
    """Drop what was taken in when the rest does not come."""
    try:
        yield
    except BaseException:
        sink.drop()
        raise


class Held:
    """An answer held in memory. Raises :class:`UnexpectedAnswer` beyond *most* bytes."""

    blocks = False

    def __init__(self, status: int, headers: Headers, most: int) -> None:
        self._status, self._headers, self._most = status, headers, most
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Take one piece."""
        self._size += len(piece)
        if self._size > self._most:
            text = f"the answer has more than {self._most} bytes: write it to a file with download()"
            raise UnexpectedAnswer(text, self._status, self._headers.get("x-request-id", ""))
        self._parts.append(piece)

    def done(self) -> Answer:
        """Return the answer."""
        return Answer(self._status, self._headers, b"".join(self._parts))

    def drop(self) -> None:
        """Forget the pieces."""
        self._parts.clear()


class Poured:
    """An answer written to a file, which appears when it is whole; what was there before stays until then.

    Raises :class:`UnexpectedAnswer` for an answer without content of its own.
    """

    blocks = True

    def __init__(self, status: int, headers: Headers, path: Path) -> None:
        if status != 200:
            raise UnexpectedAnswer("no content to write", status, headers.get("x-request-id", ""))
        self._status, self._headers, self._path = status, headers, path
        self._digest, self._size = hashlib.sha256(), 0
        handle, self._name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        self._file = os.fdopen(handle, "wb")

    def add(self, piece: bytes) -> None:
        """Write one piece."""
        self._file.write(piece)
        self._digest.update(piece)
        self._size += len(piece)

    def done(self) -> Download:
        """Let the file appear."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._name, self._path)
        return Download(self._status, self._headers, self._path, self._size, self._digest.hexdigest())

    def drop(self) -> None:
        """Remove what was written."""
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._name)

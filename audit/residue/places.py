"""The places: every row of the database, every key of the cache, every file, and what is packed inside files."""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from redis import ConnectionPool, Redis

from audit.residue.spellings import Needle, find, longest

_PIECE = 4 * 1024 * 1024
# What is packed is unpacked so far and so deep; a bomb ends there.
_UNPACKED = 256 * 1024 * 1024
_DEPTH = 3
_STREAM = re.compile(rb"stream\r?\n")


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found: in which place, where there, in which spelling."""

    place: str
    where: str
    word: str
    spelling: str


class Places:
    """Searches for some words and counts what was looked at; what could not be read is said, not passed over."""

    def __init__(self, words: Iterable[Needle]) -> None:
        self.needles: Sequence[Needle] = list(words)
        self.overlap = longest(self.needles)
        self.hits: list[Hit] = []
        self.unread: list[str] = []
        self.rows = self.keys = self.files = self.size = 0

    def look(self, place: str, where: str, content: bytes) -> None:
        """Look at one piece."""
        self.size += len(content)
        self.hits += [Hit(place, where, word, spelling) for word, spelling in find(self.needles, content)]

    def database(self, connection: Any) -> None:
        """Look at every column of every table of *connection* (psycopg), as COPY writes it: bytes are hex there."""
        for schema, table, columns in connection.execute(_TABLES).fetchall():
            with connection.cursor().copy(f'copy "{schema}"."{table}" to stdout') as copy:
                for row in copy:
                    self.rows += 1
                    self._row(table, columns, bytes(row))

    def _row(self, table: str, columns: Sequence[str], row: bytes) -> None:
        self.size += len(row)
        if not find(self.needles, row):
            return
        for column, content in zip(columns, row.rstrip(b"\n").split(b"\t"), strict=False):
            found = find(self.needles, content)
            self.hits += [Hit("database", f"{table}.{column}", word, spelling) for word, spelling in found]

    def cache(self, client: Redis) -> None:
        """Look at the names and values of every key of every database of the server."""
        pool = client.connection_pool
        for number in _databases(client):
            there = ConnectionPool(pool.connection_class, **{**pool.connection_kwargs, "db": number})
            with Redis.from_pool(there) as one:
                for key in one.scan_iter(count=1000):
                    self.keys += 1
                    self.look("cache", f"{number}: {key!r}", b"\n".join([key, *_values(one, key)]))

    def folder(self, place: str, root: Path, *, without: Sequence[Path] = ()) -> None:
        """Look at every file below *root* but those below *without*, and at what is packed inside."""
        for folder, folders, names in os.walk(root, onerror=self._not_read):
            folders[:] = [name for name in folders if Path(folder, name) not in without]
            if Path(folder) in without:
                continue
            for name in sorted(names):
                path = Path(folder, name)
                if path.is_file() and not path.is_symlink():
                    self.file(place, path)

    def _not_read(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            self.unread.append(str(error.filename))

    def file(self, place: str, path: Path) -> None:
        """Look at one file; one that is gone meanwhile is left out."""
        try:
            with path.open("rb") as stream:
                self.files += 1
                self._stream(place, str(path), stream)
                stream.seek(0)
                self._packed(place, str(path), stream, 0)
        except OSError as error:
            self._not_read(error)

    def _stream(self, place: str, where: str, stream: BinaryIO) -> None:
        kept, left = b"", _UNPACKED if "!" in where else None
        while piece := stream.read(_PIECE):
            self.look(place, where, kept + piece)
            kept = piece[-self.overlap :]
            left = None if left is None else left - len(piece)
            if left is not None and left <= 0:
                self.unread.append(where)
                return

    def _packed(self, place: str, where: str, stream: BinaryIO, depth: int) -> None:
        head = stream.read(5)
        stream.seek(0)
        if depth == _DEPTH:
            return
        try:
            if head.startswith(b"PK\x03\x04"):
                self._archive(place, where, stream, depth)
            elif head.startswith(b"\x1f\x8b"):
                self._inside(place, f"{where}!", gzip.GzipFile(fileobj=stream), depth)
            elif head == b"%PDF-":
                self._pdf(place, where, stream.read(_UNPACKED))
        # zipfile raises NotImplementedError for a way of packing it does not know, RuntimeError for a locked file.
        except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, gzip.BadGzipFile):
            self.unread.append(f"{where}!")

    def _archive(self, place: str, where: str, stream: BinaryIO, depth: int) -> None:
        with zipfile.ZipFile(stream) as archive:
            for item in archive.infolist():
                self.look(place, f"{where}!", item.filename.encode())
                with archive.open(item) as inner:
                    self._inside(place, f"{where}!{item.filename}", inner, depth)

    def _inside(self, place: str, where: str, stream: Any, depth: int) -> None:
        content = stream.read(_UNPACKED)
        if stream.read(1):
            self.unread.append(where)
        self._stream(place, where, io.BytesIO(content))
        self._packed(place, where, io.BytesIO(content), depth + 1)

    def _pdf(self, place: str, where: str, content: bytes) -> None:
        for match in _STREAM.finditer(content):
            try:
                self.look(place, f"{where}!", zlib.decompressobj().decompress(content[match.end() :], _UNPACKED))
            except zlib.error:
                continue  # a stream that is not packed was looked at with the file


_TABLES = """
select n.nspname, c.relname, array_agg(a.attname::text order by a.attnum)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
 group by 1, 2 order by 1, 2
"""


def _databases(client: Redis) -> list[int]:
    return [int(name.removeprefix("db")) for name in client.info("keyspace")]


def _values(client: Any, key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.sscan_iter(key)
        case b"zset":
            yield from (member for member, _score in client.zscan_iter(key))
        case b"hash":
            yield from (part for pair in client.hscan_iter(key) for part in pair)
        case b"stream":
            yield from (part for _id, fields in client.xrange(key) for pair in fields.items() for part in pair)
        case _:
            yield client.dump(key) or b""

"""Writing a bundle: a zip with rows, proofs, checkpoints, keys, the script that verifies them, and an explanation.

The bytes are determined by the question and the checkpoints: no clock, no order of a set, no name of who asked.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import transaction

from audit.evidence import verify
from audit.evidence.plan import Place, Plan
from audit.evidence.proofs import paths_of
from audit.sealing.leaves import SPELLING, columns_of, copy_between, rows_of
from audit.sealing.merkle import consistency_proof
from audit.sealing.store import StoredTree
from audit.verification.link import link

BATCH = 500
# Bytes kept in memory before the bundle goes to a file of its own, which no name leads to.
_IN_MEMORY = 4 * 1024 * 1024
_HERE = Path(__file__).parent
_WHEN = (1980, 1, 1, 0, 0, 0)
_IMPORT = "from audit.evidence.ed25519 import signed\n"
_UNESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle at its beginning, ready to be read; ``digest`` is the SHA-256 of its manifest, in hex."""

    file: IO[bytes]
    digest: str


def write(planned: Plan) -> Bundle:
    """Write the bundle of what was planned. The caller closes the file. Raises OSError when there is no room."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 the caller reads it
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            digest = _fill(archive, planned)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Bundle(file, digest)


def _fill(archive: zipfile.ZipFile, planned: Plan) -> str:
    listed = {verify.ROWS: _write(archive, verify.ROWS, _lines(planned))}
    notes = [planned.point.note] + ([planned.held.note] if planned.held else [])
    texts = {
        verify.NOTES: "".join(notes),
        verify.KEYS: "".join(f"{key.strip()}\n" for key in settings.SEALING_PUBLIC_KEYS),
        "verify.py": script(),
        "GIAI-THICH.txt": explanation(planned),
    }
    if planned.held is not None:
        texts[verify.PROOFS] = canonical_json(_growth(planned)) + "\n"
    for name, text in sorted(texts.items()):
        listed[name] = _write(archive, name, [text.encode()])
    manifest = {
        "format": verify.FORMAT,
        "question": planned.question.as_json(),
        "checkpoint": planned.point.checkpoint.number,
        "rows": {kind: planned.count(kind) for kind in ("epoch", "intent", "outcome")},
        "files": [{"name": name, "bytes": size, "sha256": sha} for name, (size, sha) in sorted(listed.items())],
    }
    _size, digest = _write(archive, verify.MANIFEST, [(canonical_json(manifest) + "\n").encode()])
    _write(archive, verify.SUM, [f"{digest}  {verify.MANIFEST}\n".encode()])
    return digest


def _write(archive: zipfile.ZipFile, name: str, parts: Any) -> tuple[int, str]:
    """Write a file part by part; return its size and SHA-256."""
    item = zipfile.ZipInfo(name, _WHEN)
    item.compress_type, item.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    size, digest = 0, hashlib.sha256()
    with archive.open(item, "w") as out:
        for part in parts:
            out.write(part)
            digest.update(part)
            size += len(part)
    return size, digest.hexdigest()


def canonical_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _growth(planned: Plan) -> dict[str, list[str]]:
    assert planned.held is not None  # noqa: S101 the caller looked
    older, newer = planned.held.checkpoint, planned.point.checkpoint
    path = consistency_proof(older.size, newer.size, StoredTree(link())) if older.size < newer.size else []
    return {str(older.number): [item.hex() for item in path]}


def _lines(planned: Plan) -> Iterator[bytes]:
    """Give each row with its proof, by leaf, a batch of them in memory at a time."""
    below = link()
    for begin in range(0, len(planned.places), BATCH):
        batch = planned.places[begin : begin + BATCH]
        # Spelled as leaves are, and as the portal has it again afterwards.
        with transaction.atomic():
            below.execute(";".join(text.replace("set ", "set local ", 1) for text in SPELLING))
            rows = {**planned.rows, **_rows(below, tuple(one for one in batch if _key(one) not in planned.rows))}
        paths = paths_of(below, [place.leaf for place in batch], planned.point.checkpoint.size)
        for place, path in zip(batch, paths, strict=True):
            names = columns_of(place.kind, place.form)
            found = {
                "kind": place.kind,
                "form": place.form,
                "leaf": place.leaf,
                "path": [item.hex() for item in path],
                "row": dict(zip(names, rows[_key(place)], strict=True)),
            }
            yield (canonical_json(found) + "\n").encode()


def _key(place: Place) -> tuple[str, int, int]:
    return place.kind, place.epoch, place.n


def _rows(below: psycopg.Connection[Any], batch: tuple[Place, ...]) -> dict[tuple[str, int, int], list[str | None]]:
    """Return the values of the rows of *batch*, in one query for each kind and form."""
    asked: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
    for place in batch:
        asked.setdefault((place.kind, place.form), []).append((place.epoch, place.n, place.n))
    found = {}
    with below.cursor() as cursor:
        for (kind, form), ranges in sorted(asked.items()):
            for epoch, n, _call, _more, line in rows_of(cursor, copy_between(kind, ranges, form)):
                cells = line.decode().removesuffix("\n").split("\t")
                found[kind, epoch, n] = [value_of(cell) for cell in cells]
    return found


def value_of(cell: str) -> str | None:
    """Return what COPY wrote as *cell*."""
    if cell == "\\N":
        return None
    if "\\" not in cell:
        return cell
    parts = iter(cell)
    return "".join(_UNESCAPED[next(parts)] if letter == "\\" else letter for letter in parts)


@cache
def script() -> str:
    """Return the script of a bundle: one file that imports nothing of ours."""
    whole = (_HERE / "verify.py").read_text(encoding="utf-8")
    _head, _, signatures = (_HERE / "ed25519.py").read_text(encoding="utf-8").partition("import hashlib\n\n")
    before, met, after = whole.partition(_IMPORT)
    if not met or not signatures:
        raise RuntimeError("the script of the bundle no longer takes in what it imports")
    return before + signatures + after


def explanation(planned: Plan) -> str:
    """Return the explanation in Vietnamese."""
    point, held = planned.point.checkpoint, planned.held
    text = (_HERE / "GIAI-THICH.txt").read_text(encoding="utf-8")
    return text.format(
        covered="\n".join(f"- {line}" for line in planned.question.told()),
        calls=planned.calls,
        outcomes=planned.count("outcome"),
        origin=point.origin,
        number=point.number,
        size=point.size,
        time=point.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        held=f"số {held.checkpoint.number}" if held else "không có",
        keys="\n".join(
            f"- {key.strip().partition('+')[0]}, mã {key.split('+')[1]}" for key in settings.SEALING_PUBLIC_KEYS
        ),
    )

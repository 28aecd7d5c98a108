"""What a backup says of itself: ``manifest.json``, written last; a folder without one is no backup.

Standard library only: the launcher reads it before packages exist.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

NAME = "manifest.json"
FORMAT = 1
PREFIX = "lgsp-"
BASE, WAL, POSTGRES_MANIFEST = "postgres/base.tar.gz", "postgres/pg_wal.tar.gz", "postgres/backup_manifest"
FILES, CHECKPOINTS, ARCHIVE = "files", "checkpoints", "archive"
# Keys without which nothing of a backup can be read or verified, by the variable that holds them.
KEYS = ("LGSP_FIELD_KEYS", "LGSP_LOG_KEYS")
_CHUNK = 1 << 20


class NotWhole(Exception):
    """The backup cannot be used; says why in one line."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``log`` is the newest checkpoint when the backup began (number, size, root, note); ``counts`` are rows by model;
    ``code`` names each migration of ours; ``keys`` are prints of the keys by variable and name, never the keys;
    ``files`` gives bytes and SHA-256 by path."""

    made_at: str
    product: str
    postgres: int
    database: str
    user: str
    code: list[str]
    log: dict[str, Any]
    counts: dict[str, int]
    keys: dict[str, dict[str, str]]
    seconds: float
    files: dict[str, list[Any]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        """When the backup began: what came later is not in it, or not for certain."""
        return datetime.fromisoformat(self.made_at)

    def write(self, folder: Path) -> None:
        """Write it to *folder* and wait for the disk."""
        descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of the backup *folder*. Raises :class:`NotWhole`."""
        try:
            told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NotWhole(f"{folder} không phải bản sao lưu hoàn chỉnh: không đọc được {NAME}.") from error
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise NotWhole(
                f"Bản sao lưu {folder} có định dạng mà phiên bản này không đọc được; dùng phiên bản mới hơn."
            )
        try:
            found = cls(**told)
            found.at  # noqa: B018 -- a time that cannot be read is found here
        except (TypeError, ValueError) as error:
            raise NotWhole(f"{NAME} của {folder} thiếu hoặc thừa mục.") from error
        return found

    def require_whole(self, folder: Path) -> None:
        """Recompute the hash of every file. Raises :class:`NotWhole` for the first that is not as it was written."""
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()} - {NAME}
        for name in (BASE, WAL, POSTGRES_MANIFEST):
            if name not in self.files:
                raise NotWhole(f"Bản sao lưu {folder} thiếu {name}.")
        if strange := sorted(there - self.files.keys()):
            raise NotWhole(f"Bản sao lưu {folder} có tệp lạ: {strange[0]}.")
        for name, (size, digest) in sorted(self.files.items()):
            path = folder / name
            if name not in there or path.is_symlink():
                raise NotWhole(f"Bản sao lưu {folder} thiếu {name}.")
            if path.stat().st_size != size or hash_of(path) != digest:
                raise NotWhole(f"Tệp {name} của bản sao lưu {folder} đã hỏng hoặc bị sửa.")

    def require_keys(self, given: Mapping[str, str]) -> None:
        """Raise :class:`NotWhole` unless every key the backup was made under is among the *given* variables."""
        for variable, wanted in self.keys.items():
            have = prints_of(given.get(variable, ""))
            for name, shown in wanted.items():
                if have.get(name) != shown:
                    why = "không phải khóa của bản sao lưu này" if name in have else "không có trong các khóa đã cho"
                    raise NotWhole(f"Khóa «{name}» của {variable} {why}. Dùng tệp khóa cất cùng thời gian sao lưu.")


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prints_of(ring: str) -> dict[str, str]:
    """Return a print of each key of a list ``name:base64``, from which the key cannot be found."""
    found = {}
    for part in filter(None, (piece.strip() for piece in ring.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        found[name] = hmac.new(key, b"lgsp-backup-key", hashlib.sha256).hexdigest()[:16]
    return found


def backups_in(place: Path) -> list[Path]:
    """Return the whole backups of a folder, oldest first."""
    return sorted(path for path in place.glob(f"{PREFIX}*") if (path / NAME).is_file())


def unknown_code(code: Iterable[str], root: Path) -> list[str]:
    """Return the migrations named ``app.name`` that the sources at *root* do not have: a newer version made them."""
    parted = (name.split(".", 1) for name in code)
    return sorted(f"{app}.{name}" for app, name in parted if not (root / app / "migrations" / f"{name}.py").is_file())

"""How the sealer stands: one row for whoever asks (broker, staff page). It is no evidence and is overwritten."""

import errno
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

_NAMES = (
    "sealed_at, size, outside_number, outside_at, outside_fault, witness_number, witness_at, witness_fault,"
    " answered_until, orphans, gaps"
)
_SAVED = ", ".join(f"{name.strip()} = excluded.{name.strip()}" for name in _NAMES.split(","))
_SAVE = f"""
insert into audit_sealing ({_NAMES}, seen_at) values ({", ".join(["%s"] * 11)}, clock_timestamp())
on conflict (one) do update set {_SAVED}, seen_at = excluded.seen_at
"""  # noqa: S608

_WHY = {
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "ổ đĩa chỉ đọc",
    errno.ENOENT: "đường dẫn không có",
    errno.ENOSPC: "ổ đĩa hết chỗ",
    errno.EDQUOT: "ổ đĩa hết chỗ",
    errno.EIO: "ổ đĩa không đọc ghi được",
}


def why(error: OSError) -> str:
    """Say in one line what kept a place from taking what was sent: which file where that is known, and the reason."""
    name = f"{Path(error.filename).name}: " if isinstance(error.filename, str) else ""
    return f"{name}{_WHY.get(error.errno or 0, error.strerror or str(error))}"[:200]


@dataclass(slots=True)
class Standing:
    """``sealed_at``: everything committed before it is sealed and outside. The witness is the second place."""

    sealed_at: datetime | None = None
    size: int = 0
    outside_number: int = 0
    outside_at: datetime | None = None
    outside_fault: str = ""
    witness_number: int = 0
    witness_at: datetime | None = None
    witness_fault: str = ""
    answered_until: datetime | None = None
    orphans: int = 0
    gaps: int = 0

    @classmethod
    def load(cls, connection: psycopg.Connection[Any]) -> "Standing":
        """Return what was written last; a beginning when nothing was."""
        row = connection.execute(f"select {_NAMES} from audit_sealing").fetchone()  # noqa: S608
        return cls(*row) if row else cls()

    def save(self, connection: psycopg.Connection[Any]) -> None:
        """Write it."""
        connection.execute(_SAVE, astuple(self))

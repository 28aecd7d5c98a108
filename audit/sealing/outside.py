"""The checkpoints outside the database: a folder with a file for each month, one note after the other.

Whoever restores, forks or rewrites the database meets them here. A note is in the file when it has reached the disk.
"""

import errno
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import Verifiers, split_notes

_MONTH = "%Y%m"
_TAIL_BYTES = 65_536
# Whoever verifies reads them by their group; the umask of the process may take that away.
_MODE = 0o640
_SIGNATURE = re.compile(rb"(?<=\n)\xe2\x80\x94 [^\n]*\n")


class OutsideFault(Exception):
    """The folder cannot be used; says why in one line."""


class Outside:
    """A folder of checkpoints that one process at a time appends to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def take(self) -> None:
        """Make the folder and hold it. Raises :class:`OutsideFault`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self.folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutsideFault(f"Một tiến trình niêm phong khác đang giữ thư mục {self.folder}.") from error
        except OSError as error:
            raise OutsideFault(
                f"Không ghi được điểm niêm phong vào {self.folder} ({error.strerror}). Chọn thư mục khác."
            ) from error

    def release(self) -> None:
        """Let another process have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def files(self) -> list[Path]:
        """Return the files, oldest first."""
        return sorted(path for path in self.folder.glob("[0-9]*.txt") if path.stem.isdecimal())

    def notes(self) -> Iterator[str]:
        """Give every note, oldest first."""
        for path in self.files():
            with path.open(encoding="utf-8", newline="\n") as lines:
                yield from split_notes(lines)

    def last(self, known: Verifiers) -> Sealed | None:
        """Return the last whole note. Raises ``BadNote`` when none of the *known* keys signed it."""
        for path in reversed(self.files()):
            size = path.stat().st_size
            with path.open("rb") as file:
                file.seek(max(0, size - _TAIL_BYTES))
                tail = file.read().decode("utf-8", "ignore")
            found = list(split_notes(tail.splitlines(keepends=True)))
            if found:
                # The beginning of the tail may cut the first of its notes.
                return Sealed.read(found[-1], known)
        return None

    def append(self, sealed: Iterable[Sealed]) -> None:
        """Write notes and wait for the disk; what an earlier attempt left unfinished is taken away first.

        Raises OSError; then nothing of this call counts as written.
        """
        for one in sealed:
            self.append_text(f"{one.checkpoint.at.strftime(_MONTH)}.txt", one.note)

    def append_text(self, name: str, note: str) -> None:
        """Write one signed note at the end of file *name* and wait for the disk; else as :meth:`append`."""
        path = self.folder / name
        new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
        try:
            _append(descriptor, note.encode())
        except OSError as error:
            error.filename = str(path)
            raise
        finally:
            os.close(descriptor)
        if new:
            self._keep_name()

    def _keep_name(self) -> None:
        """Wait until the folder itself names its new file for good."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _append(descriptor: int, content: bytes) -> None:
    end = _whole(descriptor)
    os.ftruncate(descriptor, end)
    if os.pwrite(descriptor, content, end) != len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(descriptor)


def _whole(descriptor: int) -> int:
    """Return where the last whole note of the file ends. Raises OSError for a file that holds something else."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - _TAIL_BYTES)
    ends = [found.end() for found in _SIGNATURE.finditer(os.pread(descriptor, size - begin, begin))]
    if not ends and begin:
        raise OSError(22, "not a file of checkpoints")
    return begin + (ends[-1] if ends else 0)

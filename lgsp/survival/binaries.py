"""The tools of PostgreSQL on this machine: the newest that fit the server are used."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


def _candidates(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)
    # Debian keeps those of each version in a folder of its own, outside PATH.
    yield from sorted(_DEBIAN.glob(f"*/bin/{name}"), reverse=True)


def _major(tool: Path) -> int:
    command = [str(tool), "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- no shell
    found = re.search(r"(\d+)(\.\d+)?", said)
    return int(found.group(1)) if found else 0


def tool(name: str, major: int) -> Path | None:
    """Return tool *name* for a server of version *major*: of the same version, else of a newer one; None without."""
    fitting = [(version, path) for path in _candidates(name) if (version := _major(path)) >= major]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None

"""The environment of an instance for a command beside it (`./run manage` and its like)."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lgsp.launch.instance import Instance, kept_secrets, variables
from lgsp.launch.places import DataFolder, InUse
from lgsp.launch.terminal import Stop


@contextmanager
def attached(folder: Path) -> Iterator[dict[str, str]]:
    """Give the environment of the instance that runs on *folder*; start its servers for the while if none does."""
    try:
        data = DataFolder(folder)
    except InUse:
        yield running(folder)
        return
    with closing(data), Instance(data) as instance:
        yield instance.environment()


def running(folder: Path) -> dict[str, str]:
    """Return the environment of the instance running on *folder*. Raises :class:`Stop` while it is not ready."""
    try:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Stop(f"Cổng trên {folder} đang khởi động hoặc đang dừng. Đợi vài giây rồi chạy lại.") from error
    own = variables(
        folder.resolve(),
        kept_secrets(folder),
        address=found["addresses"]["portal"].rstrip("/"),
        database=found["database"],
        redis=found["redis"],
    )
    return {**own, **{name: value for name, value in os.environ.items() if value}}

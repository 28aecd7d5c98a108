"""How the broker's workers on this machine stand, for a page of the portal.

Workers of a port of their own keep files; the broker inside the portal's process is asked itself.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from core import clock

# As the workers judge each other (``broker.metrics.workers``).
SILENT_SECONDS = 10.0


# The one that runs in this process, while it runs: a function that says how it stands.
_here: list["weakref.WeakMethod[Callable[[], dict[str, Any]]]"] = []


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """One worker: calls it runs, seconds since its policy was known to be true, rows of the log that wait.

    ``in_portal``: it is the portal's own process that answers calls.
    """

    worker: str
    running: int
    snapshot_age: float
    waiting: int
    draining: bool
    in_portal: bool = False


def enter(own: Callable[[], dict[str, Any]]) -> None:
    """Say that the broker runs in this process; *own* is a method that says how it stands."""
    _here[:] = [weakref.WeakMethod(own)]


def leave() -> None:
    """Say that it runs no more."""
    _here.clear()


def workers_now(data: Path) -> list[WorkerNow]:
    """Return the workers that wrote their file lately, and the one in this process."""
    found = [_told(own(), in_portal=True) for place in _here if (own := place()) is not None]
    for path in sorted(data.glob("broker-*/worker-*.json")):
        try:
            fresh = clock.now().timestamp() - path.stat().st_mtime < SILENT_SECONDS
            state = orjson.loads(path.read_bytes()) if fresh else {}
        except (OSError, ValueError):
            continue
        if state.get("gauges"):
            found.append(_told(state))
    return found


def _told(state: dict[str, Any], *, in_portal: bool = False) -> WorkerNow:
    told = state["gauges"]
    return WorkerNow(
        worker=str(state["worker"]),
        running=int(told["running_calls"]),
        snapshot_age=float(told["snapshot_age_seconds"]),
        waiting=sum(int(count) for _log, count in told["log_waiting"]),
        draining=bool(told["draining"]),
        in_portal=in_portal,
    )

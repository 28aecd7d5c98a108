"""How the broker's workers on this machine stand, for a page of the portal: read from the files they keep."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from core import clock

# As the workers judge each other (``broker.metrics.workers``).
SILENT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class WorkerNow:
    """One worker: calls it runs, seconds since its policy was known to be true, rows of the log that wait."""

    worker: str
    running: int
    snapshot_age: float
    waiting: int
    draining: bool


def workers_now(data: Path) -> list[WorkerNow]:
    """Return the workers that wrote their file lately; none where the portal's own process answers calls."""
    found = []
    for path in sorted(data.glob("broker-*/worker-*.json")):
        try:
            fresh = clock.now().timestamp() - path.stat().st_mtime < SILENT_SECONDS
            state = orjson.loads(path.read_bytes()) if fresh else {}
        except (OSError, ValueError):
            continue
        if told := state.get("gauges"):
            found.append(
                WorkerNow(
                    worker=str(state["worker"]),
                    running=int(told["running_calls"]),
                    snapshot_age=float(told["snapshot_age_seconds"]),
                    waiting=sum(int(count) for _log, count in told["log_waiting"]),
                    draining=bool(told["draining"]),
                )
            )
    return found

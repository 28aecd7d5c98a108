"""Broker processes over one database, as several workers of one platform are; each listens on a port of its own."""

import os
import pickle
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lgsp.launch.services import free_port
from tests.broker import forking
from tests.broker.live import Live
from tests.broker.world import World

_TEST = {"DJANGO_SETTINGS_MODULE": "lgsp.settings.test"}


class Worker(Live):
    """One broker process."""

    def __init__(self, file: Path, address: str, variables: dict[str, str]) -> None:
        super().__init__(None, free_port())
        command = ["tests.broker.worker_process", str(self.port), str(file), address]
        self.process = forking.start(command, {**os.environ, **_TEST, **variables})

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def wait(self) -> "Worker":
        """Wait until calls are decided: before a first snapshot they are not."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            assert self.alive, "a worker did not start"
            try:
                if self.send("/api/data/x/v1/y").status != 503:
                    return self
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("a worker is not ready")

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)

    def memory(self) -> int:
        """Return the bytes of memory it holds (resident set)."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def working(number: int, world: World, address: str, folder: Path, **variables: str) -> Iterator[list[Worker]]:
    """Give *number* workers serving *world*; they end with the block."""
    file = folder / "world.pickle"
    file.write_bytes(pickle.dumps(world))
    workers = [Worker(file, address, variables) for _ in range(number)]
    try:
        yield [worker.wait() for worker in workers]
    finally:
        for worker in workers:
            worker.end()

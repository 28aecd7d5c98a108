"""``python -m lgsp.data_plane``: workers on one port, looked after.

The port is opened once and handed to every worker, so a connection waits in one queue whichever worker ends, and is
lost with none. A worker that dies is replaced; told to end (SIGTERM, Ctrl-C), all finish their calls first.
"""

import argparse
import logging
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from lgsp.env import env

# The longest call, and some time to write the log and close it.
PATIENCE_SECONDS = 40.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 10.0
STEADY_SECONDS = 10.0
BACKLOG = 2048
log = logging.getLogger("lgsp.data_plane")


@dataclass
class Place:
    """The place of one worker: who is in it, since when, and when to put another there."""

    number: int
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS
    not_before: float = 0.0


@dataclass
class Keeper:
    """Keeps as many workers alive as it was told."""

    listening: socket.socket
    folder: Path
    workers: int
    ending: bool = False
    places: list[Place] = field(default_factory=list)

    def run(self) -> int:
        """Look after the workers until told to end; return 0 when every one ended well."""
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, self._end)
        self.places = [Place(number) for number in range(1, self.workers + 1)]
        while not self.ending:
            for place in self.places:
                self._fill(place)
            time.sleep(0.1)
        self.listening.close()
        return self._wait()

    def _end(self, *_ignored: object) -> None:
        self.ending = True

    def _fill(self, place: Place) -> None:
        """Start a worker where none is; one that dies at once is not replaced faster and faster."""
        now = time.monotonic()
        if place.process is not None and place.process.poll() is not None:
            log.warning("worker %s ended with %s", place.number, place.process.returncode)
            steady = now - place.since > STEADY_SECONDS or place.process.returncode == 0
            place.pause = FIRST_PAUSE_SECONDS if steady else min(place.pause * 2, LONGEST_PAUSE_SECONDS)
            place.process, place.not_before = None, now + place.pause
        if place.process is None and now >= place.not_before and not self.ending:
            place.process, place.since = self._start(place.number), now

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        descriptor = self.listening.fileno()
        command = [sys.executable, "-m", "lgsp.data_plane.worker", "--descriptor", str(descriptor)]
        command += ["--worker", str(number), "--metrics", str(self.folder)]
        return subprocess.Popen(command, pass_fds=[descriptor], stdin=subprocess.DEVNULL)  # noqa: S603 -- our own

    def _wait(self) -> int:
        """Ask all workers to end, wait for them, and end those that do not."""
        running = [place.process for place in self.places if place.process is not None]
        for process in running:
            process.terminate()
        until = time.monotonic() + PATIENCE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("worker process %s did not end in time", process.pid)
                process.kill()
                process.wait()
        # One that had not begun yet ends by the signal itself.
        return 0 if all(process.returncode in (0, -signal.SIGTERM) for process in running) else 1


def listen(host: str, port: int) -> socket.socket:
    """Open the port. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(BACKLOG)
    return opened


def main() -> int:
    """Read the command line and keep the workers."""
    reader = argparse.ArgumentParser(prog="python -m lgsp.data_plane")
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--port", type=int, default=8001)
    reader.add_argument("--workers", type=int, default=1)
    chosen = reader.parse_args()
    if chosen.workers < 1:
        reader.error("Số tiến trình phải từ 1 trở lên.")
    logging.basicConfig(level=logging.INFO, format='{"event": "%(message)s", "logger": "%(name)s"}')
    try:
        listening = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.stderr.write(f"{chosen.host}:{chosen.port}: {error.strerror}\n")
        return 2
    folder = Path(env("LGSP_DATA_DIR")) / f"broker-{listening.getsockname()[1]}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        return Keeper(listening, folder, chosen.workers).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

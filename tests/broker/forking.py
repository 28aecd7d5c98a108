"""Processes of the product without waiting for their imports: ``start`` asks the one process that has them all."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """A process of the product, forked; spoken to as to a ``subprocess.Popen``."""

    returncode: int | None = None

    def __init__(self, told: socket.socket) -> None:
        self._told = told.makefile("rb")
        told.close()
        line = self._told.readline()
        assert line, "the process that has imported the product is gone"
        self.pid = int(line)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self.returncode = int(self._told.readline() or -signal.SIGKILL)
            self._told.close()
        return self.returncode

    def wait(self, seconds: float | None = None) -> int:
        """Return how it ended, when it has."""
        if self.returncode is None and not select.select([self._told], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired("a forked process", seconds or 0)
        return self.poll()  # type: ignore[return-value]

    def send_signal(self, kind: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, kind)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class _Nursery:
    """The process that forks them; it begins when it is first needed, and ends when nobody is left to ask it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, wanted: bytes, descriptors: Sequence[int]) -> None:
        """Send a request with what goes with it."""
        if self._process is None:
            self.begin()
        socket.send_fds(self._asking, [wanted], descriptors)

    def begin(self) -> None:
        """Begin it: processes that are forked from this one from then on ask it, too."""
        self._asking, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-W", "ignore", "-m", "tests.broker.forked", str(theirs.fileno())]
        variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "lgsp.settings.test"}
        with theirs:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=variables,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        atexit.register(self._end)

    def let_go(self) -> None:
        """Ask nothing any more."""
        self._asking.close()

    def _end(self) -> None:
        assert self._process is not None
        self.let_go()
        self._process.wait(20)


NURSERY = _Nursery()


def start(
    command: Sequence[str], variables: Mapping[str, str], *, said: int | None = None, session: bool = False
) -> Process:
    """Have ``python -m`` *command* run in the environment *variables*; it writes where *said* or this process writes.

    *session*: in a session of its own.
    """
    ours, theirs = socket.socketpair()
    wanted = {"command": list(command), "environment": dict(variables), "session": session}
    with theirs:
        out, err = (said, said) if said is not None else (1, 2)
        NURSERY.ask(json.dumps(wanted).encode(), [theirs.fileno(), out, err])
    return Process(ours)

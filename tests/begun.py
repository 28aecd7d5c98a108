"""pytest whose processes have all tests imported when they begin: ``python -m tests.begun TOLD NUMBER ARGUMENTS…``.

The product, its libraries and the tests are imported once, by collecting; the *NUMBER* processes that run the tests
are forked from there, and what is left of this one sees to them: each would spend ten seconds on importing. A process
that takes the place of one that died is begun in xdist's own way.

Whoever runs this reads from the descriptor *TOLD*: a byte when the product is imported, the end when all is. Then the
run waits for a line on its standard input, JSON: the variables to set and more arguments.
"""

import atexit
import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from execnet import gateway_io
from execnet.gateway_base import ExecModel, Popen2IO

from tests.broker.forking import NURSERY


@dataclass
class _Waiting:
    """A process that waits for what xdist would send to one it started."""

    pid: int
    into: int
    out_of: int

    def let_go(self) -> None:
        """Close this side, in a process that has no part in it: the other end has to see when the run is over."""
        os.close(self.into)
        os.close(self.out_of)


class _Spoken(Popen2IO):
    """What execnet speaks to a process through: one that waited, in the place of one it starts."""

    def __init__(self, waiting: _Waiting, execmodel: ExecModel) -> None:
        self._pid = waiting.pid
        super().__init__(os.fdopen(waiting.into, "wb"), os.fdopen(waiting.out_of, "rb"), execmodel)

    def wait(self) -> int | None:
        """Return how it ended, when it has."""
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        except OSError:
            return None

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)


class _Telling:
    """Says on a descriptor how far collecting has come."""

    def __init__(self, told: int) -> None:
        self._told, self.interrupted = told, False

    def pytest_sessionstart(self) -> None:
        """The product is imported: pytest-django has set it up."""
        os.write(self._told, b".")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Somebody ends the run; what cannot be imported interrupts it by an exception of pytest's own."""
        self.interrupted = excinfo.type is KeyboardInterrupt


def main(told: int, number: int, arguments: list[str]) -> int:
    """Run pytest with *number* processes; return its status."""
    if not _collected(told, arguments):
        return int(pytest.ExitCode.INTERRUPTED)
    variables, more = json.loads(sys.stdin.readline() or "[{}, []]")
    os.environ |= variables
    gc.collect()
    gc.freeze()
    # One for all of them: it imports the product by itself, for others read their settings where these stand.
    NURSERY.begin()
    waiting: list[_Waiting] = []
    for _ in range(number):
        waiting.append(_begin(waiting))
    NURSERY.let_go()
    with _taken_in_place_of_started(waiting):
        return int(pytest.main(["-n", str(number), *arguments, *more]))


def _collected(told: int, arguments: Sequence[str]) -> bool:
    """Import all tests and what they import, quietly: what is wrong with them the run itself will tell.

    Returns whether nobody interrupted that.
    """
    said = [os.dup(descriptor) for descriptor in (1, 2)]
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    try:
        pytest.main(["--collect-only", "-qq", *arguments], plugins=[telling := _Telling(told)])
    finally:
        os.close(told)
        for descriptor, kept in enumerate(said, 1):
            os.dup2(kept, descriptor)
            os.close(kept)
    return not telling.interrupted


def _begin(waiting: Sequence[_Waiting]) -> _Waiting:
    """Return a new process of the run; it has no part in those *waiting*."""
    read, into = os.pipe()
    out_of, write = os.pipe()

    pid = os.fork()
    if pid == 0:
        for other in (*waiting, _Waiting(0, into, out_of)):
            other.let_go()
        os.dup2(read, 0)
        os.dup2(write, 1)
    for end in (read, write):
        os.close(end)
    if pid == 0:
        _serve()
    return _Waiting(pid, into, out_of)


def _serve() -> NoReturn:
    """Be what ``python -u -c`` is in the processes that execnet starts; end without taking apart what was imported."""
    status = 1
    try:
        sys.argv[:] = ["-c"]
        sys.stdin = sys.__stdin__ = open(0, closefd=False)  # type: ignore[misc]  # noqa: SIM115
        sys.stdout = sys.__stdout__ = open(1, "w", closefd=False)  # type: ignore[misc]  # noqa: SIM115
        exec(eval(sys.stdin.readline()), {"__name__": "__main__"})
        status = 0
    finally:
        with contextlib.suppress(Exception):
            atexit._run_exitfuncs()
        sys.stderr.flush()
        os._exit(status)


@contextlib.contextmanager
def _taken_in_place_of_started(waiting: list[_Waiting]) -> Iterator[None]:
    """Have execnet take those that wait, then start its own."""
    starting = gateway_io.Popen2IOMaster

    def taken(arguments: list[str], execmodel: ExecModel) -> Any:
        return _Spoken(waiting.pop(0), execmodel) if waiting else starting(arguments, execmodel)

    with patch.object(gateway_io, "Popen2IOMaster", taken):
        yield


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))

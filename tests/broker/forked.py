"""The process that has imported the product once: ``python -m tests.broker.forked DESCRIPTOR`` forks what is asked.

A process of the product spends nine tenths of its start on importing. Each is a fork of this one, which then reads its
own environment and settings and runs the module it was asked for, as ``python -m`` does. Asked by ``forking``.
"""

import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

import django
import uvicorn.main
from asgiref.local import Local
from django.conf import Settings, settings
from django.core.cache import caches
from django.db import connections
from django.urls import get_resolver

from lgsp.env import env

# What the processes import when they begin or are first asked; nothing that reads settings while it is imported.
PRELOADED = (
    "broker.assembly",
    "broker.engine",
    "broker.front",
    "broker.server",
    "celery.apps.worker",
    "celery.bin.worker",
    "celery.concurrency.prefork",
    "celery.worker.consumer",
    "core.web.body_limit",
    "django.core.handlers.asgi",
    "kombu.transport.redis",
    "lgsp.celery",
    "lgsp.data_plane.light",
    "lgsp.examples.app",
    "lgsp.provider.app",
    "lgsp.urls",
    "tests.broker.conftest",
    "uvicorn.lifespan.on",
    "uvloop",
)
ENDED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


class Nursery:
    """Forks what it is asked and tells who asked when it ends, until nobody is left to ask."""

    def __init__(self, asked: socket.socket) -> None:
        self.asked = asked
        self.children: dict[int, socket.socket] = {}

    def serve(self) -> dict[str, Any] | None:
        """Return in a child what it is to become, None in the nursery when it is over."""
        woken, waker = socket.socketpair()
        for end in (woken, waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_ignored: None)
        signal.set_wakeup_fd(waker.fileno())
        while True:
            readable = select.select([self.asked, woken], [], [])[0]
            if woken in readable:
                woken.recv(4096)
                self._bury()
            if self.asked in readable:
                content, descriptors, _flags, _address = socket.recv_fds(self.asked, 1 << 20, 3)
                if not content:
                    self._end()
                    return None
                if (wanted := self._fork(json.loads(content), descriptors)) is not None:
                    signal.set_wakeup_fd(-1)
                    for end in (woken, waker, self.asked, *self.children.values()):
                        end.close()
                    return wanted

    def _fork(self, wanted: dict[str, Any], descriptors: list[int]) -> dict[str, Any] | None:
        pid = os.fork()
        if pid == 0:
            if wanted["session"]:
                os.setsid()
            for place, descriptor in enumerate(descriptors[1:], 1):
                os.dup2(descriptor, place)
            for descriptor in descriptors:
                os.close(descriptor)
            return wanted
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        self.children[pid] = socket.socket(fileno=descriptors[0])
        self.children[pid].sendall(f"{pid}\n".encode())
        return None

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                told = self.children.pop(found[0])
                with suppress(OSError), told:
                    told.sendall(f"{os.waitstatus_to_exitcode(found[1])}\n".encode())

    def _end(self) -> None:
        signal.set_wakeup_fd(-1)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)


class Grown(subprocess.Popen[bytes]):
    """What a process of the product starts by itself, another one of the product: forked, too."""

    def __init__(self, command: list[str], *, pass_fds: list[int], stdin: int) -> None:
        assert command[:2] == [sys.executable, "-m"]
        assert stdin == subprocess.DEVNULL
        self.args, self.kept, self.returncode = command, pass_fds, None
        masked = signal.pthread_sigmask(signal.SIG_BLOCK, ENDED)
        self.pid = os.fork()
        if self.pid == 0:
            for kind in ENDED:
                signal.signal(kind, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, masked)
            subprocess.Popen = POPEN  # type: ignore[misc]
            os._exit(_ended(command[2:]))
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._wait(os.WNOHANG)

    def wait(self, seconds: float | None = None) -> int:
        """Return how it ended, when it has."""
        if seconds is not None and self.returncode is None:
            descriptor = os.pidfd_open(self.pid)
            ended = select.select([descriptor], [], [], seconds)[0]
            os.close(descriptor)
            if not ended:
                raise subprocess.TimeoutExpired("a worker", seconds)
        return self._wait(0)  # type: ignore[return-value]

    def _wait(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)  # type: ignore[assignment]
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


POPEN = subprocess.Popen


def _ended(arguments: list[str]) -> int:
    """Run a module as ``python -m`` does; return the status it ends with."""
    sys.argv = arguments
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            sys.stderr.write(f"{ended.code}\n")
            return 1
        return ended.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def become(wanted: dict[str, Any]) -> int:
    """Be the process asked for, in its own environment and with its own settings."""
    for kind in ENDED:
        signal.signal(kind, signal.default_int_handler if kind == signal.SIGINT else signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    env.__init__()  # type: ignore[misc]
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    for name in [name for name in sys.modules if name.startswith("lgsp.settings")]:
        del sys.modules[name]
    # Libraries have put defaults of their own beside them.
    own = Settings(os.environ["DJANGO_SETTINGS_MODULE"])
    for name in own._explicit_settings:
        setattr(settings, name, getattr(own, name))
    handlers: tuple[Any, ...] = (connections, caches)
    for handler in handlers:
        handler._settings = None
        handler.__dict__.pop("settings", None)
        handler._connections = Local(handler.thread_critical)
    if wanted["command"][0] == "lgsp.data_plane":
        subprocess.Popen = Grown  # type: ignore[assignment, misc]
    return _ended(wanted["command"])


def preload() -> list[ModuleType]:
    """Import what the processes need; find all addresses once."""
    django.setup()
    assert uvicorn.main
    found = [import_module(name) for name in PRELOADED]
    found += [import_module(path.rpartition(".")[0]) for path in settings.MIDDLEWARE]
    get_resolver("lgsp.urls")._populate()
    return found


if __name__ == "__main__":
    asked = socket.socket(fileno=int(sys.argv[1]))
    # Nothing is imported until somebody asks.
    if not asked.recv(1, socket.MSG_PEEK):
        sys.exit()
    preload()
    gc.collect()
    gc.freeze()
    told = Nursery(asked).serve()
    sys.exit(become(told) if told is not None else 0)

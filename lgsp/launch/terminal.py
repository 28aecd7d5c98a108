"""What the launcher says: Vietnamese, one line a thing, seconds on long steps."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic
from typing import TextIO

_BEAT_SECONDS = 15
_progress: list[TextIO] = []


class Stop(Exception):
    """Something the person must mend; the text is one line that says what to do."""


def prepare() -> None:
    """Make both streams speak UTF-8 even where the machine's locale does not."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def keep_output_clean() -> None:
    """From now on progress goes to the error stream: standard output belongs to the command that follows."""
    _progress[:] = [sys.stderr]


def say(text: str = "", *, stream: TextIO | None = None) -> None:
    """Print one line at once. A terminal that was closed, or a pipe nobody reads, stops nothing."""
    with suppress(OSError, ValueError):
        print(text, file=stream or sys.stdout, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a long step, say every quarter of a minute that it goes on, and how long it took."""
    stream = _progress[0] if _progress else sys.stdout
    say(f"• {title} …", stream=stream)
    started, done = monotonic(), Event()

    def beat() -> None:
        while not done.wait(_BEAT_SECONDS):
            say(f"  … đã {monotonic() - started:.0f} giây", stream=stream)

    Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    say(f"  xong sau {monotonic() - started:.1f} giây", stream=stream)

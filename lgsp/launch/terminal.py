"""What the launcher says: Vietnamese, one line a thing, seconds on long steps."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TextIO


class Stop(Exception):
    """Something the person must mend; the text is one line that says what to do."""


def prepare() -> None:
    """Make both streams speak UTF-8 even where the machine's locale does not."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def say(text: str = "", *, stream: TextIO | None = None) -> None:
    """Print one line at once."""
    print(text, file=stream or sys.stdout, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a long step and say how long it took."""
    say(f"• {title} …")
    started = monotonic()
    yield
    say(f"  xong sau {monotonic() - started:.1f} giây")

"""`python -m tests.installed`: docs/installation.md tried word for word on clean Debian folders, as root, offline but
for the packages. Each step says what it did; the first that does not do what the page says ends it with status 1."""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from tests.installed.root import Failed, Root, alone, cut_off
from tests.installed.steps import Installation
from tests.installed.survival import Survival


def say(text: str) -> None:
    """Print a line with the time of day."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Try it; 0 when all of it holds, 2 where it cannot be tried."""
    reader = argparse.ArgumentParser(prog="python -m tests.installed")
    reader.add_argument(
        "--place", type=Path, default=Path("/tmp/lgsp-installed"), help="folder for the Debian folders"
    )
    reader.add_argument("--suite", default="trixie", help="Debian 12 is bookworm, 13 is trixie")
    reader.add_argument("--keep", action="store_true", help="leave the folders where they are")
    reader.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = reader.parse_args(arguments)
    missing = [name for name in ("debootstrap", "chroot", "unshare", "setpriv", "ip") if not shutil.which(name)]
    if os.geteuid() or missing:
        sys.stderr.write(f"Cần quyền root và: {', '.join(missing) or 'debootstrap'}.\n")
        return 2
    if not given.alone:
        return alone(arguments)
    try:
        _try(given.place, given.suite)
    except Failed as fault:
        say(f"KHÔNG ĐẠT: {fault}")
        return 1
    finally:
        if not given.keep:
            shutil.rmtree(given.place, ignore_errors=True)
    say("ĐẠT")
    return 0


def _try(place: Path, suite: str) -> None:
    begun = time.monotonic()
    place.mkdir(parents=True, exist_ok=True)
    first, second = Root(place / "first"), Root(place / "second")
    laid = Installation(Root(place / "laid"), suite, say)
    there, spare = Installation(first, suite, say), Installation(second, suite, say)
    try:
        if not (place / ".laid").exists():
            laid.debian()
            laid.code()
            (place / ".laid").touch()
        laid.refresh()
        for one in (there, spare):
            one.root.copy_of(laid.root)
            one.words |= laid.words
        cut_off()
        there.whole()
        Survival(there, spare, say).whole()
    finally:
        for root in (laid.root, first, second):
            root.close()
    say(f"{time.monotonic() - begun:.0f} giây")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

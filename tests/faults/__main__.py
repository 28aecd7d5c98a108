"""`./run faults [--rounds N] [--only KINDS] [--seed S] [--rate R] [--short]`: the whole product broken under load.

Exit status 1 when something did not hold. The full disk is tried in a file system of memory that only this process
and its children see, which needs the right to mount one; without it that kind is left out, loudly.
"""

import argparse
import ctypes
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.faults import checks, report
from tests.faults.instance import OURS, started
from tests.faults.kinds import FULL, SMALL, Kind, chosen, order
from tests.faults.provider import Provider
from tests.faults.rounds import Round, Suite
from tests.faults.waiting import wait_until
from tests.faults.world import make

RATE = 40.0
# The whole log is recomputed after so many rounds, and after the last.
VERIFY_EVERY = 5
DISK_BYTES, OUTSIDE_BYTES = 900_000_000, 8_000_000


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the rounds asked for; return 1 when something did not hold."""
    given = _read(arguments)
    if given.rounds < 1 or given.rate <= 0:
        say("Số vòng và số cuộc gọi mỗi giây phải lớn hơn 0.")
        return 2
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]  # what the caller's environment says of a real installation
    outside = dict(os.environ)
    try:
        kinds = chosen([text for text in given.only.split(",") if text])
    except ValueError as error:
        say(f"Không có loại sự cố «{error}». Có: {', '.join(kind.name for kind in chosen([]))}")
        return 2
    rounds = order(kinds, given.rounds, Random(given.seed))
    full = [kind for kind in rounds if kind.name in SMALL]
    others = [kind for kind in rounds if kind.name not in SMALL]
    done: list[Round] = []
    say(report.circumstances(given.seed, given.rate))
    if others:
        with tempfile.TemporaryDirectory(prefix="lgsp-faults-") as place:
            done += _run(Path(place), others, given)
    elif full:
        with _small_disk() as small:
            done += _run(small, full, given, small / "outside") if small else []
    for text in (*report.table(done), report.proof(done)) if done else ():
        say(text)
    failed = any(one.faults for one in done)
    if others and full:
        again = [
            "--rounds",
            str(len(full)),
            "--only",
            ",".join({kind.name for kind in full}),
            "--seed",
            str(given.seed),
            "--rate",
            str(given.rate),
        ]
        command = [sys.executable, "-m", "tests.faults", *again, *(["--short"] if given.short else [])]
        failed = bool(subprocess.run(command, env=outside, check=False).returncode) or failed
    return 1 if failed else 0


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="./run faults")
    reader.add_argument("--rounds", type=int, default=20)
    reader.add_argument("--only", default="", help="names or beginnings of names, separated by commas")
    reader.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    reader.add_argument("--rate", type=float, default=RATE, help="calls a second")
    reader.add_argument("--short", action="store_true", help="do not wait until calls that broke are closed")
    return reader.parse_args(arguments)


def _run(place: Path, kinds: Sequence[Kind], given: argparse.Namespace, outside: Path | None = None) -> list[Round]:
    provider = Provider().start()
    with started(place, outside) as instance:
        os.environ.update(instance.variables())
        import django

        django.setup()
        callers = make(provider.url)
        suite = Suite(instance, callers, checks.Hits(provider), Random(given.seed), given.rate)
        if not wait_until(instance.ready, 60):
            raise RuntimeError("the instance is not ready")
        with instance.connect() as own:
            own.execute("checkpoint")  # as in any instance older than a few minutes
        done = _break(suite, kinds)
        late = [] if not done else suite.settle(wait=not given.short)
        for fault in late:
            done[-1].faults.append(fault)
            say(fault)
        say(", ".join(f"{what}: {count}" for what, count in suite.counts.items()))
        if any(one.faults for one in done):
            _keep(place, given.seed)
    return done


def _break(suite: Suite, kinds: Sequence[Kind]) -> list[Round]:
    """Do a round of each of *kinds*; an interruption ends it with what is done."""
    done: list[Round] = []
    try:
        for number, kind in enumerate(kinds, 1):
            one = suite.round(kind)
            if number % VERIFY_EVERY == 0:
                one.faults.extend(checks.verify())
            done.append(one)
            say(report.line(number, len(kinds), one))
    except KeyboardInterrupt:
        say("Dừng giữa chừng; kết quả của các vòng đã xong:")
    return done


def _keep(place: Path, seed: int) -> None:
    """Keep what the processes said: the folder goes at the end."""
    kept = Path(tempfile.gettempdir()) / f"lgsp-faults-log-{seed}"
    shutil.copytree(place / "data" / "log", kept, dirs_exist_ok=True)
    shutil.copy(place / "said", kept / "launcher.log")
    say(f"Nhật ký của các tiến trình: {kept}")


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    """Give a folder that is a file system of its own; it goes with this process."""
    clone_new_ns, private_recursive = 0x00020000, (1 << 18) | 0x4000
    kernel = ctypes.CDLL(None, use_errno=True)
    with tempfile.TemporaryDirectory(prefix="lgsp-faults-") as place:
        alone = kernel.unshare(clone_new_ns) == 0 and kernel.mount(b"none", b"/", None, private_recursive, None) == 0

        def small(where: str, size: int) -> bool:
            Path(where).mkdir(exist_ok=True)
            return kernel.mount(b"tmpfs", where.encode(), b"tmpfs", 0, f"size={size},mode=0711".encode()) == 0

        if not (alone and small(place, DISK_BYTES) and small(f"{place}/outside", OUTSIDE_BYTES)):
            say(f"!!! KHÔNG THỬ ĐƯỢC {FULL}: cần quyền gắn một ổ đĩa nhỏ (root). !!!")
            yield None
            return
        try:
            yield Path(place)
        finally:
            for where in (f"{place}/outside", place):
                kernel.umount2(where.encode(), 2)  # MNT_DETACH


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

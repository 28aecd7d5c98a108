"""What the rounds came to, as a table, and what nothing found in n rounds proves."""

import os
import platform
import statistics
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from lgsp.launch.places import ROOT
from tests.faults.rounds import Round

_HEAD = ("kind", "rounds", "calls", "2xx", "429", "50x", "broken", "back p50", "max s", "violations")
_FORM = "{:<20} {:>6} {:>7} {:>7} {:>6} {:>6} {:>7} {:>9} {:>7} {:>11}"


def line(number: int, rounds: int, one: Round) -> str:
    """Return what one round came to."""
    said = ", ".join(f"{word} {count}" for word, count in sorted(one.codes.items()))
    verdict = "; ".join(one.faults) or "ok"
    return f"{number:>4}/{rounds} {one.kind:<20} back {one.back:5.1f} s   {said}   {verdict}"


def table(rounds: Sequence[Round]) -> Iterator[str]:
    """Return the table, a line a kind, and all of them together."""
    by_kind: dict[str, list[Round]] = defaultdict(list)
    for one in rounds:
        by_kind[one.kind].append(one)
    yield _FORM.format(*_HEAD)
    for kind in sorted(by_kind):
        yield _row(kind, by_kind[kind])
    yield _row("all", rounds)


def _row(name: str, rounds: Sequence[Round]) -> str:
    counted: Counter[int] = sum((one.statuses for one in rounds), Counter())
    refused = sum(count for status, count in counted.items() if status >= 500)
    back = [one.back for one in rounds]
    middle, most, failed = (
        f"{statistics.median(back):.1f}",
        f"{max(back):.1f}",
        sum(bool(one.faults) for one in rounds),
    )
    answers = (counted.total(), counted[200], counted[429], refused, counted[0])
    return _FORM.format(name, len(rounds), *answers, middle, most, failed)


def proof(rounds: Sequence[Round]) -> str:
    """Say what the rounds prove: 0 of n bounds the share by 3/n (the rule of three, 95 %)."""
    failed, number = sum(bool(one.faults) for one in rounds), len(rounds)
    if failed:
        return f"{failed} of {number} rounds found something."
    bound = f"at most {min(1.0, 3 / number):.1%} of such faults do harm (95 %, rule of three)"
    return f"0 of {number} rounds found anything: {bound}."


def circumstances(seed: int, rate: float) -> str:
    """Return machine, commit, seed and rate: no figure is quoted without them."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    commit = done.stdout.strip() or "?"
    machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"
    return f"{machine}; commit {commit}; seed {seed}; {rate:g} calls/s"

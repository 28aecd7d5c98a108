"""`python -m tests.faults.telling [--rounds N] [--seed S]`: what tells people, killed in turn while it has to tell.

A running instance with a real mail server and a real receiver of webhooks. In each round something of every kind
becomes due (alerts, a reminder of an incident, a late answer, a stage of maintenance, letters, checks of source
systems), then the worker, one of its children, beat or the mail server is killed at a moment nobody foresees. At the
end the mail server is away for a day. Exit status 1 when anything was told twice or not at all.
"""

import argparse
import logging
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.faults.instance import OURS, Instance, children, started
from tests.faults.kinds import kill
from tests.faults.outside import Outside
from tests.faults.waiting import wait_until

if TYPE_CHECKING:
    from tests.faults.due import Due

# Whatever was due is told by then: the longest pause of the jobs is a minute, a worker takes some seconds to start.
TOLD_SECONDS = 150.0
# Letters on their way when a worker died are on their way no longer.
SETTLED_SECONDS = 8.0
MAIL_AWAY_SECONDS = 20.0
# So many tries take a day by the pauses of the outbox: 1, 5, 30 minutes, then every two hours.
TRIES_OF_A_DAY = 14


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _worker(instance: Instance, _mail: Outside, _chance: Random) -> None:
    leader = instance.pids["worker"]
    for pid in [leader, *children(leader)]:
        kill(pid)


def _child(instance: Instance, _mail: Outside, chance: Random) -> None:
    leader = instance.pids["worker"]
    kill(chance.choice(children(leader) or [leader]))


def _beat(instance: Instance, _mail: Outside, _chance: Random) -> None:
    kill(instance.pids["beat"])


def _mail_server(_instance: Instance, mail: Outside, _chance: Random) -> None:
    mail.kill()
    time.sleep(MAIL_AWAY_SECONDS)
    mail.start()


KINDS: dict[str, Callable[[Instance, Outside, Random], None]] = {
    "kill-worker": _worker,
    "kill-mail": _mail_server,
    "kill-child": _child,
    "kill-beat": _beat,
}


def main(arguments: Sequence[str]) -> int:
    """Do the rounds; return 1 when something did not hold."""
    reader = argparse.ArgumentParser(prog="python -m tests.faults.telling")
    reader.add_argument("--rounds", type=int, default=len(KINDS))
    reader.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    given = reader.parse_args(arguments)
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    say(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="lgsp-telling-") as place:
        folder = Path(place)
        mail, other = Outside("mail", folder / "mail.jsonl").start(), Outside("http", folder / "http.jsonl").start()
        os.environ |= {"LGSP_EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "LGSP_EMAIL_TIMEOUT": "5"}
        try:
            with started(folder) as instance:
                return _rounds(instance, mail, other, given.rounds, Random(given.seed))
        finally:
            mail.kill()
            other.kill()


def _rounds(instance: Instance, mail: Outside, other: Outside, rounds: int, chance: Random) -> int:
    os.environ.update(instance.variables())
    import django

    django.setup()
    logging.disable(logging.INFO)  # that jobs were started
    from tests.faults.due import Due

    due, faults = Due(mail, other), list[str]()
    due.prepare()
    for number in range(rounds):
        kind = list(KINDS)[number % len(KINDS)]
        begun = time.monotonic()
        due.make(number)
        time.sleep(chance.uniform(0, 20))
        moment = due.now()
        KINDS[kind](instance, mail, chance)
        time.sleep(SETTLED_SECONDS)
        due.let_claims_run_out(moment)
        missing = _wait(due, [number])
        faults += missing
        say(f"{kind}: {time.monotonic() - begun:.0f} s, {'; '.join(missing) or 'all told'}")
    faults += _away_for_a_day(due, mail, rounds)
    # What is told twice may be told late: after everything.
    time.sleep(SETTLED_SECONDS)
    faults += due.told_twice(range(rounds + 1)) + due.checks_at_odds()
    say(", ".join(f"{what}: {count}" for what, count in due.counts().items()))
    say(f"{len(set(faults))} faults: {'; '.join(dict.fromkeys(faults)) or 'none'}")
    return 1 if faults else 0


def _wait(due: "Due", rounds: Sequence[int]) -> list[str]:
    wait_until(lambda: not due.missing(rounds), TOLD_SECONDS)
    return due.missing(rounds)


def _away_for_a_day(due: "Due", mail: Outside, number: int) -> list[str]:
    """Keep the mail server away while the outbox tries as often as in a day; all goes, once, when it is back."""
    begun = time.monotonic()
    mail.kill()
    due.make(number)
    tried = 0
    for turn in range(TRIES_OF_A_DAY):
        # A try that is under way writes its own pause when it ends.
        wait_until(due.at_rest, 10.0)
        due.let_pauses_run_out()
        tried += wait_until(lambda at=turn: due.tries() > at, 30.0)  # type: ignore[misc]
    faults = [] if tried == TRIES_OF_A_DAY else [f"tried {tried} times in a day"]
    if not wait_until(due.staff_know, TOLD_SECONDS):
        faults.append("staff were not told that letters wait")
    faults += [f"given up: {count}" for count in [due.given_up()] if count]
    if sent := Counter(row["to"] for row in mail.taken() if f".vong{number}@" in row["to"]):
        faults.append(f"sent while away: {sent}")
    mail.start()
    wait_until(due.at_rest, 10.0)
    due.let_pauses_run_out()
    faults += _wait(due, [number])
    say(f"mail away for {tried} tries: {time.monotonic() - begun:.0f} s, {'; '.join(faults) or 'all told'}")
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the admission statement promises, tried with real processes (broker design, §6).

``python -m bench.admission ADDRESS [--rounds N] [--seconds S]`` with the address of a database that has the tables and
holds nothing of worth. The suite runs the same functions with fewer rounds.
"""

import argparse
import os
import platform
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import psycopg

from bench.log_workers import Workers, call_through, steady, submit, workers

PROCESSES = 8


def gates(address: str, count: int, limit: int = 1_000_000_000) -> list[int]:
    """Open *count* gates."""
    return [
        _one(address, "insert into audit_gate (lim) values (%s) returning gate_id", limit)[0] for _ in range(count)
    ]


def _one(address: str, statement: str, *values: Any) -> tuple[Any, ...]:
    with psycopg.connect(address, autocommit=True) as link:
        found = link.execute(statement, values or None).fetchone()
        return found or ()


def _sum(counts: Sequence[Counter[str]]) -> Counter[str]:
    return sum(counts, start=Counter[str]())


def _share(calls: Sequence[Any], parts: int) -> list[tuple[Any, ...]]:
    return [(list(calls[part::parts]), True) for part in range(parts)]


def quota(address: str, team: Workers, rounds: int, *, limit: int = 100, calls: int = 500) -> list[tuple[int, int]]:
    """Return (admitted, used) of each round of *calls* through a gate of *limit*."""
    found = []
    for _ in range(rounds):
        (gate,) = gates(address, 1, limit)
        seen = _sum(team.do(submit, _share([call_through(gate) for _ in range(calls)], len(team.pipes))))
        used = _one(address, "select used from audit_gate where gate_id = %s", gate)[0]
        rows = _one(address, "select count(*) from audit_intent where gate_id = %s and verdict = 'A'", gate)[0]
        found.append((seen["A"], used if rows == used else -1))
    return found


def totals(address: str, team: Workers, rounds: int, *, limit: int = 100, calls: int = 500) -> list[tuple[int, int]]:
    """Return (admitted, used) of each round of *calls* through five gates of a service that takes *limit* in all."""
    found = []
    for _ in range(rounds):
        (total,), many = gates(address, 1, limit), gates(address, 5)
        made = [call_through(many[number % 5], total=total) for number in range(calls)]
        seen = _sum(team.do(submit, _share(made, len(team.pipes))))
        used = _one(address, "select used from audit_gate where gate_id = %s", total)[0]
        each = _one(address, "select sum(used) from audit_gate where gate_id = any(%s)", many)[0]
        found.append((seen["A"], used if each == used else -1))
    return found


def replay(address: str, team: Workers, rounds: int, *, copies: int = 64) -> list[tuple[int, int]]:
    """Return (admitted, refused as replay) of each round of *copies* of one request."""
    (gate,) = gates(address, 1)
    found = []
    for _ in range(rounds):
        first = call_through(gate)
        calls = [call_through(gate, nonce=first.nonce, created=first.created) for _ in range(copies)]
        seen = _sum(team.do(submit, _share(calls, len(team.pipes))))
        found.append((seen["A"], seen["R"]))
    return found


def hostile(address: str, team: Workers, batches: int) -> dict[str, Any]:
    """Send *batches* of 64 calls a process that share nonces and 31 gates in any order; return verdicts, deadlocks."""
    many = gates(address, 31)
    shared = [call_through(many[0]) for _ in range(200)]
    before = _one(address, "select deadlocks from pg_stat_database where datname = current_database()")[0]
    seen: Counter[str] = Counter()
    for _ in range(batches):
        jobs = []
        for _process in team.pipes:
            picked = random.choices(shared, k=64)
            calls = [
                call_through(random.choice(many), nonce=one.nonce, created=one.created)
                if random.random() < 0.5
                else call_through(random.choice(many))
                for one in picked
            ]
            jobs.append((calls, False))
        seen += _sum(team.do(submit, jobs))
    after = _one(address, "select deadlocks from pg_stat_database where datname = current_database()")[0]
    admitted = _one(address, "select sum(used) from audit_gate where gate_id = any(%s)", many)[0]
    return {"seen": seen, "deadlocks": after - before, "used": int(admitted)}


def revocation(address: str, team: Workers, seconds: float) -> dict[str, Any]:
    """Raise gate versions under load; return changes, verdicts, and calls admitted by a version after its end.

    While a change holds its gate nobody can be admitted by the old version, so those admitted are counted then and
    again when all is over: the difference was admitted after the change's commit.
    """
    few = gates(address, 4)
    team.tell(steady, [(address, few, seconds, 8, "")] * len(team.pipes))
    ends, until, counted = {}, monotonic() + seconds, "select count(*) from audit_intent where gate_id = %s"
    counted += " and gate_version <= %s and verdict = 'A'"
    with psycopg.connect(address) as link:
        while monotonic() < until:
            gate = random.choice(few)
            changed = link.execute(
                "update audit_gate set version = version + 1 where gate_id = %s returning version - 1", [gate]
            ).fetchone()
            old = changed[0] if changed else 0
            admitted = link.execute(counted, [gate, old]).fetchone()
            link.commit()
            ends[gate, old] = admitted[0] if admitted else -1
            sleep(0.005)
        answers = [answer for answer in team.hear() if answer]
        late = sum((link.execute(counted, place).fetchone() or (0,))[0] - seen for place, seen in ends.items())
    return {"changes": len(ends), "seen": _sum([answer["seen"] for answer in answers]), "late": late}


def killing(address: str, seconds: float, *, processes: int = PROCESSES) -> dict[str, Any]:
    """End backends and whole processes under load; return what was ended and what does not add up afterwards."""
    few, ended = gates(address, 3), Counter[str]()
    team, over = Workers(address, processes), Event()
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / str(number)) for number in range(processes)]
        team.tell(steady, [(address, few, seconds, 6, file) for file in files])
        killer = Thread(target=_end_some, args=(address, team, over, ended))
        killer.start()
        answers = team.hear()
        over.set()
        killer.join()
        team.stop()
        answered = [
            line.split()
            for file in files
            if Path(file).exists()
            for line in Path(file).read_text().split("\n")
            if line
        ]
    with psycopg.connect(address) as link:
        rows = link.execute(
            "select call_id::text, i.verdict from audit_intent i join audit_outcome o using (call_id)"
            " where gate_id = any(%s)",
            [few],
        ).fetchall()
        used = link.execute(
            "select sum(used), (select count(*) from audit_intent where gate_id = any(%s) and verdict = 'A')"
            " from audit_gate where gate_id = any(%s)",
            [few, few],
        ).fetchone()
    durable = {(call, verdict) for call, verdict in rows}
    return {
        "ended": ended,
        "answered": len(answered),
        "without_row": sum((call, verdict) not in durable for call, verdict in answered),
        "used": int(used[0]) if used else -1,
        "rows": used[1] if used else -2,
        "down": sum(answer["seen"]["down"] for answer in answers if answer),
    }


def _end_some(address: str, team: Workers, over: Event, ended: Counter[str]) -> None:
    """End a random backend every 50 ms, and every second one of the processes until two are left."""
    alive, turn = list(team.processes), 0
    with psycopg.connect(address, autocommit=True) as link:
        while not over.wait(0.05):
            turn += 1
            done = link.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                " and application_name like 'lgsp-log-%' order by random() limit 1"
            ).fetchone()
            ended["backends"] += bool(done and done[0])
            if turn % 20 == 0 and len(alive) > 2:
                os.kill(alive.pop().pid or 0, signal.SIGKILL)
                ended["processes"] += 1


def speed(address: str, processes: int, callers: int, seconds: float) -> dict[str, Any]:
    """Return calls/s (admission and outcome) and latency of *callers* in each of *processes*."""
    many = gates(address, 10)
    with workers(address, processes) as team:
        answers = team.do(steady, [(address, many, seconds, callers, "")] * processes)
    times = sorted(time for answer in answers for time in answer["times"])
    return {
        "calls/s": round(len(times) / seconds),
        "p50 ms": round(times[len(times) // 2] * 1000, 2),
        "p99 ms": round(times[len(times) * 99 // 100] * 1000, 2),
        "n": len(times),
    }


def main() -> None:
    """Run everything and print it with n."""
    reader = argparse.ArgumentParser()
    reader.add_argument("address")
    reader.add_argument("--rounds", type=int, default=50)
    reader.add_argument("--seconds", type=float, default=10)
    reader.add_argument("--only", default="", help="speed or promises")
    chosen = reader.parse_args()
    address, rounds, seconds = chosen.address, chosen.rounds, chosen.seconds
    version = _one(address, "select version()")[0].split(" on ")[0]
    print(f"{version}; {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if chosen.only != "speed":
        with workers(address, PROCESSES) as team:
            found = Counter(quota(address, team, rounds))
            print(f"quota 100, 500 calls, {PROCESSES} processes, {rounds} rounds: (admitted, used) {dict(found)}")
            found = Counter(totals(address, team, rounds))
            print(f"total 100 over 5 gates, 500 calls, {PROCESSES} processes, {rounds} rounds: {dict(found)}")
            found = Counter(replay(address, team, rounds * 4))
            print(f"64 copies, {PROCESSES} processes, {rounds * 4} rounds: (admitted, replays) {dict(found)}")
            batches = rounds * 3
            print(f"{batches * PROCESSES} hostile batches, 31 gates: {hostile(address, team, batches)}")
            print(f"revocation under load, {seconds} s: {revocation(address, team, seconds)}")
        print(f"killing, {seconds} s: {killing(address, seconds)}")
    if chosen.only != "promises":
        for processes, callers in ((1, 1), (1, 50), (8, 8)):
            print(f"{processes} x {callers}, {seconds} s: {speed(address, processes, callers, seconds)}")


if __name__ == "__main__":
    main()

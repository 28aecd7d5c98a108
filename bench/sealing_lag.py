"""How long a row waits for its checkpoint: ``python -m bench.sealing_lag ADDRESS [--rate 500] [--seconds 60]``.

Writes rows at a steady rate through the ledger, beside a sealer as the product runs it, and looks when each call's
outcome is in a checkpoint that lies outside the database.
"""

import argparse
import asyncio
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from audit.admission import Ledger
from audit.sealing.outside import Outside
from audit.sealing.sealer import Keys, Sealer, run
from bench.log_workers import DONE, KEYS, call_through
from bench.sealing import SIGNER


def _sealer(address: str, folder: Path, stopping: threading.Event) -> None:
    sealer = Sealer(address, Keys(SIGNER, {SIGNER.verifier.key_id: SIGNER.verifier}, KEYS), Outside(folder))
    sealer.outside.take()
    run(sealer, stopping.is_set, lambda seconds: _wait(stopping, seconds))


def _wait(stopping: threading.Event, seconds: float) -> None:
    stopping.wait(seconds)


async def _write(address: str, rate: int, seconds: int) -> list[tuple[float, int]]:
    """Write *rate* rows a second; return when each pair was durable, and how many rows were by then."""
    with psycopg.connect(address, autocommit=True) as link:
        found: Any = link.execute("insert into audit_gate (lim) values (1000000000) returning gate_id").fetchone()
    ledger = Ledger(address, KEYS)
    await ledger.start()
    done: list[tuple[float, int]] = []

    async def one() -> None:
        call = call_through(found[0])
        await ledger.admit(call)
        await ledger.record(call, DONE)
        done.append((time.time(), len(done) + 1))

    begun, calls, tasks = time.monotonic(), rate // 2, []
    for number in range(calls * seconds):
        await asyncio.sleep(max(0.0, begun + number / calls - time.monotonic()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    await ledger.stop()
    return done


def main() -> int:
    """Write, seal, say how late."""
    reader = argparse.ArgumentParser(prog="python -m bench.sealing_lag")
    reader.add_argument("address")
    reader.add_argument("--rate", type=int, default=500)
    reader.add_argument("--seconds", type=int, default=60)
    chosen = reader.parse_args()
    folder, stopping = Path(tempfile.mkdtemp(prefix="lgsp-bench-")), threading.Event()
    thread = threading.Thread(target=_sealer, args=(chosen.address, folder, stopping))
    thread.start()
    with psycopg.connect(chosen.address, autocommit=True) as link:
        before = link.execute("select coalesce(max(size), 0) from audit_checkpoint").fetchone()
        done = asyncio.run(_write(chosen.address, chosen.rate, chosen.seconds))
        time.sleep(3)
        stopping.set()
        thread.join()
        # When a checkpoint is on the disk outside is seen by its file alone; its own time is when it was signed, and
        # the file follows within the same tick, whose length is added.
        points = link.execute(
            "select size, extract(epoch from at)::float8 from audit_checkpoint where size > %s order by number",
            before,
        ).fetchall()
        rows = link.execute(
            "select first_leaf, leaves, extract(epoch from o.finished_at)::float8, o.n from audit_leaf l"
            " join audit_outcome o on l.kind = 'outcome' and o.epoch = l.epoch"
            " and o.n between l.first_n and l.first_n + l.leaves - 1 where l.first_leaf >= %s",
            before,
        ).fetchall()
    ends: dict[int, float] = dict(points)
    sizes = sorted(ends)
    lags = []
    place = 0
    for first, leaves, finished, _n in sorted(rows):
        while place < len(sizes) and sizes[place] < first + leaves:
            place += 1
        lags.append(ends[sizes[place]] - finished)
    lags.sort()
    told = [f"p{share}: {lags[min(len(lags) - 1, int(len(lags) * share / 100))]:.2f} s" for share in (50, 99, 100)]
    sys.stdout.write(f"{len(done)} calls at {chosen.rate} rows/s: outcome to signed checkpoint {', '.join(told)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast the log is sealed and verified: ``python -m bench.sealing ADDRESS [--calls N]`` against an empty database.

Rows are written with right MACs by the ledger's own forms and chains, thousands at a time, and committed at once.
"""

import argparse
import base64
import os
import platform
import sys
import tempfile
import time
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from audit.ledger import canonical, rows
from audit.ledger.calls import Attempt, Standing, intent_values, outcome_values
from audit.ledger.canonical import NO_MAC, row_mac
from audit.ledger.epochs import Chain
from audit.sealing.notes import Signer
from audit.sealing.outside import Outside
from audit.sealing.sealer import Keys, Sealer
from bench.log_workers import DONE, KEYS, call_through
from core import clock
from core.crypto import Keyring

NAME, SECRET = next(iter(Keyring.parse(KEYS).keys.items()))
BATCH = 4_000
SIGNER = Signer.made_of("bench.lgsp.example/log", base64.b64decode("QmVuY2gta2V5LXRoYXQtaXMtMzItYnl0ZXMtbG9uZyE="))


def _event(connection: psycopg.Connection[Any], kind: str, event: str, last: tuple[Any, ...]) -> tuple[int, bytes]:
    found = connection.execute("select seq, row_mac from audit_epoch order by seq desc limit 1").fetchone()
    seq, before = (found[0] + 1, bytes(found[1])) if found else (1, NO_MAC)
    signed = (seq, event, kind, clock.now(), "bench", NAME, canonical.FORMAT, *last, before)
    mac = row_mac(SECRET, "epoch", signed)
    names = ", ".join(column.name for column in canonical.EPOCH)
    connection.execute(
        f"insert into audit_epoch ({names}, row_mac) values ({', '.join(['%s'] * 12)})",
        (*signed, mac),
    )
    return seq, mac


def fill(connection: psycopg.Connection[Any], calls: int) -> None:
    """Write *calls* finished calls in one epoch of each kind, as one process would have."""
    found: Any = connection.execute("insert into audit_gate (lim) values (1000000000) returning gate_id").fetchone()
    began = clock.now() - timedelta(seconds=calls / 1000)
    epochs = {kind: _event(connection, kind, "open", (None, None, None)) for kind in ("intent", "outcome")}
    chains = {kind: Chain(seq, 0, mac) for kind, (seq, mac) in epochs.items()}
    for kind, form, more in (("intent", rows.INTENTS, ", 'A', received_at"), ("outcome", rows.OUTCOMES, "")):
        names = ", ".join([*(column.name for column in form.columns), "row_mac"])
        assigned = ", verdict, admitted_at" if more else ""
        for begin in range(0, calls, BATCH):
            places = range(begin + 1, min(begin + BATCH, calls) + 1)
            values = [_values(kind, n, found[0], epochs["intent"][0], began) for n in places]
            written, chains[kind] = chains[kind].link(SECRET, form, values)
            connection.execute(
                f"insert into audit_{kind} ({names}{assigned})"
                f" select {names}{more} from unnest(%s::audit_{kind}_row[])",
                (written,),
            )
    for kind, chain in chains.items():
        _event(connection, kind, "close", (chain.epoch, chain.n, chain.mac))


def _values(kind: str, n: int, gate: int, intents: int, began: datetime) -> tuple[Any, ...]:
    at = began + timedelta(milliseconds=n)
    call = call_through(gate, created=at)
    call.received_at, call.standing = at, _standing(gate)
    call.call_id = UUID(int=(int(began.timestamp() * 1e6) << 64) | n)
    if kind == "intent":
        return intent_values(call, owned=True, refused=False)
    return outcome_values(call, DONE, attempt=Attempt(intents, n, "A", at), earlier=NO_MAC, finished_at=at)


@cache
def _standing(gate: int) -> Standing:
    return call_through(gate).standing


def seal_all(address: str, folder: Path) -> tuple[int, float, float]:
    """Seal everything; return leaves, seconds and processor seconds of this process."""
    sealer = Sealer(address, Keys(SIGNER, {SIGNER.verifier.key_id: SIGNER.verifier}, KEYS), Outside(folder))
    sealer.outside.take()
    sealer.connect()
    sealer.resume()
    begun, before, cpu = time.perf_counter(), sealer.tree.size, time.process_time()
    while not sealer.tick():
        pass
    taken, used = time.perf_counter() - begun, time.process_time() - cpu
    sealer.connection.close()
    sealer.outside.release()
    return sealer.tree.size - before, taken, used


def main() -> int:
    """Fill, seal, say what it took."""
    reader = argparse.ArgumentParser(prog="python -m bench.sealing")
    reader.add_argument("address")
    reader.add_argument("--calls", type=int, default=500_000)
    reader.add_argument("--checkpoints", type=Path, default=None)
    chosen = reader.parse_args()
    with psycopg.connect(chosen.address) as connection:
        begun = time.perf_counter()
        fill(connection, chosen.calls)
        connection.commit()
        sys.stdout.write(f"filled {2 * chosen.calls} rows in {time.perf_counter() - begun:.1f} s\n")
        connection.autocommit = True
        connection.execute("analyze")
    folder = chosen.checkpoints or Path(tempfile.mkdtemp(prefix="lgsp-bench-"))
    leaves, seconds, used = seal_all(chosen.address, folder)
    sys.stdout.write(
        f"{platform.machine()}, {os.cpu_count()} cores: {leaves} leaves sealed in {seconds:.2f} s,"
        f" {seconds / leaves * 1e6:.1f} us a row ({used / leaves * 1e6:.1f} us in the sealer)\n"
        f"public key {SIGNER.verifier}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

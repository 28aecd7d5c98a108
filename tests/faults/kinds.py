"""The faults: each is done to a running instance, lasts a while or a moment, and is over when its function returns."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import redis

from tests.faults.instance import Instance, children
from tests.faults.waiting import wait_until

# Full disks are tried where data folder and folder of checkpoints are small file systems of their own.
FULL, OUTSIDE_FULL = "disk-full", "disk-outside"
SMALL = frozenset({FULL, OUTSIDE_FULL})
# A note is small: the last page of the file has room for some.
TOLD_SECONDS = 30.0
STAND_SECONDS = 30.0
Do = Callable[[Instance, Random], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. ``name`` begins with its family: kill, stop, database, valkey, disk."""

    name: str
    do: Do


def kill(pid: int) -> None:
    """Kill a process; one that is gone is."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_named(name: str) -> Do:
    return lambda instance, _chance: kill(instance.pids[name])


def _kill_child(name: str) -> Do:
    def do(instance: Instance, chance: Random) -> None:
        kill(chance.choice(children(instance.pids[name]) or [instance.pids[name]]))

    return do


def _kill_celery(instance: Instance, chance: Random) -> None:
    """Kill the worker or one of the processes it forked, whichever chance names."""
    leader = instance.pids["worker"]
    kill(chance.choice([leader, *children(leader)]))


def _kill_backend(instance: Instance, chance: Random) -> None:
    """Kill what serves one connection of the product: PostgreSQL ends all others and recovers."""
    kill(chance.choice(backends(instance)))


def backends(instance: Instance) -> Sequence[int]:
    """Return the processes that serve the product's connections."""
    with instance.connect() as own:
        query = (
            "select pid from pg_stat_activity where backend_type = 'client backend' and application_name <> 'faults'"
        )
        return [int(row[0]) for row in own.execute(query)]


def _terminate(instance: Instance, _chance: Random) -> None:
    """End all connections from the database's side."""
    with instance.connect() as own:
        own.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )


@contextmanager
def stopped(pids: Sequence[int]) -> Iterator[None]:
    """Have processes stand still (SIGSTOP) for the block."""
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _stop(find: Callable[[Instance, Random], Sequence[int]]) -> Do:
    def do(instance: Instance, chance: Random) -> None:
        with stopped(find(instance, chance)):
            time.sleep(chance.uniform(1, 5))

    return do


def _one_worker(instance: Instance, chance: Random) -> Sequence[int]:
    return [chance.choice(children(instance.pids["broker"]))]


def _database(instance: Instance) -> Sequence[int]:
    leader = instance.pids["postgres"]
    return [leader, *children(leader)]


def _database_stands(instance: Instance, _chance: Random) -> None:
    with stopped(_database(instance)):
        time.sleep(STAND_SECONDS)


def _restart(instance: Instance, _chance: Random) -> None:
    """Shut the database down as an operator does; the launcher brings it back."""
    os.kill(instance.pids["postgres"], signal.SIGINT)


def _database_down(instance: Instance, _chance: Random) -> None:
    """Keep the database down for half a minute: nobody starts it while the launcher stands still."""
    with stopped([instance.launcher.pid]):
        os.kill(instance.pids["postgres"], signal.SIGINT)
        time.sleep(STAND_SECONDS)


def _flush(instance: Instance, _chance: Random) -> None:
    with redis.Redis.from_url(instance.told["redis"]) as client:
        client.flushall()


def _valkey_down(instance: Instance, chance: Random) -> None:
    """Keep Valkey away for some seconds."""
    with stopped([instance.launcher.pid]):
        kill(instance.pids["valkey"])
        time.sleep(chance.uniform(2, 6))


def _fill(instance: Instance, chance: Random) -> None:
    """Fill the file systems everything lies on, to the last byte, for some seconds; then free them."""
    with _filled(instance.folder.parent / "filler", instance.outside / "filler") as fill:
        until = time.monotonic() + chance.uniform(3, 8)
        while time.monotonic() < until:
            fill()  # what a log cut short gave back
            time.sleep(0.2)


def _fill_outside(instance: Instance, chance: Random) -> None:
    """Fill the one that checkpoints lie on, until whoever looks is told and some seconds more; then free it."""
    with _filled(instance.outside / "filler"):
        told = wait_until(lambda: instance.outside_fault().endswith("ổ đĩa hết chỗ"), TOLD_SECONDS)
        time.sleep(chance.uniform(1, 5))
    if not told:
        raise RuntimeError("the sealer did not say that checkpoints cannot be written")


@contextmanager
def _filled(*fillers: Path) -> Iterator[Callable[[], None]]:
    """Have file systems full for the block; gives what fills them again."""

    def fill() -> None:
        for filler in fillers:
            _write_all(filler)

    try:
        fill()
        yield fill
    finally:
        for filler in fillers:
            filler.unlink(missing_ok=True)


def _write_all(filler: Path) -> None:
    with suppress(OSError), filler.open("ab", buffering=0) as file:
        for size in (4_000_000, 64_000, 4_096):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass


KILLS = (
    Kind("kill-web", _kill_named("web")),
    Kind("kill-broker-worker", _kill_child("broker")),
    Kind("kill-broker-keeper", _kill_named("broker")),
    Kind("kill-sealer", _kill_named("sealer")),
    Kind("kill-celery", _kill_celery),
    Kind("kill-valkey", _kill_named("valkey")),
    Kind("kill-backend", _kill_backend),
    Kind("kill-postmaster", _kill_named("postgres")),
)
KINDS = (
    *KILLS,
    Kind("stop-broker-worker", _stop(_one_worker)),
    Kind("stop-web", _stop(lambda instance, _chance: [instance.pids["web"]])),
    Kind("stop-sealer", _stop(lambda instance, _chance: [instance.pids["sealer"]])),
    Kind("stop-database", _stop(lambda instance, _chance: _database(instance))),
    Kind("stop-valkey", _stop(lambda instance, _chance: [instance.pids["valkey"]])),
    Kind("database-restart", _restart),
    Kind("database-terminate", _terminate),
    Kind("database-stands", _database_stands),
    Kind("database-down", _database_down),
    Kind("valkey-flush", _flush),
    Kind("valkey-down", _valkey_down),
    Kind(FULL, _fill),
    Kind(OUTSIDE_FULL, _fill_outside),
)


def chosen(wanted: Sequence[str]) -> list[Kind]:
    """Return the kinds whose name is one of *wanted* or begins with it; all for none. Raises ValueError."""
    unknown = [text for text in wanted if not any(kind.name.startswith(text) for kind in KINDS)]
    if unknown:
        raise ValueError(unknown[0])
    return [kind for kind in KINDS if not wanted or any(kind.name.startswith(text) for text in wanted)]


def order(kinds: Sequence[Kind], rounds: int, chance: Random) -> list[Kind]:
    """Return one kind a round: each equally often, in an order nobody foresees."""
    found: list[Kind] = []
    while len(found) < rounds:
        found += chance.sample(list(kinds), len(kinds))
    return found[:rounds]

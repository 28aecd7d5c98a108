"""The load Decision 50/2024 Điều 7 names: 1,000 connections, a provider of one second: ``python -m bench.regulation``.

The provider directly, then through the broker with everything on, for the same time. PostgreSQL keeps its durable
settings. Printed: the ratio, errors, p99, and the share of the machine that broker and PostgreSQL take together.
"""

import argparse
import asyncio
import itertools
import multiprocessing
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.broker import ANSWER, TARGET, broker, cpu, wait_for
from bench.load import Found, load
from bench.peers import tree

PROVIDER_SECONDS = 1.0
KEYS = 40
LEAST_RATIO, MOST_P99, MOST_SHARE = 0.97, 1400.0, 0.75


class SlowProvider(asyncio.Protocol):
    """Answers each request head a second after it came."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            self.seen = self.seen.split(b"\r\n\r\n", 1)[1]
            asyncio.get_running_loop().call_later(PROVIDER_SECONDS, self.transport.write, ANSWER)


def provide(port: int) -> None:
    """Be the provider."""
    import uvloop

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(SlowProvider, "127.0.0.1", port, backlog=4096)
        await server.serve_forever()

    uvloop.run(serve())


def serve_broker(port: int, world: bytes, address: str) -> None:
    """Be the broker, on whichever core is free."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity = lambda *_given: None
    broker(port, min(cores), world, address)


def requests(world: Any, port: int, number: int) -> Iterator[bytes]:
    """Sign *number* calls now, the keys in turn."""
    from tests.broker.world import signed

    host = f"127.0.0.1:{port}"
    held = itertools.cycle([world.credentials(key) for key in sorted(world.keys)])
    made = []
    for credentials in itertools.islice(held, number):
        headers = signed(credentials, host, TARGET)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        made.append(f"GET {TARGET} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode())
    return iter(made)


def measure(arguments: argparse.Namespace, address: str, database: int) -> bool:
    """Run both and print; return whether the bar is met."""
    from django.db import connection

    from audit.gates import open_gate
    from lgsp.launch.services import free_port
    from tests.broker.world import World, new_grant, new_key, service

    direct, port = free_port(), free_port()
    world = World({"sandbox": service(f"http://127.0.0.1:{direct}", timeout_ms=30_000)})
    world.keys = {number: new_key(number) for number in range(1, KEYS + 1)}
    world.grants["QK-1"] = new_grant(1, open_gate(limit=10_000_000))
    connection.close()
    spawn = multiprocessing.get_context("spawn")
    jobs = [
        spawn.Process(target=provide, args=(direct,)),
        spawn.Process(target=serve_broker, args=(port, pickle.dumps(world), address)),
    ]
    try:
        for job in jobs:
            job.start()
        wait_for(direct)
        wait_for(port)
        plain = f"GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:{direct}\r\n\r\n".encode()
        alone = load(direct, arguments.connections, arguments.seconds, itertools.repeat(plain))
        ready = requests(world, port, int(arguments.connections * (arguments.seconds / PROVIDER_SECONDS + 2)))
        before = {name: _used(pid) for name, pid in (("broker", jobs[1].pid), ("PostgreSQL", database))}
        through = load(port, arguments.connections, arguments.seconds, ready)
        used = {name: _used(jobs[1].pid if name == "broker" else database) - was for name, was in before.items()}
    finally:
        for job in jobs:
            job.terminate()
            job.join()
    return _print(arguments, alone, through, used)


def _used(pid: int | None) -> float:
    return sum(cpu(each) for each in tree(pid or 0))


def _print(arguments: argparse.Namespace, alone: Found, through: Found, used: dict[str, float]) -> bool:
    cores = os.cpu_count() or 1
    shares = {name: seconds / arguments.seconds / cores for name, seconds in used.items()}
    ratio, errors = len(through.times) / max(1, len(alone.times)), through.wrong + through.broken
    late = through.quantile(0.99)
    sys.stdout.write(
        f"{arguments.connections} connections, a provider of {PROVIDER_SECONDS:g} s, {arguments.seconds:g} s each,"
        f" {cores} cores\n"
        f"  direct {len(alone.times):8} calls   p50 {alone.quantile(0.5):6.0f}   p99 {alone.quantile(0.99):6.0f} ms\n"
        f"  broker {len(through.times):8} calls   p50 {through.quantile(0.5):6.0f}   p99 {late:6.0f} ms\n"
        f"  ratio {ratio:.3f} (at least {LEAST_RATIO}), errors {errors}, p99 {late:.0f} ms (at most {MOST_P99:.0f})\n"
        f"  of the machine: broker {shares['broker']:.0%}, PostgreSQL {shares['PostgreSQL']:.0%},"
        f" together {sum(shares.values()):.0%} (at most {MOST_SHARE:.0%})\n"
    )
    if errors:
        sys.stdout.write(f"  first wrong answer: {through.first_wrong[:400]!r}\n")
    return ratio >= LEAST_RATIO and not errors and late <= MOST_P99 and sum(shares.values()) <= MOST_SHARE


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--connections", type=int, default=1000)
    arguments = reader.parse_args()
    from lgsp.launch.instance import Instance
    from lgsp.launch.places import DataFolder

    with tempfile.TemporaryDirectory(prefix="lgsp-bench-") as folder:
        os.chmod(folder, 0o711)
        data = DataFolder(Path(folder) / "data")
        # Not mode "test": a throwaway server does not wait for the disk, and evidence that may be lost costs less.
        with Instance(data, given={}, mode="development") as instance:
            os.environ.update(instance.environment())
            import django

            django.setup()
            from django.core.management import call_command

            from broker.assembly import database_address

            call_command("migrate", verbosity=0)
            postgres = instance.postgres
            process = postgres.process if postgres is not None else None
            met = process is not None and measure(arguments, database_address(), process.pid)
        data.close()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())

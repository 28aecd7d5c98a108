"""What a brokered call costs beside peers: ``.venv/bin/python -m bench.broker --peers``.

One alternating run: direct, a bare aiohttp proxy that checks and writes nothing, peers of the field, and the broker
with everything on (signature, nonce, grant, purpose, quota, intent and outcome durable before the answer), without and
with the assertion it signs for providers. Broker or peer alone on one core; provider, load and PostgreSQL on the
other. Figures are this machine's at this moment: quote ratios, with n.
"""

import argparse
import asyncio
import multiprocessing
import os
import pickle
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

BODY = b'{"data":[' + b",".join(b'{"code":"%05d","name":"Xa so %05d"}' % (n, n) for n in range(28)) + b"]}"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
TARGET = "/api/data/administrative-units/v1/communes"
TICKS = os.sysconf("SC_CLK_TCK")
# Signed requests are made before the clock starts: at most so many a second are needed.
MOST_RATE = 12_000


class Provider(asyncio.Protocol):
    """Answers every request head with the same kilobyte."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            self.seen = self.seen.split(b"\r\n\r\n", 1)[1]
            self.transport.write(ANSWER)


def provide(port: int, core: int) -> None:
    os.sched_setaffinity(0, {core})

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port)
        await server.serve_forever()

    import uvloop

    uvloop.run(serve())


def proxy(port: int, core: int, upstream: int) -> None:
    os.sched_setaffinity(0, {core})
    from aiohttp import ClientSession, TCPConnector, web

    async def forward(request: web.Request) -> web.Response:
        session: ClientSession = request.app["session"]
        url = f"http://127.0.0.1:{upstream}{request.path_qs}"
        async with session.request(request.method, url, data=await request.read()) as answer:
            return web.Response(body=await answer.read(), content_type=answer.content_type, status=answer.status)

    async def made() -> web.Application:
        app = web.Application()
        app["session"] = ClientSession(connector=TCPConnector(limit=0))
        app.router.add_route("*", "/{rest:.*}", forward)
        return app

    import uvloop

    web.run_app(made(), port=port, host="127.0.0.1", print=None, access_log=None, loop=uvloop.new_event_loop())


def broker(port: int, core: int, world: bytes, address: str) -> None:
    os.sched_setaffinity(0, {core})
    import django
    import uvicorn

    django.setup()
    from broker.server import StrictProtocol
    from tests.broker.conftest import make_app

    app = make_app(address, pickle.loads(world))
    app.engine.policy._swapped = settle
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http=StrictProtocol, loop="uvloop", log_level="warning", access_log=False
    )
    config.proxy_headers = config.server_header = False
    uvicorn.Server(config).run()


def settle() -> None:
    from broker.engine import settle_memory

    settle_memory()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    until = time.monotonic() + 60
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > until:
            raise TimeoutError(f"nobody listens on {port}")
        time.sleep(0.1)


def cpu(pid: int) -> float:
    """Seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(arguments: argparse.Namespace, address: str) -> None:
    """Run all designs in turns and print medians and ratios."""
    import django

    django.setup()
    from django.db import connection

    from bench.peers import peers
    from lgsp.launch.services import free_port

    ports = {name: free_port() for name in ("direct", "proxy", "broker", "broker, assertion")}
    upstream = f"http://127.0.0.1:{ports['direct']}"
    worlds = {"broker": world_of(upstream, asserted=False), "broker, assertion": world_of(upstream, asserted=True)}
    connection.close()
    spawn = multiprocessing.get_context("spawn")
    jobs = {
        "direct": spawn.Process(target=provide, args=(ports["direct"], 1)),
        "proxy": spawn.Process(target=proxy, args=(ports["proxy"], 0, ports["direct"])),
        **{
            name: spawn.Process(target=broker, args=(ports[name], 0, pickle.dumps(world), address))
            for name, world in worlds.items()
        },
    }
    jobs = {name: job for name, job in jobs.items() if name == "direct" or wanted(name, arguments)}
    os.sched_setaffinity(0, {1})
    try:
        for job in jobs.values():
            job.start()
        sys.stderr.write("".join(f"{name}: process {job.pid}\n" for name, job in jobs.items()))
        for name in jobs:
            wait_for(ports[name])
        designs = [
            Design(name, ports[name], [job.pid or 0], request_of(ports[name], worlds.get(name)))
            for name, job in jobs.items()
        ]
        with ExitStack() as stack:
            others = stack.enter_context(peers(free_port, ports["direct"], 0)) if arguments.peers else {}
            designs += [Design(name, peer.port, list(peer.pids), repeated(peer)) for name, peer in others.items()]
            for connections in arguments.connections:
                report(arguments, connections, [design for design in designs if wanted(design.name, arguments)])
    finally:
        for job in jobs.values():
            job.terminate()
            job.join()


def wanted(name: str, arguments: argparse.Namespace) -> bool:
    """Return whether a design was asked for."""
    return not arguments.only or name in arguments.only


def repeated(peer: Any) -> Callable[[], bytes]:
    """Return what makes the one request a peer answers."""
    content: bytes = peer.request_head
    return lambda: content


def world_of(upstream: str, *, asserted: bool) -> Any:
    """Return one service, key and grant; the service's address wants the platform's signed assertion or not."""
    from audit.gates import open_gate
    from catalog.projection import UpstreamRow
    from tests.broker.world import World, new_grant, new_key, service

    row = service(upstream, upstreams=(UpstreamRow(1, upstream, 1, asserted=asserted),))
    world = World({"sandbox": row}, {1: new_key(1, calls_at_once=10_000)})
    world.grants["QK-1"] = new_grant(1, open_gate(limit=10_000_000))
    return world


@dataclass
class Design:
    """One way to reach the provider: port, processes that do the work, how a request is made, what was found."""

    name: str
    port: int
    pids: list[int]
    make: Callable[[], bytes]
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def run(self, connections: int, seconds: float, *, count: bool) -> None:
        """Load it once; the first turn warms up and is not counted."""
        from bench.load import ahead, load

        made = int(MOST_RATE * seconds) if self.name.startswith("broker") else 0
        requests = ahead(self.make, made) if made else repeat(self.make())
        before = sum(map(cpu, self.pids))
        found = load(self.port, connections, seconds, requests)
        if found.wrong or found.broken:
            raise SystemExit(f"{self.name}: {found.wrong} wrong, {found.broken} broken: {found.first_wrong!r}")
        if count:
            self.rates.append(len(found.times) / seconds)
            self.costs.append((sum(map(cpu, self.pids)) - before) / len(found.times) * 1e6)
            self.p50.append(found.quantile(0.5))
            self.p99.append(found.quantile(0.99))

    def clear(self) -> None:
        """Forget what was found."""
        self.rates, self.costs, self.p50, self.p99 = [], [], [], []


def request_of(port: int, world: Any) -> Callable[[], bytes]:
    """Return what makes a request to a design: signed anew each time for a broker, plain for others."""
    from tests.broker.world import signed

    host = f"127.0.0.1:{port}"
    plain = f"GET {TARGET} HTTP/1.1\r\nHost: {host}\r\n"
    credentials = None if world is None else world.credentials()

    def written() -> bytes:
        headers = {} if credentials is None else signed(credentials, host, TARGET)
        return (plain + "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n").encode()

    return written


def report(arguments: argparse.Namespace, connections: int, designs: list[Design]) -> None:
    """Run each design *rounds* times, alternating, and print one table."""
    for design in designs:
        design.clear()
    for turn in range(arguments.rounds + 1):
        for design in designs:
            design.run(connections, arguments.seconds, count=turn > 0)
    sys.stdout.write(
        f"\n{connections} connections, 1 KB JSON, medians of {arguments.rounds} x {arguments.seconds} s\n"
    )
    ours = next((design for design in designs if design.name == "broker"), None)
    for design in designs:
        rate, cost, half, late = map(statistics.median, (design.rates, design.costs, design.p50, design.p99))
        line = (
            f"  {design.name:<22}{rate:9.0f} calls/s  p50 {half:7.2f} ms  p99 {late:7.2f} ms  CPU {cost:6.0f} µs/call"
        )
        if ours is not None and design is not ours:
            line += f"   broker: {statistics.median(ours.rates) / rate:5.2f} x calls/s"
            line += f", {statistics.median(ours.costs) / cost:5.2f} x CPU"
        sys.stdout.write(line + "\n")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seconds", type=float, default=4)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--only", nargs="+", default=[], help="designs to run; all unless named")
    reader.add_argument("--peers", action="store_true", help="also nginx, Caddy, Envoy, a textbook (bench.peers)")
    reader.add_argument("--connections", type=int, nargs="+", default=[1, 50])
    arguments = reader.parse_args()
    from lgsp.launch.instance import Instance
    from lgsp.launch.places import DataFolder

    with tempfile.TemporaryDirectory(prefix="lgsp-bench-") as folder:
        os.chmod(folder, 0o711)
        data = DataFolder(Path(folder) / "data")
        # Not mode "test": a throwaway server does not wait for the disk, and evidence that may be lost costs less.
        with Instance(data, given={}, mode="development") as instance:
            os.environ.update(instance.environment())
            postgres = instance.postgres
            if postgres is not None and postgres.process is not None:
                os.sched_setaffinity(postgres.process.pid, {1})
            import django

            django.setup()
            from django.core.management import call_command

            from broker.assembly import database_address

            call_command("migrate", verbosity=0)
            measure(arguments, database_address())
        data.close()


if __name__ == "__main__":
    main()

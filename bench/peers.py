"""Peers of the broker on loopback: nginx, nginx with auth_request, Caddy, Envoy, a textbook DRF proxy.

Each is started from a configuration in a temporary folder, pinned to one core with all its children, and checks a key
of its own kind; none signs, counts or writes evidence (the DRF proxy writes one row a call, as a textbook does). What
is not installed is left out, and says so in one line. The wheels: ``pip install --require-hashes -r
requirements/bench.lock``; nginx: the system's package (``nginx-light`` will do).
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEY = "bench-key-3f9c2a"
TARGET = "/api/data/administrative-units/v1/communes"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Peer:
    """One running peer: where it listens, all its processes, and a request it answers with 200."""

    port: int
    pids: tuple[int, ...]
    request_head: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """What a peer is given: a folder, its port, a port for a helper, the provider's port."""

    folder: Path
    port: int
    helper: int
    upstream: int


Commands = list[list[str]]


def nginx(place: Place) -> Commands:
    """proxy_pass with kept connections behind a map of keys."""
    guard = f'if ($http_x_api_key != "{KEY}") {{ return 401; }}'
    return [_nginx(place, guard, "")]


def nginx_asking(place: Place) -> Commands:
    """The same, but each call asks a Python authoriser first."""
    asked = """
        location = /asked {
            internal;
            proxy_pass http://authoriser/;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    """
    helper = f"upstream authoriser {{ server 127.0.0.1:{place.helper}; keepalive 256; }}"
    python = [sys.executable, "-m", "uvicorn", "bench.authoriser:application", "--port", str(place.helper)]
    quiet = ["--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "warning"]
    return [[*python, *quiet], _nginx(place, "auth_request /asked;", helper, asked)]


def _nginx(place: Place, guard: str, more: str, locations: str = "") -> list[str]:
    folder = place.folder
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    {temporary}
    keepalive_requests 10000000;
    upstream provider {{ server 127.0.0.1:{place.upstream}; keepalive 1024; keepalive_requests 10000000; }}
    {more}
    server {{
        listen 127.0.0.1:{place.port} backlog=4096;
        {locations}
        location / {{
            {guard}
            proxy_pass http://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Api-Key "";
        }}
    }}
}}
"""
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


def caddy(place: Place) -> Commands:
    """reverse_proxy behind a header matcher."""
    (place.folder / "Caddyfile").write_text(
        f"""
{{
    admin off
    auto_https off
    persist_config off
    log {{
        level ERROR
    }}
}}
http://127.0.0.1:{place.port} {{
    @known header X-Api-Key {KEY}
    handle @known {{
        reverse_proxy 127.0.0.1:{place.upstream} {{
            header_up -X-Api-Key
            transport http {{
                keepalive_idle_conns_per_host 1024
            }}
        }}
    }}
    respond 401
}}
"""
    )
    return [["caddy", "run", "--config", str(place.folder / "Caddyfile"), "--adapter", "caddyfile"]]


def envoy(place: Place) -> Commands:
    """A static cluster behind the filter for keys in a header."""
    kind = "type.googleapis.com/envoy.extensions"
    (place.folder / "envoy.yaml").write_text(
        f"""
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {place.port}}}}}
    filter_chains:
    - filters:
      - name: http
        typed_config:
          "@type": {kind}.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bench
          route_config:
            virtual_hosts:
            - {{name: all, domains: ["*"], routes: [{{match: {{prefix: /}}, route: {{cluster: provider}}}}]}}
          http_filters:
          - name: keys
            typed_config:
              "@type": {kind}.filters.http.api_key_auth.v3.ApiKeyAuth
              credentials: [{{key: {KEY}, client: bench}}]
              key_sources: [{{header: X-Api-Key}}]
          - name: router
            typed_config: {{"@type": {kind}.filters.http.router.v3.Router}}
  clusters:
  - name: provider
    type: STATIC
    connect_timeout: 1s
    circuit_breakers: {{thresholds: [{{max_connections: 4096, max_pending_requests: 4096, max_requests: 4096}}]}}
    load_assignment:
      cluster_name: provider
      endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address:
        {{address: 127.0.0.1, port_value: {place.upstream}}}}}}}}}]}}]
"""
    )
    options = ["--concurrency", "1", "--disable-hot-restart", "-l", "error"]
    return [["envoy", "-c", str(place.folder / "envoy.yaml"), *options]]


def textbook(place: Place) -> Commands:
    """A synchronous DRF view: the key looked up by the ORM, a row inserted for each call, httpx2 to the provider."""
    options = ["--worker-class", "gthread", "--threads", "32", "--keep-alive", "60", "--log-level", "error"]
    bind = ["--bind", f"127.0.0.1:{place.port}", "--backlog", "4096", "--workers", "1"]
    return [["gunicorn", "bench.textbook:application", *bind, *options]]


PEERS: dict[str, Callable[[Place], Commands]] = {
    "nginx": nginx,
    "nginx + auth_request": nginx_asking,
    "Caddy": caddy,
    "Envoy": envoy,
    "textbook DRF": textbook,
}


@contextmanager
def peers(ports: Callable[[], int], upstream_port: int, core: int) -> Iterator[dict[str, Peer]]:
    """Give the peers that can be started, by name; they end with the block.

    *ports* gives free ports. The textbook needs the address of a PostgreSQL in ``DATABASE_URL``.
    """
    with ExitStack() as stack:
        found: dict[str, Peer] = {}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lgsp-peers-")))
        for number, (name, write) in enumerate(PEERS.items()):
            place = Place(folder / str(number), ports(), ports(), upstream_port)
            place.folder.mkdir(mode=0o755)
            commands = write(place)
            absent = [command[0] for command in commands if _binary(command[0]) is None]
            if absent:
                sys.stdout.write(f"!!! {name}: {absent[0]} is not installed; left out of this run !!!\n")
                continue
            try:
                pids = [_start(stack, command, place, core) for command in commands]
                _answers(place.port)
            except (OSError, TimeoutError) as error:
                sys.stdout.write(f"!!! {name}: did not start ({error}); left out of this run !!!\n")
                continue
            found[name] = Peer(place.port, tuple(pid for root in pids for pid in tree(root)), _head(place.port))
        yield found


def _binary(name: str) -> str | None:
    return shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}:/usr/sbin")


def _start(stack: ExitStack, command: list[str], place: Place, core: int) -> int:
    process = subprocess.Popen(
        [_binary(command[0]) or command[0], *command[1:]],
        cwd=ROOT,
        env={
            **os.environ,
            "GOMAXPROCS": "1",
            "BENCH_KEY": KEY,
            "BENCH_UPSTREAM": str(place.upstream),
            "XDG_DATA_HOME": str(place.folder),
            "XDG_CONFIG_HOME": str(place.folder),
        },
        stdout=(place.folder / "out").open("ab"),
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509  # one thread, nothing of ours held
    )
    stack.callback(_end, process)
    return process.pid


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _head(port: int) -> bytes:
    return f"GET {TARGET} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Api-Key: {KEY}\r\n\r\n".encode()


def _answers(port: int) -> None:
    """Wait until a call with the key is answered 200 and one without it 401. Raises TimeoutError."""
    until, seen = time.monotonic() + START_SECONDS, b""
    while time.monotonic() < until:
        try:
            seen = _status(port, _head(port))
            if seen == b"200" and _status(port, _head(port).replace(KEY.encode(), b"another")) in (b"401", b"403"):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"last answer {seen.decode() or 'none'}")


def _status(port: int, head: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head)
        return connection.recv(65536)[9:12]


def tree(root: int) -> Iterator[int]:
    """Give a process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))

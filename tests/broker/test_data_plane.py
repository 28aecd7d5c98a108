"""The broker as processes of its own: several on one port decide as one, and end without losing a call."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from prometheus_client.parser import text_string_to_metric_families

from audit.gates import set_limit
from broker.signing import Credentials
from connections.models import Credential, Grant
from lgsp.launch.services import free_port
from tests.broker import forking
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply, read_reply
from tests.broker.provider import Provider, reply
from tests.broker.test_mounted import ROOT, Served, chain, granted, served
from tests.broker.world import signed

__all__ = ["chain", "granted", "served"]
pytestmark = pytest.mark.django_db(transaction=True)
TARGET = "/api/data/administrative-units/v1/communes"


class Plane(Live):
    """``python -m lgsp.data_plane`` in a session of its own; begun anew, it imports everything itself."""

    folder: Path

    def start(self, *, workers: int = 2, anew: bool = False, **more: str) -> "Plane":
        named = connection.get_connection_params()
        self.address = (
            f"postgresql://{named['user']}:{named['password']}@{named['host']}:{named['port']}/{named['dbname']}"
        )
        self.port = free_port()
        command = ["lgsp.data_plane", "--port", str(self.port), "--workers", str(workers)]
        variables = {**os.environ, "DATABASE_URL": self.address, "DJANGO_SETTINGS_MODULE": "lgsp.settings.test"}
        variables |= {"LGSP_LOOPBACK_UPSTREAMS": "true", "LGSP_DATA_DIR": str(self.folder), **more}
        if anew:
            asked = [sys.executable, "-m", *command]
            self.process = subprocess.Popen(asked, cwd=ROOT, env=variables, start_new_session=True)
        else:
            self.process = forking.start(command, variables, session=True)
        until = time.monotonic() + 120
        while len(self.workers()) < workers or not self.ready():
            assert self.process.poll() is None
            assert time.monotonic() < until, "the broker did not start"
            time.sleep(0.1)
        return self

    def ready(self) -> bool:
        """Return whether every worker that has written its numbers can take calls."""
        try:
            with urllib.request.urlopen(f"http://{self.authority}/readyz", timeout=5) as answer:
                assert answer.status == 200
            return len(list((self.folder / f"broker-{self.port}").glob("*.json"))) == len(self.workers())
        except OSError:
            return False

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def stop(self, expected: int = 0) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(60)
            assert status == expected, status
        finally:
            with suppress(ProcessLookupError):  # nothing of it may stay behind, whatever went wrong
                os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture
def plane(granted: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Plane]:
    with transaction.atomic():
        set_limit(Grant.objects.get().gate_id, 1_000_000)
    # What a sandbox is held to in a second and a minute, and a key at once, is another test's subject.
    Grant.objects.update(rate_per_second=None, rate_per_minute=None)
    Credential.objects.update(calls_at_once=5_000)
    found = Plane(None)
    found.folder = tmp_path
    try:
        yield found.start(anew=request.node.name == "test_only_data_services_are_here")
    finally:
        if found.process.poll() is None:
            found.stop()


def numbers(plane: Plane, name: str) -> dict[str, float]:
    """Return samples of *name* by worker ("" where they are of all)."""
    found: Counter[str] = Counter()
    for family in text_string_to_metric_families(plane.send("/metrics").body.decode()):
        for sample in family.samples:
            if sample.name == name:
                found[sample.labels.get("worker", "")] += sample.value
    return dict(found)


def eventually(true: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.clause("QC7.3", "QC12.2", "Q50-7.5")
@pytest.mark.clause("QC8.3")
def test_workers_on_one_port_decide_as_one(granted: Any, plane: Plane, provider: Provider, module_log: Log) -> None:
    """One request sent 64 times at once is admitted once; of 500 calls at once the quota lets exactly 100 through."""
    _chain, credentials, _made = granted
    gate = Grant.objects.get().gate_id
    for _round in range(3):
        provider.received.clear()
        headers = signed(credentials, plane.authority, TARGET)
        assert Counter(together(64, lambda: plane.send(TARGET, headers))) == {200: 1, 401: 63}  # noqa: B023
        assert len(provider.received) == 1
    with transaction.atomic():
        set_limit(gate, module_log.used(gate) + 100)
    provider.received.clear()
    statuses: Counter[int] = Counter()
    for _wave in range(20):
        statuses.update(together(25, lambda: plane.send(TARGET, signed(credentials, plane.authority, TARGET))))
    assert statuses == {200: 100, 429: 400}
    assert len(provider.received) == 100
    seen = numbers(plane, "lgsp_broker_running_calls")
    assert set(seen) == {"1", "2"}
    # Both workers took calls, and whoever is asked tells of all of them.
    assert eventually(lambda: numbers(plane, "lgsp_broker_calls_total") == {"": 192 + 500})
    writers = module_log.rows("select distinct worker from audit_epoch where kind = 'intent' and event = 'open'")
    assert len(writers) >= 2


def together(number: int, make: Callable[[], Reply]) -> list[int]:
    ready = threading.Barrier(number)

    def one() -> int:
        ready.wait(30)
        return make().status

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(number)]]


def test_only_data_services_are_here(plane: Plane, granted: Any, provider: Provider) -> None:
    for path in ("/", "/quan-tri/", "/loi/clock-skew/", "/api/v1/", "/static/app.css"):
        answer = plane.send(path)
        assert (answer.status, answer.code) == (404, "not-found"), path
        assert answer.header("content-type") == "application/problem+json"
    assert plane.send("/api/%64ata/x").status == 400
    assert plane.send("/livez").status == 200
    assert plane.send("http://evil.example/livez").status == 400
    answer = plane.send(TARGET, signed(granted[1], plane.authority, TARGET))
    assert answer.status == 200, answer.body
    assert answer.json == [{"code": "00001", "name": "Tân Lưu"}]


class Caller:
    """200 calls a second over connections that are kept: what became of each request that was sent."""

    def __init__(self, plane: Plane, credentials: Credentials, connections: int = 20, rate: float = 200) -> None:
        self.plane, self.credentials = plane, credentials
        self.pause = connections / rate
        self.statuses: Counter[int] = Counter()
        self.closed_unread = 0
        self.lost: list[str] = []
        self.codes: Counter[str] = Counter()
        self.refused = 0
        self.stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(connections)]

    def __enter__(self) -> "Caller":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_ignored: object) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _run(self, number: int) -> None:
        connection: socket.socket | None = None
        time.sleep(number * self.pause / len(self._threads))
        while not self.stopping.is_set():
            if connection is None:
                try:
                    connection = self.plane.open()
                except OSError:
                    self.refused += 1
                    time.sleep(0.05)
                    continue
            connection = self._one(connection)
            time.sleep(self.pause)
        if connection is not None:
            connection.close()

    def _one(self, connection: socket.socket) -> socket.socket | None:
        headers = signed(self.credentials, self.plane.authority, TARGET)
        lines = [f"GET {TARGET} HTTP/1.1", f"Host: {self.plane.authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        try:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = read_reply(connection)
        except (ConnectionError, BrokenPipeError):
            # Closed without a byte of answer: lost only if the log says that it was read.
            self.closed_unread += 1
            self.lost.append(headers["Signature-Input"].split('nonce="')[1].split('"')[0])
            connection.close()
            return None
        self.statuses[answer.status] += 1
        if answer.status >= 400:
            self.codes[answer.code] += 1
        if answer.header("connection") == "close":
            connection.close()
            return None
        return connection


@pytest.mark.parametrize("how", [pytest.param("one worker", marks=pytest.mark.heavy), "all of it"])
def test_told_to_end_under_load_no_call_is_lost(
    granted: Any, plane: Plane, provider: Provider, module_log: Log, how: str
) -> None:
    _chain, credentials, _made = granted
    with Caller(plane, credentials) as caller:
        assert eventually(lambda: caller.statuses[200] > 200, 60)
        before = plane.workers()
        if how == "one worker":
            os.kill(before[0], signal.SIGTERM)
            assert eventually(lambda: before[0] not in plane.workers(), 40)
            assert caller.refused == 0
            assert eventually(lambda: len(plane.workers()) == 2, 40)
            seen = caller.statuses[200]
            assert eventually(lambda: caller.statuses[200] > seen + 200, 60)
        else:
            plane.stop()
    assert set(caller.statuses) <= {200, 503}, (caller.statuses, caller.codes)
    for nonce in caller.lost:
        found = module_log.rows("select call_id from audit_intent where nonce = %s", nonce.encode())
        assert found == [], f"read, but not answered: {nonce}"
    # Every call admitted has an outcome, and every epoch that was left is closed.
    assert module_log.rows(
        "select count(*) as n from audit_intent i where verdict = 'A'"
        " and not exists (select 1 from audit_outcome o where o.call_id = i.call_id)"
    ) == [{"n": 0}]
    if how == "all of it":
        assert caller.refused > 0
        opened = module_log.rows("select count(*) as n from audit_epoch where event = 'open'")
        closed = module_log.rows("select count(*) as n from audit_epoch where event = 'close'")
        assert opened == closed


def test_a_call_under_way_is_answered_before_the_process_ends(
    granted: Any, plane: Plane, provider: Provider, module_log: Log
) -> None:
    _chain, credentials, _made = granted
    entered = threading.Event()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.set()
        await asyncio.sleep(1.5)
        writer.write(reply(b'[{"code":"00001","name":"A"}]'))

    assert plane.send(TARGET, signed(credentials, plane.authority, TARGET)).status == 200
    provider.answers[b"*"] = slow
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: plane.send(TARGET, signed(credentials, plane.authority, TARGET)))
        assert entered.wait(20)
        plane.process.send_signal(signal.SIGTERM)
        answer = running.result(30)
    assert (answer.status, answer.header("connection")) == (200, "close")
    assert module_log.call(answer.header("x-request-id"))["status"] == 200
    plane.stop()


@pytest.mark.clause("QC7.3", "QC14.1", "Q50-12.2a")
def test_a_worker_that_dies_is_replaced_and_its_counts_go_on(granted: Any, plane: Plane, provider: Provider) -> None:
    _chain, credentials, _made = granted
    for _ in range(20):
        assert plane.send(TARGET, signed(credentials, plane.authority, TARGET)).status == 200
    assert eventually(lambda: numbers(plane, "lgsp_broker_calls_total") == {"": 20})
    time.sleep(2.5)  # what a killed worker counted in its last second is lost, by design
    before = plane.workers()
    os.kill(before[0], signal.SIGKILL)
    assert eventually(lambda: before[0] not in plane.workers() and len(plane.workers()) == 2, 60)
    assert plane.send(TARGET, signed(credentials, plane.authority, TARGET)).status == 200
    assert eventually(lambda: numbers(plane, "lgsp_broker_calls_total") == {"": 21}, 60)


def test_workers_do_not_outlive_their_keeper(plane: Plane, granted: Any) -> None:
    pids = plane.workers()
    plane.process.kill()
    plane.process.wait(10)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 60)


@pytest.mark.parametrize("backend", ["lgsp-log-intent", pytest.param("lgsp-log-outcome", marks=pytest.mark.heavy)])
def test_a_stalled_database_bounds_what_waits(
    granted: Any, plane: Plane, provider: Provider, module_log: Log, backend: str
) -> None:
    """The server's own process is stopped in the middle: 503 in time, bounded queues, and by itself again."""
    _chain, credentials, _made = granted
    assert plane.send(TARGET, signed(credentials, plane.authority, TARGET)).status == 200
    rows = module_log.rows(
        "select pid from pg_stat_activity where application_name = %s and datname = current_database()", backend
    )
    assert len(rows) == 2
    stopped = [row["pid"] for row in rows]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        taken: list[float] = []

        def one() -> Reply:
            started = time.monotonic()
            answer = plane.send(TARGET, signed(credentials, plane.authority, TARGET))
            taken.append(time.monotonic() - started)
            return answer

        with ThreadPoolExecutor(40) as pool:
            running = [pool.submit(one) for _ in range(120)]
            waiting = []
            while not all(future.done() for future in running):
                waiting.append(sum(numbers(plane, "lgsp_broker_log_waiting").values()))
                time.sleep(0.5)
            answers = [future.result() for future in running]
        assert time.monotonic() - begun < 90
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert max(taken) < 30
    assert max(waiting, default=0) <= 120
    assert {answer.status for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status == 503]
    assert refused
    assert {answer.code for answer in refused} == {"log-unavailable"}
    assert all(answer.header("retry-after") for answer in refused)
    assert eventually(lambda: plane.send(TARGET, signed(credentials, plane.authority, TARGET)).status == 200, 30)


def test_the_portal_tells_its_own_broker_numbers(granted: Any, served: Served, provider: Provider) -> None:
    assert served.send(TARGET, signed(granted[1], served.authority, TARGET)).status == 200
    page = served.send("/metrics")
    assert page.status == 200
    assert (
        b'lgsp_broker_calls_total{reason="",service="administrative-units",side="",status_class="2xx"} 1' in page.body
    )
    assert served.send("/metrics", {"X-Forwarded-For": "127.0.0.1"}).status == 404


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "lgsp.data_plane", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1

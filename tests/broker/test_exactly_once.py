"""Exactly once over all workers (P6, P8, N37): copies of one request, and a quota, at several processes at a time.

Valkey is advice, never truth: emptied and stopped half-way, the answers stay the same.
"""

import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from lgsp.launch.places import DataFolder
from lgsp.launch.services import Valkey
from tests.broker.conftest import Log, make_world
from tests.broker.live import read_reply
from tests.broker.provider import Provider
from tests.broker.volleys import clients
from tests.broker.workers import working
from tests.broker.world import World, new_key, signed

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("workers")]
TARGET = "/api/data/administrative-units/v1/communes"
HEAVY = pytest.mark.heavy
COPIES, QUOTA, CALLS, CLIENTS = 64, 100, 500, 8


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of its own, which may be emptied and stopped."""
    with closing(DataFolder(tmp_path / "valkey-data")) as data:
        found = Valkey(data, "only-for-this-test")
        found.start()
        yield found
        found.stop()


@pytest.fixture(scope="module")
def module_many(provider: Provider, database: str) -> World:
    """A world whose first system holds a key for each client process."""
    world = make_world(provider)
    for number in range(CLIENTS):
        world.keys[100 + number] = new_key(100 + number)
    return world


@pytest.fixture
def many(module_many: World, provider: Provider) -> World:
    provider.reset()
    return module_many


def say(text: str) -> None:
    """Show a figure; pytest keeps it for whoever asks with -s or -rP."""
    sys.stdout.write(f"\n{text}\n")


class Half:
    """What happens to Valkey on the way: nothing, emptied, or stopped."""

    def __init__(self, what: str, valkey: Valkey) -> None:
        self.what, self.valkey = what, valkey

    def way(self) -> None:
        if self.what == "emptied":
            with closing(redis.Redis.from_url(self.valkey.url)) as client:
                client.flushall()
        elif self.what == "stopped":
            self.valkey.stop()


ROUNDS = [
    pytest.param(2, 6, "emptied", id="in small"),
    pytest.param(4, 200, "kept", id="kept", marks=HEAVY),
    pytest.param(4, 200, "emptied", id="emptied", marks=HEAVY),
    pytest.param(4, 200, "stopped", id="stopped", marks=HEAVY),
]


@pytest.mark.parametrize(("workers", "rounds", "fate"), ROUNDS)
def test_n06_one_of_64_copies_is_admitted(
    workers: int,
    rounds: int,
    fate: str,
    many: World,
    provider: Provider,
    database: str,
    tmp_path: Path,
    valkey: Valkey,
    module_log: Log,
) -> None:
    """N37 too: what was used before Valkey was emptied or stopped stays used after it."""
    half, log = Half(fate, valkey), module_log
    gate = many.grants["QK-1"].gate_id
    begun, used = time.monotonic(), log.used(gate)
    with working(workers, many, database, tmp_path, REDIS_URL=valkey.url) as running:
        sockets = [worker.open() for _ in range(COPIES // workers) for worker in running]
        kept: list[tuple[dict[str, str], str]] = []
        for number in range(rounds):
            if number == rounds // 2:
                half.way()
            # Host is signed: every copy names the first worker, wherever it goes.
            authority = running[0].authority
            headers = signed(many.credentials(), authority, TARGET)
            kept.append((headers, authority))
            answers = _together(sockets, headers, authority)
            assert answers == {"200": 1, "nonce-reused": COPIES - 1}, (number, answers)
        for headers, authority in (kept[0], kept[rounds // 2]):
            assert _together(sockets[:workers], headers, authority) == {"nonce-reused": workers}
        for connection in sockets:
            connection.close()
        assert all(worker.alive for worker in running)
    assert len(provider.received) == rounds
    assert log.used(gate) - used == rounds
    say(
        f"{COPIES} copies, {workers} workers, Valkey {fate}: 1 admitted in {rounds} of {rounds} rounds,"
        f" {time.monotonic() - begun:.1f} s"
    )


def _together(sockets: list[socket.socket], headers: dict[str, str], authority: str) -> Counter[str]:
    """Send one request over all connections, its last byte everywhere at once; return what was answered."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    content = f"GET {TARGET} HTTP/1.1\r\nHost: {authority}\r\n{lines}\r\n".encode()
    for connection in sockets:
        connection.sendall(content[:-1])
    for connection in sockets:
        connection.sendall(content[-1:])
    answers: Counter[str] = Counter()
    for connection in sockets:
        answer = read_reply(connection)
        answers[answer.code if answer.status >= 400 else str(answer.status)] += 1
    return answers


QUOTAS = [
    pytest.param(2, 3, "emptied", id="in small"),
    pytest.param(4, 50, "kept", id="kept", marks=HEAVY),
    pytest.param(4, 50, "emptied", id="emptied", marks=HEAVY),
    pytest.param(4, 50, "stopped", id="stopped", marks=HEAVY),
]


@pytest.mark.parametrize(("workers", "rounds", "fate"), QUOTAS)
def test_n16_a_quota_is_exact_over_all_workers(
    workers: int,
    rounds: int,
    fate: str,
    many: World,
    provider: Provider,
    database: str,
    tmp_path: Path,
    valkey: Valkey,
    module_log: Log,
) -> None:
    """500 calls at once from 8 client processes through a gate with room for 100: exactly 100, the rest refused."""
    half, log = Half(fate, valkey), module_log
    gate = many.grants["QK-1"].gate_id
    held = [many.credentials(100 + number) for number in range(CLIENTS)]
    begun = time.monotonic()
    with working(workers, many, database, tmp_path, REDIS_URL=valkey.url) as running:
        with clients([worker.port for worker in running], held, TARGET) as senders:
            for number in range(rounds):
                if number == rounds // 2:
                    half.way()
                log.execute("update audit_gate set lim = used + %s where gate_id = %s", QUOTA, gate)
                used, forwarded = log.used(gate), len(provider.received)
                answers = senders.fire(CALLS)
                assert answers == {"200": QUOTA, "quota-exceeded": CALLS - QUOTA}, (number, answers)
                assert len(provider.received) - forwarded == QUOTA
                assert log.used(gate) - used == QUOTA
        assert all(worker.alive for worker in running)
    rows = log.rows(
        "select o.reason, i.verdict, count(*) as n from audit_intent i join audit_outcome o using (call_id)"
        " where i.gate_id = %s and i.key_id >= 100 group by 1, 2",
        gate,
    )
    found = {(row["verdict"], row["reason"]): row["n"] for row in rows}
    assert set(found) == {("A", ""), ("Q", "quota-exceeded")}
    say(
        f"quota {QUOTA}, {CALLS} calls from {CLIENTS} processes, {workers} workers, Valkey {fate}:"
        f" exactly {QUOTA} in {rounds} of {rounds} rounds, {time.monotonic() - begun:.1f} s"
    )

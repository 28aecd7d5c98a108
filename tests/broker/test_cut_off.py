"""A change is in force at its commit: of the calls sent after it, none is let in beyond the new state (decisions, 3).

200 calls a second run against the served product while the deed is done; at least 1,000 calls are sent after it.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from django.db import transaction
from yarl import URL

from audit.gates import announce, set_limit
from broker.signing import Credentials
from connections.models import Grant
from connections.services.grant_changes import narrow_grant, revoke_grant
from connections.services.holds import place_hold
from connections.services.keys import revoke_key
from tests.broker.test_mounted import Served, chain, eventually, granted, served
from tests.broker.world import signed
from tests.connections.conftest import Chain

__all__ = ["chain", "granted", "served"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy, pytest.mark.xdist_group("cut-off")]
RATE, BEFORE, AFTER = 200, 400, 1200
SERVICE = "/api/data/administrative-units/v1"
GONE, KEPT = f"{SERVICE}/communes", f"{SERVICE}/communes/00001"


@dataclass
class Load:
    """Calls at a steady rate from a thread of its own; each is kept with the moment it was sent."""

    served: Served
    credentials: Credentials
    targets: tuple[str, ...]
    answers: list[tuple[float, str, int, str]] = field(default_factory=list)
    late: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "Load":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        tasks: set[asyncio.Task[None]] = set()
        begun, number = time.monotonic(), 0
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
            while not self._stop.is_set():
                wait = begun + number / RATE - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                else:
                    self.late += wait < -0.5
                task = asyncio.create_task(self._call(session, self.targets[number % len(self.targets)]))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                number += 1
            await asyncio.gather(*tasks)

    async def _call(self, session: aiohttp.ClientSession, target: str) -> None:
        headers = signed(self.credentials, self.served.authority, target)
        sent = time.monotonic()
        async with session.get(
            URL(f"http://{self.served.authority}{target}", encoded=True), headers=headers
        ) as answer:
            told = await answer.json(content_type=None)
            code = told.get("code", "") if isinstance(told, dict) else ""
            self.answers.append((sent, target, answer.status, code))

    def wait_for(self, count: int, since: float = 0.0) -> None:
        """Wait until *count* answers came to calls sent after *since*."""
        until = time.monotonic() + 90
        while sum(sent > since for sent, *_rest in list(self.answers)) < count:
            assert time.monotonic() < until, f"{len(self.answers)} answers only"
            time.sleep(0.05)


def _revoke(chain: Chain, made: Any, grant: Grant) -> None:
    revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Sai mục đích", legal_basis="Điều 5")


def _narrow(chain: Chain, made: Any, grant: Grant) -> None:
    narrow_grant(actor=chain.actors["operator"], grant=grant, reason="Chỉ tra cứu từng xã", operations=["one"])


def _hold(chain: Chain, made: Any, grant: Grant) -> None:
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")


def _key(chain: Chain, made: Any, grant: Grant) -> None:
    revoke_key(actor=chain.actors["technician"], credential=made.credential, reason="Lộ khóa")


@pytest.mark.clause("QC4.6", "QC8.3", "Q50-15.4")
@pytest.mark.parametrize(
    ("deed", "code", "kept"),
    [
        (_revoke, "grant-revoked", 0),
        (_narrow, "operation-not-granted", 200),
        (_hold, "connection-suspended", 0),
        (_key, "key-revoked", 0),
    ],
    ids=["revocation", "narrowing", "hold", "key"],
)
def test_no_call_sent_after_the_commit_is_let_in(
    granted: Any,
    served: Served,
    deed: Callable[[Chain, Any, Grant], None],
    code: str,
    kept: int,
) -> None:
    chain, credentials, made = granted
    grant = Grant.objects.get()
    with transaction.atomic():
        # The load is as fast as the grant's rate: one late moment and a limit that is not asked about here answers.
        Grant.objects.update(rate_per_second=None, rate_per_minute=None)
        set_limit(grant.gate_id, 1_000_000)
        announce()
    assert eventually(served, credentials, 200).status == 200
    load = Load(served, credentials, (GONE, KEPT)).start()
    try:
        load.wait_for(BEFORE)
        deed(chain, made, grant)
        committed = time.monotonic()
        load.wait_for(AFTER, committed)
    finally:
        load.stop()
    before = Counter(status for sent, _target, status, _code in load.answers if sent < committed - 2)
    after = [answer for answer in load.answers if answer[0] > committed]
    assert set(before) == {200}
    assert len(after) >= 1000
    gone = Counter((status, said) for _sent, target, status, said in after if target == GONE)
    assert {said for _status, said in gone} == {code}, gone
    assert not any(status == 200 for status, _said in gone)
    others = Counter(status for _sent, target, status, _said in after if target == KEPT)
    assert set(others) == ({kept} if kept else {status for status, _said in gone}), others
    rate = len(load.answers) / (load.answers[-1][0] - load.answers[0][0])
    assert rate > RATE * 0.9, f"{rate:.0f} calls a second"

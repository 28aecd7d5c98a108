"""Raw requests bent at random (P16, P17): what was signed goes through unchanged and once, or not at all.

20,000 of them against a worker process of its own (``./run heavy``), a few hundred in every run of the suite.
"""

import asyncio
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.mutations import BASE, Bender, Bent, Signed
from tests.broker.provider import Provider
from tests.broker.workers import working
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
SEED, SHARE, WHOLE = 20261125, 600, 20_000
AT_ONCE = 48
PATIENCE = 0.4  # seconds without a byte: the server waits for the rest of what was cut short
ALLOWED = {200, 400, 401, 403, 404, 405, 408, 413, 415, 429, 431, 501, 502}
_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})[^\r]*\r\n(?:[^\r]+\r\n)*\r\n")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Seen:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    too_many: list[bytes] = field(default_factory=list)
    odd: list[bytes] = field(default_factory=list)
    longest: float = 0.0
    signed: Counter[Signed] = field(default_factory=Counter)


async def exchange(port: int, bent: Bent, seen: Seen) -> None:
    """Send the bytes on a connection of their own and read until the server has no more to say."""
    seen.signed.update(bent.signed)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    begun, received = time.monotonic(), b""
    try:
        writer.write(bent.content)
        while True:
            piece = await asyncio.wait_for(reader.read(65536), 30 if complete(bent) and not received else PATIENCE)
            if not piece:
                break
            received += piece
            seen.longest = max(seen.longest, time.monotonic() - begun)
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    count(received, bent, seen)


def complete(bent: Bent) -> bool:
    """Return whether these bytes are certainly a whole request, which is answered whatever it is."""
    return bent.kind == "signed"


def count(received: bytes, bent: Bent, seen: Seen) -> None:
    """Count answers; there are no more than requests, and nothing between them."""
    rest, statuses = received, []
    while found := _HEAD.match(rest):
        statuses.append(int(found.group(1)))
        length = _LENGTH.search(found.group())
        body = 0 if statuses[-1] < 200 or not length else int(length.group(1))
        rest = rest[found.end() + body :]
    if b"HEAD " in bent.content:
        # Which answer has no body for being one to HEAD is not to be seen from outside.
        statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", received)]
    elif rest:
        seen.odd.append(bent.content[:300] + b" -> " + rest[:100])
    final = [status for status in statuses if status >= 200]
    if len(final) > max(bent.parts, bent.content.count(b"HTTP/")):
        seen.too_many.append(bent.content)
    seen.statuses.update(final)
    seen.silent += not final


async def send_all(port: int, requests: Iterable[Bent], seen: Seen) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(bent: Bent) -> None:
        async with room:
            await exchange(port, bent, seen)

    await asyncio.gather(*[one(bent) for bent in requests])


def check(seen: Seen, number: int, provider: Provider, log: Log) -> None:
    """Nothing broke, and what was forwarded is what was signed, each at most once and each with its row."""
    assert set(seen.statuses) <= ALLOWED, seen.statuses
    assert not seen.odd, seen.odd[:3]
    assert not seen.too_many, seen.too_many[:3]
    assert seen.longest < 30
    assert seen.statuses[401] > number / 20
    assert seen.statuses[400] > number / 10
    forwarded: Counter[Signed] = Counter()
    for received in provider.received:
        head, _, body = received.partition(b"\r\n\r\n")
        method, target, _version = head.split(b"\r\n")[0].decode().split(" ")
        forwarded[Signed(method, target, body)] += 1
    assert forwarded
    assert not forwarded - seen.signed, list(forwarded - seen.signed)[:3]
    ids = [re.findall(rb"X-LGSP-Request-Id: (\S+)", received)[0] for received in provider.received]
    assert len(set(ids)) == len(ids)
    admitted = log.rows(
        "select count(*) as n from audit_intent where verdict = 'A' and call_id = any(%s)",
        [found.decode() for found in ids],
    )
    assert admitted[0]["n"] == len(ids)


def test_bent_requests(
    broker: Live, provider: Provider, world: World, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    seen, bender = Seen(), Bender(world.credentials(), broker.authority, SEED)
    asyncio.run(send_all(broker.port, bender.make(SHARE), seen))
    check(seen, SHARE, provider, log)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    target = f"{BASE}/communes"
    assert broker.send(target, signed(world.credentials(), broker.authority, target)).status == 200


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [SEED, pytest.param(secrets.randbits(31), id="fresh")])
def test_20000_bent_requests(
    seed: int,
    module_world: World,
    provider: Provider,
    database: str,
    tmp_path: Path,
    module_log: Log,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Half of them from a fixed seed, half from a fresh one, which is printed."""
    provider.reset()
    begun, number = time.monotonic(), WHOLE // 2
    with working(1, module_world, database, tmp_path) as [worker]:
        before, seen = worker.memory(), Seen()
        bender = Bender(module_world.credentials(), worker.authority, seed)
        asyncio.run(send_all(worker.port, bender.make(number), seen))
        assert worker.alive
        check(seen, number, provider, module_log)
        target = f"{BASE}/communes"
        assert worker.send(target, signed(module_world.credentials(), worker.authority, target)).status == 200
        grown = (worker.memory() - before) / 2**20
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out, said.err[:3000]
    assert "broker.fault" not in said.err + said.out
    assert grown < 100
    sys.stdout.write(
        f"\n{number} bent requests, seed {seed}: {dict(sorted(seen.statuses.items()))}, {seen.silent} without answer"
        f" (cut short), {len(provider.received)} forwarded as signed, longest answer {seen.longest:.2f} s,"
        f" memory +{grown:.1f} MiB, {time.monotonic() - begun:.0f} s\n"
    )

"""Raw requests bent at random (seeded, bounded): what was signed goes through unchanged or not at all."""

import random
import socket
import time

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
TARGET = "/api/data/administrative-units/v1/reports?q=a%20b"
SEED, ROUNDS = 20261125, 600
BITS = [
    b"\r\n",
    b"\n",
    b"\0",
    b" ",
    b":",
    b",",
    b";",
    b"%2e",
    b"//",
    b"\xff",
    b"Host: a\r\n",
    b"lgsp=",
    b"()",
    b"9" * 40,
]


def request(broker: Live, world: World) -> bytes:
    headers = signed(world.credentials(), broker.authority, TARGET, "POST", body=b'{"a":1}')
    head = f"POST {TARGET} HTTP/1.1\r\nHost: {broker.authority}\r\nContent-Length: 7\r\n"
    return (head + "".join(f"{name}: {value}\r\n" for name, value in headers.items())).encode() + b'\r\n{"a":1}'


def bent(content: bytes, chance: random.Random) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(found))
        match chance.randrange(5):
            case 0:
                found[place] = chance.randrange(256)
            case 1:
                del found[place : place + chance.randint(1, 20)]
            case 2:
                found[place:place] = chance.choice(BITS)
            case 3:
                found[place:place] = found[place : place + chance.randint(1, 60)]
            case _:
                other = chance.randrange(len(found))
                found[place], found[other] = found[other], found[place]
    return bytes(found)


def first_status(broker: Live, content: bytes) -> int:
    """Send bytes; return the status of the first answer, 0 when there is none in time: it waits for more."""
    with socket.create_connection(("127.0.0.1", broker.port), timeout=5) as connection:
        connection.sendall(content)
        connection.settimeout(0.3)
        try:
            received = connection.recv(65536)
        except (TimeoutError, ConnectionError):
            return 0
    return int(received[9:12]) if received else 0


def test_bent_requests(
    broker: Live, provider: Provider, world: World, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(SEED)
    statuses: dict[int, int] = {}
    begun = time.monotonic()
    for _ in range(ROUNDS):
        content = bent(request(broker, world), chance)
        status = first_status(broker, content)
        statuses[status] = statuses.get(status, 0) + 1
    assert time.monotonic() - begun < 120
    assert set(statuses) <= {0, 200, 400, 401, 403, 404, 413, 415, 431, 501}, statuses
    assert statuses[401] > ROUNDS / 10
    assert statuses[400] > ROUNDS / 10
    assert len(provider.received) == statuses.get(200, 0) < ROUNDS / 10
    for received in provider.received:
        assert received.startswith(b"POST /reports?q=a%20b HTTP/1.1\r\n")
        assert received.endswith(b'\r\n\r\n{"a":1}')
    admitted = log.rows("select count(*) as n from audit_intent where verdict = 'A'")[0]["n"]
    assert admitted == len(provider.received)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
    assert broker.raw(request(broker, world)).status == 200

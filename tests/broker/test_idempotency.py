"""``Idempotency-Key`` on brokered calls (decisions, 11): a deed is carried once, exactly, over all workers."""

import asyncio
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from audit.admission import Claims, LogUnavailable
from audit.idempotency import First
from audit.services.idempotency import forget_keys
from catalog.projection import UpstreamRow
from tests.broker.conftest import Log, make_app
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
REPORTS = "/api/data/administrative-units/v1/reports"
COMMUNES = "/api/data/administrative-units/v1/communes"


def send(broker: Live, world: World, key: str, *, number: int = 1, grant: str = "QK-1", body: bytes = b"{}") -> Reply:
    signature = signed(world.credentials(number, grant), broker.authority, REPORTS, "POST", body=body)
    headers = {**signature, "Idempotency-Key": key, "Content-Type": "application/json"}
    return broker.send(REPORTS, headers, method="POST", body=body)


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def test_a_deed_asked_for_again_is_not_carried_again(
    broker: Live, provider: Provider, world: World, log: Log, key: str
) -> None:
    """The second use is told which call came first; it eats no quota, and nothing of the first answer comes back."""
    first = send(broker, world, key)
    assert first.status == 200
    assert f"Idempotency-Key: {key}".encode() in provider.received[0]
    used = log.used(world.grants["QK-1"].gate_id)
    again = send(broker, world, key, body=b'{"other": 1}')
    assert (again.status, again.code, again.json["side"]) == (409, "idempotency-key-used", "consumer")
    assert again.json["first_request_id"] == first.header("x-request-id")
    assert b"00001" not in again.body
    assert len(provider.received) == 1
    row = log.call(again.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("X", 409, "idempotency-key-used")
    assert log.used(world.grants["QK-1"].gate_id) == used


def test_while_the_first_runs(broker: Live, provider: Provider, world: World, key: str) -> None:
    release = threading.Event()

    async def slowly(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not release.is_set():
            await asyncio.sleep(0.01)
        writer.write(reply())

    provider.answers[b"/reports"] = slowly
    found: list[Reply] = []
    first = threading.Thread(target=lambda: found.append(send(broker, world, key)))
    first.start()
    while not provider.received:
        threading.Event().wait(0.01)
    again = send(broker, world, key)
    release.set()
    first.join()
    assert (again.status, again.code) == (409, "idempotency-in-progress")
    assert again.header("retry-after") == "1"
    assert found[0].status == 200
    assert again.json["first_request_id"] == found[0].header("x-request-id")
    assert len(provider.received) == 1


@pytest.fixture
def workers(database: str, module_world: World) -> Iterator[list[Live]]:
    found = [Live(make_app(database, module_world)).start() for _ in range(3)]
    for live in found:
        live.reload()
    yield found
    for live in found:
        live.stop()


def test_of_many_at_once_over_all_workers_one_is_carried(
    workers: list[Live], provider: Provider, world: World
) -> None:
    provider.reset()
    for _ in range(5):
        found: list[int] = []

        def ask(live: Live, key: str, found: list[int] = found) -> None:
            found.append(send(live, world, key).status)

        key = str(uuid.uuid4())
        threads = [threading.Thread(target=ask, args=(live, key)) for live in workers for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [200, *([409] * 17)]
    assert len(provider.received) == 5


def test_keys_of_other_systems_and_grants_are_others(broker: Live, provider: Provider, world: World, key: str) -> None:
    assert send(broker, world, key).status == 200
    assert send(broker, world, key, number=2, grant="QK-2").status == 200
    assert len(provider.received) == 2


def test_a_key_is_free_again_when_nothing_was_sent(
    broker: Live, provider: Provider, world: World, log: Log, key: str
) -> None:
    """Refused by quota, by an open breaker, by a refused connection: the provider certainly did not get it."""
    gate = world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used where gate_id = %s", gate)
    try:
        assert send(broker, world, key).status == 429
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", gate)
    lying = world.services["sandbox"]
    world.services["sandbox"] = replace(lying, upstreams=(UpstreamRow(8, "http://127.0.0.1:9", 1),))
    broker.reload()
    assert [send(broker, world, key).status for _ in range(6)] == [502] * 5 + [503]
    world.services["sandbox"] = lying
    broker.reload()
    assert provider.received == []
    assert send(broker, world, key).status == 200
    assert send(broker, world, key).code == "idempotency-key-used"


def test_a_key_stays_used_when_the_provider_may_have_got_it(
    broker: Live, provider: Provider, world: World, key: str
) -> None:
    provider.answers[b"/reports"] = close
    first = send(broker, world, key)
    assert first.status == 502
    provider.answers[b"/reports"] = reply()
    again = send(broker, world, key)
    assert (again.status, again.code) == (409, "idempotency-key-used")
    assert again.json["first_request_id"] == first.header("x-request-id")
    assert len(provider.received) == 1


def test_questions_are_answered_again(broker: Live, provider: Provider, world: World, key: str) -> None:
    """A GET with a key is a GET: the key goes along, nothing is kept of it."""
    for _ in range(2):
        headers = {**signed(world.credentials(), broker.authority, COMMUNES), "Idempotency-Key": key}
        assert broker.send(COMMUNES, headers).status == 200
    assert len(provider.received) == 2


@pytest.mark.parametrize("wrong", ["", "x" * 256])
def test_a_key_that_is_none(broker: Live, provider: Provider, world: World, log: Log, wrong: str) -> None:
    answer = send(broker, world, wrong)
    assert (answer.status, answer.code) == (400, "idempotency-key-invalid")
    assert provider.received == []
    assert log.call(answer.header("x-request-id"))["verdict"] == "X"


def test_without_the_database_nothing_is_forwarded(
    broker: Live, provider: Provider, world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker.app.engine.ledger.claims, "_address", "postgresql://127.0.0.1:9/none")
    broker.call(broker.app.engine.ledger.claims.close)
    answer = send(broker, world, key)
    assert (answer.status, answer.code) == (503, "log-unavailable")
    assert answer.header("retry-after")
    assert provider.received == []
    assert not broker.app.engine.running.places["sandbox"].providers


def test_a_cut_connection_is_made_again(broker: Live, provider: Provider, world: World, log: Log, key: str) -> None:
    assert send(broker, world, str(uuid.uuid4())).status == 200
    assert log.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lgsp-idempotency'"
        " and datname = current_database()"
    )
    assert send(broker, world, key).status == 200
    assert len(provider.received) == 2


def test_the_key_itself_is_not_kept(broker: Live, world: World, log: Log, provider: Provider) -> None:
    """A key may say something about a person; only its keyed digest stays."""
    secret = f"cccd-012345678901-{uuid.uuid4()}"
    answer = send(broker, world, secret)
    [row] = log.rows("select * from audit_idempotency where call_id = %s", answer.header("x-request-id"))
    assert secret not in str(row)
    assert len(row["digest"]) == 32


def test_time_and_ends_of_a_claim(database: str, log: Log) -> None:
    """A call whose process died runs for a while, then counts as used; after the window a key is new; old ones go."""
    digest, first, second = uuid.uuid4().bytes, uuid.uuid4(), uuid.uuid4()

    async def story() -> None:
        claims = Claims(database)
        other = Claims(database, timedelta(hours=1))
        assert await claims.take(digest, first) is None
        assert await claims.take(digest, first) is None
        assert await claims.take(digest, second) == First(first, running=True)
        log.execute("update audit_idempotency set claimed_at = now() - interval '2 minutes' where digest = %s", digest)
        assert await claims.take(digest, second) == First(first, running=False)
        log.execute("update audit_idempotency set claimed_at = now() - interval '2 hours' where digest = %s", digest)
        await claims.free(digest, second)
        assert await claims.take(digest, second) == First(first, running=False)
        assert await other.take(digest, second) is None
        assert await claims.take(digest, first) == First(second, running=True)
        await claims.close()
        await other.close()
        with pytest.raises(LogUnavailable):
            await Claims("postgresql://127.0.0.1:9/none").take(digest, first)

    asyncio.run(story())
    log.execute("update audit_idempotency set claimed_at = now() - interval '25 hours' where digest = %s", digest)
    keep = uuid.uuid4().bytes
    log.execute("insert into audit_idempotency values (%s, %s, now() - interval '23 hours')", keep, first)
    assert forget_keys() >= 1
    with psycopg.connect(database) as own:
        left = {bytes(row[0]) for row in own.execute("select digest from audit_idempotency").fetchall()}
    # The job's own transaction is the test's: it sees what it deleted, the other connection not yet.
    with connection.cursor() as cursor:
        cursor.execute("select digest from audit_idempotency")
        mine = {bytes(row[0]) for row in cursor.fetchall()}
    assert keep in left & mine
    assert digest not in mine

"""A broker at work, for all tests of a module: real PostgreSQL, real uvicorn, a provider of raw bytes."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from audit.admission import Ledger
from audit.gates import open_gate
from broker.app import BrokerApp
from broker.assembly import database_address
from broker.clocks import Clocks
from broker.engine import Engine
from broker.forwarding import HttpTransport
from broker.load import Load
from broker.policy import Policy
from broker.tokens.signer import Signer
from core.addresses import AddressRules
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, new_grant, new_key, service
from tests.database import empty


class Log:
    """The call log as an outsider reads it."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True, row_factory=psycopg.rows.dict_row)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        return self._connection.execute(query, values).fetchall()

    def call(self, request_id: str) -> dict[str, Any]:
        """Return intent and outcome of one call."""
        found = self.rows(
            "select i.*, o.status, o.reason, o.side, o.upstream_id, o.upstream_status, o.fields_dropped,"
            " o.response_bytes from audit_intent i left join audit_outcome o using (call_id)"
            " where call_id = %s order by i.n",
            request_id,
        )
        assert found, f"no row of {request_id}"
        return found[-1]

    def count(self) -> int:
        return self.rows("select count(*) as n from audit_intent")[0]["n"]

    def used(self, gate_id: int) -> int:
        return self.rows("select used from audit_gate where gate_id = %s", gate_id)[0]["used"]

    def execute(self, query: str, *values: Any) -> None:
        self._connection.execute(query, values)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Give the address of the test database; what the module's calls left in it goes at the end."""
    with django_db_blocker.unblock():
        address = database_address()
        yield address
        empty()
        connection.close()


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider().start()
    yield found
    found.stop()


def make_world(provider: Provider) -> World:
    """Two systems in the sandbox, one of them live too; quotas of 100,000 calls a day."""
    world = World()
    world.services = {"sandbox": service(provider.url), "live": service(provider.url, "live")}
    world.keys = {1: new_key(1), 2: new_key(2, system_id=2, system_code="HT-2"), 3: new_key(3, "live")}
    for number, (system, environment) in enumerate([(1, "sandbox"), (2, "sandbox"), (1, "live")], 1):
        gate = open_gate(limit=100_000)
        world.grants[f"QK-{number}"] = new_grant(number, gate, system_id=system, environment=environment)
    return world


@pytest.fixture(scope="module")
def module_world(database: str, provider: Provider) -> World:
    return make_world(provider)


def make_app(
    database: str, world: World, rules: AddressRules | None = None, clocks: Clocks | None = None
) -> BrokerApp:
    """Put a broker together over *world*."""
    return BrokerApp(
        Engine(
            # Tests move the clock; those of operation look at what the broker makes of that.
            policy=Policy(world.rows, database, clocks=clocks or Clocks(math.inf)),
            ledger=Ledger(database, settings.LOG_KEYS),
            make_transport=lambda: HttpTransport(rules or AddressRules(loopback=True)),
            allowed_hosts=["127.0.0.1", "localhost"],
            signer=Signer.of(settings.SIGNING_KEYS, settings.PUBLIC_URL),
            # A test that shares its core with others is late without fault.
            load=Load(most_lag=math.inf),
        )
    )


@pytest.fixture(scope="module")
def module_broker(database: str, module_world: World) -> Iterator[Live]:
    live = Live(make_app(database, module_world)).start()
    live.reload()
    yield live
    live.stop()


@pytest.fixture(scope="module")
def module_log(database: str) -> Iterator[Log]:
    log = Log(database)
    yield log
    log.close()


@pytest.fixture
def world(module_world: World, module_broker: Live) -> Iterator[World]:
    """The module's world, as it was again for the next test."""
    kept = (dict(module_world.services), dict(module_world.keys), dict(module_world.grants))
    yield module_world
    if kept != (module_world.services, module_world.keys, module_world.grants):
        module_world.services, module_world.keys, module_world.grants = kept
        module_broker.reload()


@pytest.fixture
def broker(module_broker: Live, provider: Provider) -> Live:
    """The module's broker, its provider answering as usual, breakers closed."""
    provider.reset()
    module_broker.app.engine.breakers._states.clear()
    return module_broker


@pytest.fixture
def log(module_log: Log) -> Log:
    return module_log


@pytest.fixture
def refused(broker: Live, provider: Provider, log: Log) -> Callable[..., Reply]:
    """Check that an answer is the refusal it should be, that nothing was forwarded, and what the log keeps of it.

    ``logged`` is the reason of the row, the code itself unless said.
    """
    broker.app.engine.ledger._pacer._minutes.clear()

    def check(answer: Reply, status: int, code: str, *, logged: str = "", side: str = "consumer") -> Reply:
        assert (answer.status, answer.code) == (status, code), answer.body
        request_id = answer.header("x-request-id")
        kind = (answer.header("content-type"), answer.header("content-language"), answer.header("cache-control"))
        assert kind == ("application/problem+json", "vi", "no-store")
        assert (answer.json["type"], answer.json["request_id"]) == (f"/loi/{code}/", request_id)
        assert answer.json["side"] == side
        assert provider.received == []
        row = log.call(request_id)
        assert (row["status"], row["reason"], row["side"]) == (status, logged or code, side)
        assert row["verdict"] != "A"
        return answer

    return check

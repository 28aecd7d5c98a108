"""Only what was granted (P9): right in all but one thing, a call is refused for that thing, logged, not forwarded."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from broker.authorising import judge
from broker.incoming import Incoming
from broker.problems import Refusal
from broker.snapshot import Snapshot
from core import clock
from core.ids import uuid7
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import SERVICE_ID, World, new_grant, new_key, service, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"
# Operations of the service: (method, path, code).
CALLS = [("GET", "/communes", "communes"), ("GET", "/communes/1", "commune"), ("POST", "/reports", "report")]


def today() -> date:
    return clock.today()


def key_change(**changes: Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.keys[1] = replace(world.keys[1], **changes)

    return change


def grant_change(**changes: Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        made = {name: value() if callable(value) else value for name, value in changes.items()}
        world.grants["QK-1"] = replace(world.grants["QK-1"], **made)

    return change


def service_change(**changes: Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.services = {name: replace(row, **changes) for name, row in world.services.items()}

    return change


def no_sandbox(world: World) -> None:
    del world.services["sandbox"]


# What is wrong -> (how, status, code).
WRONG: dict[str, tuple[Callable[[World], None], int, str]] = {
    "key revoked": (key_change(active=False, reason="key-revoked"), 401, "key-revoked"),
    "key suspended": (key_change(active=False, reason="key-suspended"), 401, "key-suspended"),
    "key out of force for another reason": (key_change(active=False, reason="other"), 401, "key-suspended"),
    "key expired yesterday": (key_change(valid_to=date(2020, 1, 1)), 401, "key-expired"),
    "key of another system": (key_change(system_id=2), 403, "grant-missing"),
    "key of live, grant of sandbox": (key_change(environment="live"), 403, "environment-mismatch"),
    "key's networks elsewhere": (key_change(networks=("10.0.0.0/8",)), 403, "network-not-allowed"),
    "key's network unreadable": (key_change(networks=("nonsense",)), 403, "network-not-allowed"),
    "grant of another system": (grant_change(system_id=9), 403, "grant-missing"),
    "grant of another service": (grant_change(service_id=SERVICE_ID + 1), 403, "grant-missing"),
    "grant of live": (grant_change(environment="live"), 403, "environment-mismatch"),
    "grant revoked": (grant_change(active=False, reason="grant-revoked"), 403, "grant-revoked"),
    "connection suspended": (grant_change(active=False, reason="connection-suspended"), 403, "connection-suspended"),
    "grant out of force for another reason": (grant_change(active=False, reason=""), 403, "grant-suspended"),
    "grant begins tomorrow": (
        grant_change(valid_from=lambda: today() + timedelta(days=1)),
        403,
        "grant-not-yet-valid",
    ),
    "grant ended yesterday": (grant_change(valid_to=lambda: today() - timedelta(days=1)), 403, "grant-expired"),
    "another purpose": (grant_change(purpose="statistics"), 403, "purpose-not-granted"),
    "grant's networks elsewhere": (grant_change(networks=("10.0.0.0/8", "fd00::/8")), 403, "network-not-allowed"),
    "no operations": (grant_change(operations=frozenset()), 403, "operation-not-granted"),
    "service withdrawn": (service_change(code="communes"), 404, "unknown-service"),
    "another version": (service_change(version="v2"), 404, "unknown-service"),
    "service in live only": (no_sandbox, 403, "environment-mismatch"),
}


N12 = [name for name in WRONG if name.startswith("grant ") and name != "grant of live"]
N15 = ["key of live, grant of sandbox", "grant of live", "service in live only", "connection suspended"]
Check = Callable[[str], None]


@pytest.fixture
def wrong(broker: Live, provider: Provider, world: World, log: Log) -> Check:
    """Make one thing wrong: every operation is refused for it, logged with its code, not forwarded, eats nothing."""

    def check(name: str) -> None:
        _refused_for(name, broker, provider, world, log)

    return check


@pytest.mark.clause("QC11.3")
@pytest.mark.parametrize("name", N12)
def test_n12_a_grant_not_in_force_or_of_somebody_else(name: str, wrong: Check) -> None:
    wrong(name)


@pytest.mark.clause("QC11.3")
@pytest.mark.parametrize("name", N15)
def test_n15_another_environment_or_a_connection_that_rests(name: str, wrong: Check) -> None:
    wrong(name)


@pytest.mark.clause("Q50-13.4", "QC11.6")
@pytest.mark.clause("QC11.3")
@pytest.mark.parametrize("name", [name for name in WRONG if name not in N12 + N15])
def test_one_thing_wrong(name: str, wrong: Check) -> None:
    wrong(name)


def test_n12_the_last_day_ends_at_midnight_in_vietnam(world: World) -> None:
    """A grant to the 30th is taken at 23:59:59 of that day and refused a second later, wherever the server stands."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], valid_to=date(2026, 11, 30))
    midnight = datetime(2026, 12, 1, tzinfo=clock.VIETNAM).astimezone(UTC)
    snapshot = Snapshot.of(world.rows())
    for moment, code in ((midnight - timedelta(seconds=1), ""), (midnight, "grant-expired")):
        scope = {"method": "GET", "raw_path": COMMUNES.encode(), "query_string": b"", "client": ("127.0.0.1", 1)}
        incoming = Incoming(scope, None, uuid7(), moment)
        incoming.snapshot, incoming.address = snapshot, "127.0.0.1"
        incoming.grant_code, incoming.purpose_code = "QK-1", "administrative-procedures"
        try:
            judge(incoming, snapshot, world.keys[1])
            found = ""
        except Refusal as refusal:
            found = refusal.kind.code
        assert found == code


def _refused_for(name: str, broker: Live, provider: Provider, world: World, log: Log) -> None:
    credentials = world.credentials()
    change, status, code = WRONG[name]
    used = log.used(world.grants["QK-1"].gate_id)
    change(world)
    broker.reload()
    for method, path, _operation in CALLS:
        target = BASE + path
        answer = broker.send(target, signed(credentials, broker.authority, target, method), method=method)
        assert (answer.status, answer.code) == (status, code), answer.body
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["status"], row["reason"]) == ("X", status, code)
        assert row["system_id"] == world.keys[1].system_id
    assert provider.received == []
    assert log.used(world.grants["QK-1"].gate_id) == used


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("DELETE", "/communes/1", {}),
        ("DELETE", "/communes", {}),
        ("PUT", "/communes", {}),
        ("HEAD", "/communes", {}),
        ("OPTIONS", "/communes", {}),
        ("TRACE", "/communes", {}),
        ("PROPFIND", "/communes", {}),
        ("GET", "/communes", {"X-HTTP-Method-Override": "DELETE"}),
        ("POST", "/reports", {"X-Method-Override": "GET"}),
    ],
)
def test_n14_a_method_outside_the_grant(
    method: str, path: str, headers: dict[str, str], broker: Live, provider: Provider, world: World, log: Log
) -> None:
    target = BASE + path
    answer = broker.send(
        target, {**signed(world.credentials(), broker.authority, target, method), **headers}, method=method
    )
    assert answer.status == 403
    if method != "HEAD":
        assert answer.code == "operation-not-granted"
    assert log.call(answer.header("x-request-id"))["reason"] == "operation-not-granted"
    assert provider.received == []


@pytest.mark.parametrize(
    "purpose",
    [
        "",
        "Administrative-Procedures",
        "thu-tuc-hanh-chinh",
        "administrative-procedures2",
        "-",
        "administrative-procedures ",
    ],
)
def test_n13_a_purpose_spelt_otherwise(
    purpose: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    answer = broker.send(COMMUNES, signed(world.credentials(purpose=purpose), broker.authority, COMMUNES))
    refused(answer, 403, "purpose-not-granted")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/data/none/v1/communes", "unknown-service"),
        ("/api/data/administrative-units/v9/communes", "unknown-service"),
        ("/api/data/administrative-units", "unknown-service"),
        ("/api/data/", "unknown-service"),
        (f"{BASE}", "unknown-operation"),
        (f"{BASE}/", "unknown-operation"),
        (f"{BASE}/communes/", "unknown-operation"),
        (f"{BASE}/communes/1/2", "unknown-operation"),
        (f"{BASE}/Communes", "unknown-operation"),
        (f"{BASE}/communes/%ff", "unknown-operation"),
        (f"{BASE}/communes/%e2%80%ae", "unknown-operation"),
    ],
)
def test_what_is_not_in_the_catalogue(
    path: str, code: str, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    answer = broker.send(path, signed(world.credentials(), broker.authority, path))
    assert (answer.status, answer.code) == (404, code)
    assert log.call(answer.header("x-request-id"))["reason"] == code
    assert provider.received == []


@pytest.mark.clause("Q50-13.4")
def test_last_days_and_networks_that_fit_are_taken(broker: Live, provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], valid_to=today(), networks=("127.0.0.0/8",))
    world.grants["QK-1"] = replace(
        world.grants["QK-1"], valid_from=today(), valid_to=today(), networks=("10.0.0.0/8", "127.0.0.1")
    )
    broker.reload()
    assert broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES)).status == 200


def test_details_are_for_the_owner_of_the_key(broker: Live, world: World) -> None:
    answer = broker.send(COMMUNES, signed(world.credentials(purpose="statistics"), broker.authority, COMMUNES))
    assert answer.json["detail"] == "Quyền khai thác QK-1 cấp cho mục đích administrative-procedures."
    english = {**signed(world.credentials(2), broker.authority, COMMUNES), "Accept-Language": "en"}
    answer = broker.send(COMMUNES, english)
    assert answer.json["detail"] == "System HT-2 holds no grant QK-1 for service administrative-units."
    forged = {**signed(world.credentials(), broker.authority, COMMUNES), "X-LGSP-Grant": "QK-3"}
    assert "QK" not in broker.send(COMMUNES, forged).body.decode()


def test_every_key_with_every_grant_and_environment(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """P9: 6 keys × 6 grants × 3 operations × 3 services; exactly the calls of a key's own grants are admitted."""
    gates = [row["gate_id"] for row in log.rows("select gate_id from audit_gate order by gate_id limit 3")]
    extra = [
        new_grant(11, gates[0], system_id=1, service_id=SERVICE_ID, operations=frozenset({"communes"})),
        new_grant(12, gates[0], system_id=1, service_id=8),
        new_grant(13, gates[0], system_id=2, environment="live", operations=frozenset({"commune"})),
    ]
    for grant in extra:
        world.grants[grant.code] = grant
    world.keys |= {4: new_key(4, "live", system_id=2), 5: new_key(5, system_id=3), 6: new_key(6, active=False)}
    world.services["other"] = service(provider.url, code="registers", service_id=8)
    world.services["second"] = service(provider.url, version="v2", operations=world.services["sandbox"].operations[:1])
    broker.reload()
    rows = {(row.code, row.version, row.environment): row for row in world.services.values()}
    codes = {(row.code, row.version) for row in world.services.values()}
    cells = wrong = admitted = 0
    for (number, key), grant, (method, path, operation), (code, version) in itertools.product(
        world.keys.items(), world.grants.values(), CALLS, sorted(codes)
    ):
        row = rows.get((code, version, key.environment))
        lawful = (
            key.active
            and row is not None
            and operation in {item.code for item in row.operations}
            and (grant.system_id, grant.service_id, grant.environment)
            == (key.system_id, row.service_id, key.environment)
            and operation in grant.operations
        )
        target = f"/api/data/{code}/{version}{path}"
        headers = signed(world.credentials(number, grant.code), broker.authority, target, method)
        answer = broker.send(target, headers, method=method)
        cells += 1
        admitted += lawful
        wrong += (answer.status == 200) is not lawful
    assert cells >= 300
    assert admitted >= 10
    assert wrong == 0
    assert len(provider.received) == admitted

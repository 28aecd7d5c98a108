"""P9: right in all but one thing, for every operation, environment and way to prove oneself; and right in everything.

One world holds all variants side by side, so that hundreds of cells run over one broker without a reload between them.
"""

import base64
import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.signing import Credentials, content_digest, sign, signature_base, signature_params
from connections.projection import GrantRow, KeyRow
from core import clock
from tests.broker.conftest import Log
from tests.broker.live import Live, read_reply
from tests.broker.provider import Provider
from tests.broker.tokens import bearer, by_secret
from tests.broker.world import SERVICE_ID, World, new_grant, new_key, service

pytestmark = pytest.mark.django_db
ENVIRONMENTS = ("sandbox", "live")
ALGORITHMS = ("hmac-sha256", "ed25519")
SERVICE = "administrative-units"
# (method, path, code of the operation).
OPERATIONS = [
    ("GET", "/communes", "communes"),
    ("GET", "/communes/1", "commune"),
    ("POST", "/reports", "report"),
    ("GET", "/raw/x", "raw"),
]
ALL = frozenset(code for _method, _path, code in OPERATIONS)
ELSEWHERE = ("10.0.0.0/8", "fd00::/8")


@dataclass
class Cell:
    """One call: whose key, which grant, and what is asked for."""

    name: str
    operation: str
    method: str
    path: str
    key: KeyRow
    grant: GrantRow
    purpose: str
    service: str = SERVICE
    version: str = "v1"
    more: dict[str, str] = field(default_factory=dict)
    access_key: str = ""
    algorithm: str = ""
    private: Ed25519PrivateKey | None = None
    expected: tuple[int, str] = (200, "")
    token: str = ""

    @property
    def target(self) -> str:
        return f"/api/data/{self.service}/{self.version}{self.path}"


Change = Callable[[Cell], None]


def key(**changes: Any) -> Change:
    def change(cell: Cell) -> None:
        cell.key = replace(cell.key, **{name: _now(value) for name, value in changes.items()})

    return change


def grant(**changes: Any) -> Change:
    def change(cell: Cell) -> None:
        cell.grant = replace(cell.grant, **{name: _now(value) for name, value in changes.items()})

    return change


def call(**changes: Any) -> Change:
    def change(cell: Cell) -> None:
        for name, value in changes.items():
            setattr(cell, name, value)

    return change


def _now(value: Any) -> Any:
    return value() if callable(value) else value


def day(offset: int) -> Callable[[], date]:
    return lambda: clock.today() + timedelta(days=offset)


def other(cell: Cell, environment: str) -> str:
    return next(name for name in ENVIRONMENTS if name != environment)


def key_elsewhere(cell: Cell) -> None:
    cell.key = replace(cell.key, environment=other(cell, cell.key.environment))


def grant_elsewhere(cell: Cell) -> None:
    cell.grant = replace(cell.grant, environment=other(cell, cell.grant.environment))


def without_this_operation(cell: Cell) -> None:
    cell.grant = replace(cell.grant, operations=ALL - {cell.operation})


def this_operation_alone(cell: Cell) -> None:
    cell.grant = replace(cell.grant, operations=frozenset({cell.operation}))


def only_elsewhere(cell: Cell) -> None:
    cell.version = f"only-{other(cell, cell.key.environment)}"


def claims_the_other_algorithm(cell: Cell) -> None:
    cell.algorithm = next(name for name in ALGORITHMS if name != cell.key.algorithm)


# What is wrong -> (how, status, code for the caller, reason in the log where it differs).
WRONG: dict[str, tuple[Change, int, str, str]] = {
    "key pending": (key(active=False, reason="key-not-activated"), 401, "key-not-activated", ""),
    "key suspended": (key(active=False, reason="key-suspended"), 401, "key-suspended", ""),
    "key revoked": (key(active=False, reason="key-revoked"), 401, "key-revoked", ""),
    "key out of force, no words for it": (key(active=False, reason="other"), 401, "key-suspended", ""),
    "key expired long ago": (key(valid_to=date(2020, 1, 1)), 401, "key-expired", ""),
    "key rotated, overlap over yesterday": (key(valid_to=day(-1)), 401, "key-expired", ""),
    "key nobody holds": (call(access_key="ak_test_nobody"), 401, "signature-invalid", "key-unknown"),
    "another algorithm claimed": (claims_the_other_algorithm, 401, "signature-invalid", ""),
    "key of another system": (key(system_id=2, system_code="HT-2"), 403, "grant-missing", ""),
    "key of another system and agency": (key(system_id=3, agency_id=12), 403, "grant-missing", ""),
    "key of the other environment": (key_elsewhere, 403, "environment-mismatch", ""),
    "key's networks elsewhere": (key(networks=ELSEWHERE), 403, "network-not-allowed", ""),
    "key's network unreadable": (key(networks=("nonsense",)), 403, "network-not-allowed", ""),
    "grant unknown": (grant(code="QK-UNKNOWN"), 403, "grant-missing", ""),
    "grant not named": (grant(code="-"), 403, "grant-missing", ""),
    "grant of another system": (grant(system_id=2), 403, "grant-missing", ""),
    "grant of another service": (grant(service_id=SERVICE_ID + 1), 403, "grant-missing", ""),
    "grant of the other environment": (grant_elsewhere, 403, "environment-mismatch", ""),
    "grant begins tomorrow": (grant(valid_from=day(1)), 403, "grant-not-yet-valid", ""),
    "grant ended yesterday": (grant(valid_to=day(-1)), 403, "grant-expired", ""),
    "grant revoked": (grant(active=False, reason="grant-revoked"), 403, "grant-revoked", ""),
    "grant suspended": (grant(active=False, reason="grant-suspended"), 403, "grant-suspended", ""),
    "grant out of force, no words for it": (grant(active=False, reason=""), 403, "grant-suspended", ""),
    "connection held": (grant(active=False, reason="connection-suspended"), 403, "connection-suspended", ""),
    "grant's networks elsewhere": (grant(networks=ELSEWHERE), 403, "network-not-allowed", ""),
    "grant without operations": (grant(operations=frozenset()), 403, "operation-not-granted", ""),
    "grant without this operation": (without_this_operation, 403, "operation-not-granted", ""),
    "another purpose": (call(purpose="statistics"), 403, "purpose-not-granted", ""),
    "no purpose": (call(purpose=""), 403, "purpose-not-granted", ""),
    "the purpose in other letters": (call(purpose="Administrative-Procedures"), 403, "purpose-not-granted", ""),
    "grant for another purpose": (grant(purpose="statistics"), 403, "purpose-not-granted", ""),
    "another method": (call(method="PUT"), 403, "operation-not-granted", ""),
    "a method nobody knows": (call(method="PROPFIND"), 403, "operation-not-granted", ""),
    "a method named twice": (call(more={"X-HTTP-Method-Override": "DELETE"}), 403, "operation-not-granted", ""),
    "another service": (call(service="registers"), 404, "unknown-service", ""),
    "another version": (call(version="v9"), 404, "unknown-service", ""),
    "a version of the other environment": (only_elsewhere, 403, "environment-mismatch", ""),
    "a path of no operation": (call(path="/nothing"), 404, "unknown-operation", ""),
}
# Narrow, and right all the same.
RIGHT: dict[str, Change] = {
    "nothing wrong": call(),
    "last day of the key": key(valid_to=day(0)),
    "only day of the grant": grant(valid_from=day(0), valid_to=day(0)),
    "networks that fit": grant(networks=("10.0.0.0/8", "127.0.0.0/8")),
    "key's network that fits": key(networks=("127.0.0.1",)),
    "this operation alone": this_operation_alone,
    "with a query": call(more={"Accept-Language": "en"}),
}


# What no caller with a token says: the token says it, and was not issued for anything else.
SAID_BY_TOKENS = {
    "key nobody holds",
    "another algorithm claimed",
    "grant unknown",
    "grant not named",
    "another purpose",
    "no purpose",
    "the purpose in other letters",
}
# Where a token is refused for what it says before the grant is looked at.
BY_TOKEN = {"key of another system": (401, "token-invalid")}


def cells(gates: dict[str, int], algorithms: Sequence[str] = ALGORITHMS, *, changed: bool = True) -> Iterator[Cell]:
    """Make every cell with a key and a grant of its own; not *changed*, each as it is before anything is wrong."""
    changes = [(name, change, status, code) for name, (change, status, code, _logged) in WRONG.items()]
    changes += [(name, change, 200, "") for name, change in RIGHT.items()]
    numbers = itertools.count(1000)
    for environment, algorithm, (method, path, code), (name, change, status, said) in itertools.product(
        ENVIRONMENTS, algorithms, OPERATIONS, changes
    ):
        number = next(numbers)
        private = Ed25519PrivateKey.generate() if algorithm == "ed25519" else None
        row = new_key(number, environment, algorithm=algorithm)
        if private is not None:
            row = replace(row, secret=private.public_key().public_bytes_raw())
        held = new_grant(number, gates[environment], environment=environment, operations=ALL)
        cell = Cell(name, code, method, path, row, held, held.purpose, private=private, expected=(status, said))
        if changed:
            change(cell)
        yield cell


def headers_of(cell: Cell, authority: str) -> dict[str, str]:
    """Sign the call of a cell with its key, or bring its token."""
    if cell.token:
        return {**bearer(cell.token), **cell.more}
    access_key, named = cell.access_key or cell.key.access_key, f"QK-{cell.key.key_id}"
    shown = cell.grant.code if cell.name in ("grant unknown", "grant not named") else named
    if cell.private is None and not cell.algorithm:
        credentials = Credentials(access_key, cell.key.secret.decode(), shown, cell.purpose)
        found = sign(
            credentials, method=cell.method, authority=authority, target=cell.target, created=int(time.time())
        )
        return {**found, **cell.more}
    digest, nonce = content_digest(b""), secrets.token_urlsafe(16)
    params = signature_params(
        created=int(time.time()), nonce=nonce, keyid=access_key, alg=cell.algorithm or cell.key.algorithm
    )
    text = signature_base(
        method=cell.method,
        authority=authority,
        path=cell.target,
        query="?",
        digest=digest,
        grant=shown,
        purpose=cell.purpose,
        params=params,
    )
    raw = cell.private.sign(text) if cell.private else secrets.token_bytes(64)
    return {
        "Content-Digest": digest,
        "X-LGSP-Grant": shown,
        "X-LGSP-Purpose": cell.purpose,
        "Signature-Input": f"lgsp={params}",
        "Signature": f"lgsp=:{base64.b64encode(raw).decode()}:",
        **cell.more,
    }


def populate(world: World, provider: Provider, made: list[Cell]) -> None:
    """Put *made* into *world*, and what their calls may wrongly name."""
    world.keys |= {cell.key.key_id: cell.key for cell in made}
    world.grants |= {cell.grant.code: cell.grant for cell in made if cell.grant.code.removeprefix("QK-").isdigit()}
    for environment in ENVIRONMENTS:
        row = service(provider.url, environment, version=f"only-{environment}")
        world.services[f"only-{environment}"] = row


def gates_of(world: World) -> dict[str, int]:
    return {row.environment: row.gate_id for row in (world.grants["QK-1"], world.grants["QK-3"])}


def try_all(made: list[Cell], broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Make the call of every cell; exactly the right ones are admitted, forwarded and counted."""
    gate = world.grants["QK-1"].gate_id
    broker.app.engine.ledger._pacer._minutes.clear()
    used, failed, ids = log.used(gate), [], {}
    with broker.open() as connection:
        for cell in made:
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers_of(cell, broker.authority).items())
            length = "Content-Length: 0\r\n" if cell.method in ("POST", "PUT") else ""
            head = f"{cell.method} {cell.target} HTTP/1.1\r\nHost: {broker.authority}\r\n{length}{lines}\r\n"
            connection.sendall(head.encode("latin-1"))
            answer = read_reply(connection)
            ids[answer.header("x-request-id")] = cell
            code = answer.code if answer.header("content-type") == "application/problem+json" else ""
            if (answer.status, code) != cell.expected:
                failed.append(
                    (cell.name, cell.key.environment, cell.key.algorithm, cell.operation, answer.status, code)
                )
    right = [cell for cell in made if cell.expected[0] == 200]
    assert not failed, failed[:20]
    assert len(provider.received) == len(right)
    _check_rows(log, ids)
    assert log.used(gate) - used == sum(cell.key.environment == "sandbox" for cell in right)


def test_one_thing_wrong_at_a_time(broker: Live, provider: Provider, world: World, log: Log) -> None:
    made = list(cells(gates_of(world)))
    populate(world, provider, made)
    broker.reload()
    right = sum(cell.expected[0] == 200 for cell in made)
    assert len(made) - right >= 600
    assert right >= 100
    try_all(made, broker, provider, world, log)


def test_one_thing_wrong_at_a_time_with_a_token(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Each token was issued when all was right; what became wrong since counts, as for a signed call."""
    gates = gates_of(world)
    before = [cell for cell in cells(gates, ALGORITHMS[:1], changed=False) if cell.name not in SAID_BY_TOKENS]
    populate(world, provider, before)
    broker.reload()
    tokens = {
        cell.key.key_id: str(by_secret(broker, world, cell.key.key_id, cell.grant.code).json["access_token"])
        for cell in before
    }
    made = [cell for cell in cells(gates, ALGORITHMS[:1]) if cell.name not in SAID_BY_TOKENS]
    for cell, kept in zip(made, before, strict=True):
        # The same key and grant, changed: what the cells were made with anew is nobody's.
        cell.key = replace(cell.key, access_key=kept.key.access_key, secret=kept.key.secret)
        cell.token, cell.expected = tokens[kept.key.key_id], BY_TOKEN.get(cell.name, cell.expected)
    populate(world, provider, made)
    broker.reload()
    right = sum(cell.expected[0] == 200 for cell in made)
    assert len(made) - right >= 240
    assert right >= 50
    try_all(made, broker, provider, world, log)


def _check_rows(log: Log, ids: dict[str, Cell]) -> None:
    """Each call left its row: admitted or not, with the reason meant for the log and the side that has to act."""
    rows = log.rows(
        "select i.call_id, i.verdict, o.status, o.reason, o.side, o.upstream_id from audit_intent i"
        " join audit_outcome o using (call_id) where call_id = any(%s)",
        list(ids),
    )
    assert len(rows) == len(ids)
    for row in rows:
        cell = ids[str(row["call_id"])]
        status, code = cell.expected
        admitted = status == 200
        logged = (not admitted and WRONG[cell.name][3]) or code
        meant = ("A" if admitted else "X", status, logged, "" if admitted else "consumer", admitted)
        found = (row["verdict"], row["status"], row["reason"], row["side"], row["upstream_id"] > 0)
        assert found == meant, (cell.name, cell.key.environment, cell.operation)

"""Calls with a token: the same gate as a signed call, bound to what the token was issued for, and never passed on."""

import hashlib
import hmac
import json
import secrets
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.test import Client

from broker.signing import content_digest
from broker.tokens import signer as signers
from core.crypto import Keyring
from core.jose import SigningKeys, Stamp
from tests.broker.conftest import Log
from tests.broker.garbage import left_by
from tests.broker.live import Live, Reply
from tests.broker.outside_tools import needing
from tests.broker.provider import JSON, Provider
from tests.broker.tokens import ENDPOINT, bearer, by_secret, jws, own_key, part, unpart, verified
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES = f"{BASE}/communes"


@pytest.fixture
def token(broker: Live, world: World) -> str:
    return str(by_secret(broker, world).json["access_token"])


@pytest.fixture
def refused(broker: Live, provider: Provider, log: Log) -> Callable[..., Reply]:
    """Check a refusal, that nothing was forwarded, and what the log keeps."""
    broker.app.engine.ledger._pacer._minutes.clear()

    def check(answer: Reply, status: int, code: str, *, verdict: str = "X", known: bool = True) -> Reply:
        assert (answer.status, answer.code) == (status, code), answer.body
        assert answer.header("content-type") == "application/problem+json"
        if status == 401:
            assert answer.header("www-authenticate") == 'Bearer realm="lgsp", error="invalid_token"'
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["status"], row["reason"]) == (verdict, status, code)
        assert (row["key_id"] != 0) is known
        assert provider.received == []
        return answer

    return check


def platform_key() -> tuple[str, Ed25519PrivateKey]:
    """Return the key the product under test signs with; tests forge with it what its holder never would."""
    kid, seed = next(iter(Keyring.parse(settings.SIGNING_KEYS).keys.items()))
    return kid, Ed25519PrivateKey.from_private_bytes(seed)


def issued(world: World, key: int = 1, *, typ: str = "at+jwt", **changes: Any) -> str:
    """Make a token as the platform makes them, changed."""
    kid, private = platform_key()
    row, now = world.keys[key], int(time.time())
    claims = {
        "iss": settings.PUBLIC_URL,
        "aud": f"{settings.PUBLIC_URL}/api/data",
        "sub": row.system_code,
        "client_id": row.access_key,
        "grant": "QK-1",
        "purpose": "administrative-procedures",
        "environment": row.environment,
        "iat": now,
        "exp": now + 900,
        "jti": secrets.token_urlsafe(16),
        **changes,
    }
    raw = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
    head = json.dumps({"alg": "EdDSA", "typ": typ, "kid": kid}, separators=(",", ":")).encode()
    text = f"{part(head)}.{part(raw)}"
    return f"{text}.{part(private.sign(text.encode()))}"


@pytest.mark.clause("Q50-11.1")
def test_a_call_with_a_token(broker: Live, provider: Provider, world: World, log: Log, token: str) -> None:
    gate = world.grants["QK-1"].gate_id
    used = log.used(gate)
    ids = set()
    for number in range(3):
        answer = broker.send(f"{COMMUNES}?q=T%C3%A2n", bearer(token))
        assert (answer.status, answer.body) == (200, JSON), answer.body
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["status"], row["operation"]) == ("A", 200, "communes")
        assert (row["grant_code"], row["purpose"], row["key_id"]) == ("QK-1", "administrative-procedures", 1)
        assert (row["auth"], row["procedure"]) == ("token", "")
        ids.add(bytes(row["nonce"]))
        jti = json.loads(unpart(token.split(".")[1]))["jti"]
        assert bytes(row["nonce"]).decode() == f"{jti}.{answer.header('x-request-id')}"
        assert log.used(gate) == used + number + 1
    assert len(ids) == 3
    assert len(provider.received) == 3


def test_the_provider_never_sees_the_token(broker: Live, provider: Provider, world: World, token: str) -> None:
    """N27."""
    headers = {**bearer(token), "X-LGSP-Procedure": "1.004203.000.00.00.H60", "X-LGSP-Grant": "QK-1"}
    assert broker.send(COMMUNES, headers).status == 200
    text = provider.received[0].decode()
    assert token not in text
    assert token.split(".")[2] not in text
    assert "Bearer" not in text
    assert "authorization" not in text.lower()


def test_what_a_call_with_a_token_may_say_besides(broker: Live, world: World, token: str) -> None:
    """Grant, purpose and digest need not be sent; what is sent has to be right."""
    body = b'{"a":1}'
    for more in (
        {},
        {"X-LGSP-Grant": "QK-1", "X-LGSP-Purpose": "administrative-procedures"},
        {"X-LGSP-Grant": "-", "X-LGSP-Purpose": "-"},
        {"Content-Digest": content_digest(body)},
    ):
        assert broker.send(f"{BASE}/reports", {**bearer(token), **more}, method="POST", body=body).status == 200
    assert broker.send(COMMUNES, {"Authorization": f"bEaReR   {token}"}).status == 200


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"X-LGSP-Grant": "QK-2"}, 403, "token-grant-differs"),
        ({"X-LGSP-Purpose": "statistics"}, 403, "token-grant-differs"),
        ({"Content-Digest": content_digest(b"other")}, 400, "digest-mismatch"),
        ({"Content-Digest": "sha-512=:AAAA:"}, 400, "malformed-request"),
        ({"X-LGSP-Procedure": "a b"}, 400, "malformed-request"),
        ({"X-LGSP-Procedure": ""}, 400, "malformed-request"),
        ({"Signature": "x"}, 400, "credentials-conflict"),
        ({"Signature-Input": "x"}, 400, "credentials-conflict"),
    ],
)
def test_what_is_sent_beside_a_token_and_does_not_fit(
    headers: dict[str, str], status: int, code: str, broker: Live, token: str, refused: Callable[..., Reply]
) -> None:
    """N03, N13."""
    answer = broker.send(COMMUNES, {**bearer(token), **headers})
    refused(answer, status, code, known=code != "credentials-conflict")


def test_token_and_signature_together(broker: Live, world: World, token: str, refused: Callable[..., Reply]) -> None:
    headers = {**signed(world.credentials(), broker.authority, COMMUNES), **bearer(token)}
    refused(broker.send(COMMUNES, headers), 400, "credentials-conflict", known=False)


def forgeries(world: World, token: str) -> dict[str, str]:
    """Write what is no token of ours for the data services, some of it signed by the platform's own key."""
    head, body, mark = token.split(".")
    claims = json.loads(unpart(body))
    kid, private = platform_key()
    public = private.public_key().public_bytes_raw()
    text = part(public).encode()
    confused = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': kid})}.{body}"
    stranger = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(stranger.public_key().public_bytes_raw())}
    return {
        "nothing": "",
        "no token": "x",
        "two segments": f"{head}.{body}",
        "four segments": f"{token}.x",
        "another character at the end": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "a cut signature": token[:-8],
        "padding": token + "==",
        "another body": f"{head}.{part({**claims, 'grant': 'QK-3'})}.{mark}",
        "alg none": f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{body}.",
        "alg None with the signature": f"{part({'alg': 'None', 'typ': 'at+jwt', 'kid': kid})}.{body}.{mark}",
        "HS256 with the public key": f"{confused}.{part(hmac.digest(public, confused.encode(), 'sha256'))}",
        "HS256 with the published text": f"{confused}.{part(hmac.digest(text, confused.encode(), 'sha256'))}",
        "another key": jws(claims, stranger, typ="at+jwt", kid=kid),
        "another key that brings itself": jws(claims, stranger, typ="at+jwt", kid=kid, jwk=jwk),
        "another kid": jws(claims, private, typ="at+jwt", kid="other"),
        "no kid": jws(claims, private, typ="at+jwt"),
        "our key, another type": issued(world, typ="JWT"),
        "an assertion for a provider": issued(world, typ=signers.ASSERTION_TYPE),
        "another issuer": issued(world, iss="https://other.example"),
        "no issuer": issued(world, iss=None),
        "another audience": issued(world, aud="https://other.example"),
        "a list for an audience": issued(world, aud=[f"{settings.PUBLIC_URL}/api/data"]),
        "no client": issued(world, client_id=None),
        "a client nobody knows": issued(world, client_id="ak_test_nobody"),
        "another system's name": issued(world, sub="HT-2"),
        "no end": issued(world, exp=None),
        "made tomorrow": issued(world, iat=int(time.time()) + 86_400),
    }


def test_no_other_token_is_taken(
    broker: Live, world: World, token: str, refused: Callable[..., Reply], log: Log
) -> None:
    """N02, N08: one answer, whatever it is; before a signature of ours there is nothing to tell."""
    seen = set()
    for name, text in forgeries(world, token).items():
        answer = broker.send(COMMUNES, bearer(text))
        assert (answer.status, answer.code) == (401, "token-invalid"), name
        refused(answer, 401, "token-invalid", known=name == "made tomorrow")
        kept = tuple(pair for pair in answer.headers if pair[0] not in ("x-request-id", "date"))
        seen.add((kept, answer.body.replace(answer.header("x-request-id").encode(), b"")))
    assert len(seen) == 1
    assert broker.send(COMMUNES, bearer(token)).status == 200


def test_the_forgeries_are_what_they_should_be(broker: Live, world: World) -> None:
    """The maker of forgeries makes a token that is taken when nothing is changed: each change is what is refused."""
    assert broker.send(COMMUNES, bearer(issued(world))).status == 200


def test_a_token_past_its_end(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    now = int(time.time())
    refused(broker.send(COMMUNES, bearer(issued(world, iat=now - 901, exp=now - 1))), 401, "token-expired")
    short = issued(world, exp=now + 2)
    assert broker.send(COMMUNES, bearer(short)).status == 200
    time.sleep(2.1)
    refused_later = broker.send(COMMUNES, bearer(short))  # known by now, and past its end all the same
    assert (refused_later.status, refused_later.code) == (401, "token-expired")


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize(
    ("what", "changes", "status", "code"),
    [
        ("key", {"active": False, "reason": "key-revoked"}, 401, "key-revoked"),
        ("key", {"networks": ("10.0.0.0/8",)}, 403, "network-not-allowed"),
        ("grant", {"active": False, "reason": "grant-revoked"}, 403, "grant-revoked"),
        ("grant", {"active": False, "reason": "connection-suspended"}, 403, "connection-suspended"),
        ("grant", {"operations": frozenset({"commune"})}, 403, "operation-not-granted"),
        ("grant", {"purpose": "statistics"}, 403, "purpose-not-granted"),
        ("grant", {"environment": "live"}, 403, "environment-mismatch"),
        ("grant", {"service_id": 8}, 403, "grant-missing"),
        ("grant", {"system_id": 2}, 403, "grant-missing"),
        ("grant", {"networks": ("10.0.0.0/8",)}, 403, "network-not-allowed"),
    ],
)
def test_what_was_taken_away_is_gone_at_once(
    what: str,
    changes: dict[str, Any],
    status: int,
    code: str,
    broker: Live,
    provider: Provider,
    world: World,
    token: str,
    refused: Callable[..., Reply],
) -> None:
    """N11, N12, N13, N14: the token is not past its end, and helps nobody."""
    assert broker.send(COMMUNES, bearer(token)).status == 200
    provider.received.clear()
    if what == "key":
        world.keys[1] = replace(world.keys[1], **changes)
    else:
        world.grants["QK-1"] = replace(world.grants["QK-1"], **changes)
    broker.reload()
    refused(broker.send(COMMUNES, bearer(token)), status, code)


def test_the_statement_stops_a_token_the_snapshot_would_let_through(
    broker: Live, provider: Provider, world: World, log: Log, token: str
) -> None:
    """Revocation is exact: the change is committed, the broker has not heard of it, nothing is forwarded."""
    grant = world.grants["QK-1"]
    world.grants["QK-1"] = replace(grant, active=False, reason="grant-revoked", gate_version=2)
    log.execute("update audit_gate set version = 2 where gate_id = %s", grant.gate_id)
    try:
        answer = broker.send(COMMUNES, bearer(token))
    finally:
        log.execute("update audit_gate set version = 1 where gate_id = %s", grant.gate_id)
    assert (answer.status, answer.code) == (403, "grant-revoked")
    assert log.call(answer.header("x-request-id"))["verdict"] == "S"
    assert provider.received == []


def test_a_token_of_one_service_or_environment_is_none_of_another(
    broker: Live, provider: Provider, world: World, token: str, refused: Callable[..., Reply]
) -> None:
    """N15: a sandbox token reaches nothing live; a token of a grant nothing beside it."""
    world.services["other"] = replace(world.services["sandbox"], code="registers", service_id=8)
    broker.reload()
    refused(broker.send("/api/data/registers/v1/communes", bearer(token)), 403, "grant-missing")
    live = issued(world, environment="live")
    refused(broker.send(COMMUNES, bearer(live)), 403, "environment-mismatch")
    del world.services["sandbox"]
    broker.reload()
    refused(broker.send(COMMUNES, bearer(token)), 403, "environment-mismatch")


@pytest.mark.clause("QC4.6")
def test_quota_counts_calls_with_tokens(broker: Live, provider: Provider, world: World, log: Log, token: str) -> None:
    """N16: signed calls and calls with tokens share one count; 40 at once of which 7 are left: exactly 7."""
    gate = world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used + 8 where gate_id = %s", gate)
    try:
        assert broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES)).status == 200
        with ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _number: broker.send(COMMUNES, bearer(token)), range(40)))
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", gate)
    assert sorted({answer.status for answer in answers}) == [200, 429]
    assert sum(answer.status == 200 for answer in answers) == 7
    assert {answer.code for answer in answers if answer.status == 429} == {"quota-exceeded"}
    assert len(provider.received) == 8


def test_a_system_asks_about_itself_with_a_token(broker: Live, provider: Provider, world: World, token: str) -> None:
    found = broker.send("/api/data/-/ping", bearer(token))
    assert (found.status, found.json["system"]) == (200, "HT-1")
    assert broker.send("/api/data/-/ping", bearer(token)).status == 200
    listed = broker.send("/api/data/-/services", bearer(token)).json
    assert [row["grants"] for row in listed["services"]] == [["QK-1"]]
    assert provider.received == []


def test_an_ed25519_client_calls_with_its_token(broker: Live, world: World) -> None:
    from tests.broker.tokens import ask, asserting, claims_of

    private = own_key(world)
    broker.reload()
    text = ask(broker, asserting(jws(claims_of(world.keys[21].access_key), private))).json["access_token"]
    assert broker.send(COMMUNES, bearer(text)).status == 200


def test_tokens_of_the_key_before_are_good_until_their_end(world: World, broker: Live) -> None:
    """Rotation: the newest key signs, all verify and are published; a key taken away verifies nothing any more."""
    old = SigningKeys.parse(settings.SIGNING_KEYS)
    seed = "bmV3LXNlZWQtb2YtdGhpcnR5LXR3by1ieXRlcy0hISE="
    new = f"new:{seed}"
    text = issued(world).encode()
    both = signers.Signer.of(f"{new},{settings.SIGNING_KEYS}", settings.PUBLIC_URL)
    assert both.read_token(text) is not None
    made = both.tokens.make(b"{}")
    assert json.loads(unpart(made.split(".")[0]))["kid"] == "new"
    assert Stamp(old, signers.TOKEN_TYPE).read(made.encode()) is None
    assert signers.Signer.of(new, settings.PUBLIC_URL).read_token(text) is None


def test_what_is_remembered_of_tokens_is_bounded_and_cheap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "MOST_KNOWN", 3)
    signer = signers.Signer.of(settings.SIGNING_KEYS, settings.PUBLIC_URL)
    texts = [issued(world).encode() for _ in range(5)]
    assert all(signer.read_token(text) for text in texts)
    assert list(signer._known) == [hashlib.sha256(text).digest() for text in texts[2:]]
    first = signer.read_token(texts[4])
    assert signer.read_token(texts[4]) is first
    assert signer.read_token(texts[4] + b"=") is None
    assert len(signer._known) == 3


def test_calls_with_a_token_leave_nothing_for_the_garbage_collector(
    broker: Live, provider: Provider, world: World, token: str
) -> None:
    def calls(number: int) -> None:
        for _ in range(number):
            assert broker.send(COMMUNES, bearer(token)).status == 200

    assert left_by(broker, calls) == 0


@needing("curl")
def test_curl_asks_and_calls(broker: Live, provider: Provider, world: World) -> None:
    """A client nobody here wrote: -u for the secret, the token in a header."""
    row, base = world.keys[1], f"http://{broker.authority}"
    form = ["grant_type=client_credentials", "grant=QK-1", "purpose=administrative-procedures"]
    asked = ["curl", "-sS", "-u", f"{row.access_key}:{row.secret.decode()}", f"{base}{ENDPOINT}"]
    for field in form:
        asked += ["-d", field]
    done = subprocess.run(asked, capture_output=True, check=True, timeout=30)
    text = json.loads(done.stdout)["access_token"]
    assert verified(text, Client().get("/.well-known/jwks.json").json())["sub"] == "HT-1"
    called = ["curl", "-sS", "--oauth2-bearer", text, f"{base}{COMMUNES}"]
    done = subprocess.run(called, capture_output=True, check=True, timeout=30)
    assert done.stdout == JSON

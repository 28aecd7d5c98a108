"""``POST /api/oauth/token``: who gets a token, what it says, and the one answer for whoever does not prove itself."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.conf import settings
from django.test import Client

from core import clock
from core.api.schema import document
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.tokens import (
    ENDPOINT,
    FORM,
    ask,
    asserting,
    basic,
    by_secret,
    claims_of,
    jws,
    own_key,
    part,
    verified,
    wanted,
)
from tests.broker.world import World, new_grant, new_key, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(broker: Live, provider: Provider, log: Log) -> Callable[..., Reply]:
    """Check a refusal in OAuth's words and ours, what the log keeps of it, and that nobody else was asked."""
    # What other tests of this minute were refused does not count against this one.
    broker.app.engine.ledger._pacer._minutes.clear()

    def check(answer: Reply, status: int, error: str, code: str, *, logged: str = "") -> Reply:
        found = answer.json
        assert (answer.status, found["error"], found["code"]) == (status, error, code), answer.body
        assert found["error_description"].isascii()
        assert '"' not in found["error_description"]
        assert found["error_uri"] == f"/loi/{code}/"
        assert found["request_id"] == answer.header("x-request-id")
        assert answer.header("content-type") == "application/json"
        assert answer.header("cache-control") == "no-store"
        assert ("www-authenticate", 'Basic realm="lgsp"') in answer.headers or status != 401
        assert "access_token" not in found
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"] in "XR", row["status"], row["reason"]) == (True, status, logged or code)
        assert (row["operation"], row["gate_id"]) == ("oauth-token", 0)
        assert provider.received == []
        return answer

    return check


def test_a_secret_gets_a_token(broker: Live, world: World, provider: Provider, log: Log) -> None:
    for path in (ENDPOINT, "/token"):
        row = world.keys[1]
        before = int(time.time())
        answer = ask(broker, wanted(), basic(row.access_key, row.secret.decode()), path)
        assert answer.status == 200, answer.body
        assert answer.header("content-type") == "application/json"
        assert (answer.header("cache-control"), answer.header("pragma")) == ("no-store", "no-cache")
        found = answer.json
        assert set(found) == {"access_token", "token_type", "expires_in"}
        assert (found["token_type"], found["expires_in"]) == ("Bearer", 900)
        claims = verified(found["access_token"], Client().get("/.well-known/jwks.json").json())
        assert before <= claims["iat"] <= int(time.time())
        assert claims["exp"] == claims["iat"] + 900
        assert len(claims.pop("jti")) >= 22
        assert {name: claims[name] for name in claims if name not in ("iat", "exp")} == {
            "typ": "at+jwt",
            "iss": settings.PUBLIC_URL,
            "aud": f"{settings.PUBLIC_URL}/api/data",
            "sub": "HT-1",
            "client_id": row.access_key,
            "grant": "QK-1",
            "purpose": "administrative-procedures",
            "environment": "sandbox",
        }
        kept = log.call(answer.header("x-request-id"))
        assert (kept["verdict"], kept["status"], kept["reason"], kept["operation"]) == ("G", 200, "", "oauth-token")
        assert (kept["key_id"], kept["access_key"], kept["system_code"]) == (1, row.access_key, "HT-1")
        assert (kept["grant_code"], kept["purpose"]) == ("QK-1", "administrative-procedures")
        assert kept["auth"] == "secret"
    assert provider.received == []


def test_an_assertion_gets_a_token(broker: Live, world: World, log: Log) -> None:
    private = own_key(world)
    broker.reload()
    access_key = world.keys[21].access_key
    origin = settings.PUBLIC_URL
    for changes in (
        {},
        {"aud": origin},
        {"aud": f"{origin}/token"},
        {"aud": [f"{origin}{ENDPOINT}"]},
        {"exp": int(time.time()) + 299},
        {"iat": int(time.time()) - 290, "exp": int(time.time()) + 5},
        {"iat": int(time.time()) + 50, "exp": int(time.time()) + 55, "nbf": int(time.time()) + 50},
        {"jti": "~" * 128},
    ):
        answer = ask(broker, asserting(jws(claims_of(access_key, **changes), private), client_id=access_key))
        assert answer.status == 200, (changes, answer.body)
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["access_key"], row["operation"]) == ("G", access_key, "oauth-token")
        assert row["auth"] == "assertion"
    bare = jws(claims_of(access_key), private, typ="client-authentication+jwt", kid="1")
    assert ask(broker, asserting(bare)).status == 200


def test_whoever_does_not_prove_itself_gets_one_answer(
    broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    """N01, N02, N08 at the token endpoint: status, headers and body are one, whatever is wrong."""
    private = own_key(world)
    world.keys[22] = replace(world.keys[1], key_id=22, access_key=new_key(22).access_key, active=False)
    broker.reload()
    row, own = world.keys[1], world.keys[21]
    secret = row.secret.decode()
    nobody = new_key(99).access_key
    claims = claims_of(own.access_key)
    token = jws(claims, private)
    head, body, mark = token.split(".")
    none = f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}."
    cases: list[tuple[Any, dict[str, str], str]] = [
        (wanted(), {}, "client-invalid"),
        (wanted(client_id=row.access_key), {}, "client-invalid"),
        (wanted(client_id=row.access_key, client_secret=secret), {}, "client-invalid"),
        (wanted(), basic(row.access_key, secret[:-1] + "x"), "client-invalid"),
        (wanted(), basic(row.access_key, ""), "client-invalid"),
        (wanted(), basic(world.keys[22].access_key, "x"), "client-invalid"),
        (wanted(), basic(nobody, secret), "key-unknown"),
        (wanted(), basic(row.access_key.upper(), secret), "key-unknown"),
        (wanted(client_id=nobody), basic(row.access_key, secret), "client-invalid"),
        (wanted(), {"Authorization": "Basic !!!"}, "key-unknown"),
        (wanted(), {"Authorization": "Bearer x"}, "key-unknown"),
        (wanted(), {"Authorization": basic(row.access_key, secret)["Authorization"] + "="}, "key-unknown"),
        # The public half of a key is no secret.
        (wanted(), basic(own.access_key, own.secret.decode("latin-1")), "client-invalid"),
        (asserting(jws(claims_of(nobody), private)), {}, "key-unknown"),
        (asserting(jws(claims_of(row.access_key), private)), {}, "client-invalid"),
        (asserting(f"{head}.{body}.{mark[:-4]}AAAA"), {}, "client-invalid"),
        (asserting(f"{head}.{part({**claims, 'exp': claims['exp'] + 1})}.{mark}"), {}, "client-invalid"),
        (asserting(none), {}, "client-invalid"),
        (asserting(jws(claims, private, alg="none")), {}, "client-invalid"),
        (asserting(jws(claims, private, alg="HS256")), {}, "client-invalid"),
        (asserting(jws(claims, private, crit=["exp"])), {}, "client-invalid"),
        (asserting(jws(claims, private, typ="at+jwt")), {}, "client-invalid"),
        (asserting("x"), {}, "key-unknown"),
        (asserting(f"{head}.{part(b'[]')}.{mark}"), {}, "key-unknown"),
        ({**asserting(token), "client_assertion_type": "other"}, {}, "client-invalid"),
        (wanted(client_assertion=token), {}, "client-invalid"),
        (asserting(token, client_id=nobody), {}, "client-invalid"),
    ]
    seen = set()
    for form, headers, logged in cases:
        answer = ask(broker, form, headers)
        refused(answer, 401, "invalid_client", "client-invalid", logged=logged)
        body_of = answer.body.replace(answer.header("x-request-id").encode(), b"")
        kept = tuple(pair for pair in answer.headers if pair[0] not in ("x-request-id", "date"))
        seen.add((kept, body_of))
    assert len(seen) == 1


def test_an_unknown_client_takes_as_long_as_a_wrong_secret(broker: Live, world: World) -> None:
    """N02, in the large, for both ways: medians of interleaved requests."""
    own_key(world)
    broker.reload()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    other, nobody = Ed25519PrivateKey.generate(), new_key(99).access_key
    row = world.keys[1]
    pairs: list[tuple[tuple[Any, Any], tuple[Any, Any]]] = [
        ((wanted(), basic(row.access_key, "x" * 54)), (wanted(), basic(nobody, "x" * 54))),
        (
            (asserting(jws(claims_of(world.keys[21].access_key), other)), {}),
            (asserting(jws(claims_of(nobody), other)), {}),
        ),
    ]
    for pair in pairs:
        times: list[list[float]] = [[], []]
        for _ in range(60):
            for place, (form, headers) in enumerate(pair):
                begun = time.perf_counter()
                assert ask(broker, form, headers).status == 401
                times[place].append(time.perf_counter() - begun)
        ratio = statistics.median(times[1]) / statistics.median(times[0])
        assert 0.6 < ratio < 1.6


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"sub": "ak_test_other"}, "sub"),
        ({"sub": None}, "sub"),
        ({"aud": None}, "aud"),
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": ["http://127.0.0.1:8000", "https://other.example"]}, "aud"),
        ({"aud": "http://127.0.0.1:8000/api/data"}, "aud"),
        ({"jti": None}, "jti"),
        ({"jti": "A" * 21}, "jti"),
        ({"jti": "A" * 129}, "jti"),
        ({"jti": "A" * 21 + "ạ"}, "jti"),
        ({"jti": 10**22}, "jti"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": 1.5}, "iat"),
        ({"exp": None}, "exp"),
        ({"exp": 10**11}, "exp"),
        ({"exp": int(time.time()) + 3600}, "exp"),
        ({"nbf": int(time.time()) + 3600}, "nbf"),
        ({"nbf": "x"}, "nbf"),
    ],
)
def test_a_claim_that_is_not_as_required(
    changes: dict[str, Any], where: str, broker: Live, world: World, refused: Callable[..., Reply], log: Log
) -> None:
    """The signature is right, so the reason is told: which claim."""
    private = own_key(world)
    broker.reload()
    form = asserting(jws(claims_of(world.keys[21].access_key, **changes), private))
    answer = refused(ask(broker, form), 401, "invalid_client", "client-assertion-invalid")
    assert f"Claim {where} " in answer.json["error_description"]
    assert where in answer.json["detail"]
    assert log.call(answer.header("x-request-id"))["key_id"] == 21


@pytest.mark.parametrize("skew", [-301, 62])
def test_an_assertion_of_another_time(skew: int, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N05."""
    private = own_key(world)
    broker.reload()
    issued = int(time.time()) + skew
    form = asserting(jws(claims_of(world.keys[21].access_key, iat=issued, exp=issued + 300), private))
    answer = refused(ask(broker, form), 401, "invalid_client", "clock-skew")
    assert abs(answer.json["skew_seconds"] - skew) <= 2


def test_an_assertion_past_its_end(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    private = own_key(world)
    broker.reload()
    now = int(time.time())
    form = asserting(jws(claims_of(world.keys[21].access_key, iat=now - 10, exp=now - 1), private))
    refused(ask(broker, form), 401, "invalid_client", "client-assertion-invalid")


def test_64_copies_of_one_assertion_get_one_token(broker: Live, world: World, log: Log) -> None:
    """N06: exactly one, by the nonce of the log; the others learn that it was used, or wait for their turn."""
    private = own_key(world)
    broker.reload()
    for _round in range(5):
        form = asserting(jws(claims_of(world.keys[21].access_key), private))
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _number, form=form: ask(broker, form), range(64)))
        issued = [answer for answer in answers if answer.status == 200]
        assert len(issued) == 1
        said = {answer.code for answer in answers if answer.status != 200}
        assert "nonce-reused" in said
        assert said <= {"nonce-reused", "concurrency-exceeded"}
        again = ask(broker, form)
        assert (again.status, again.json["error"], again.code) == (401, "invalid_client", "nonce-reused")
        row = log.call(again.header("x-request-id"))
        assert (row["verdict"], row["reason"], row["key_id"]) == ("R", "nonce-reused", 21)


def test_a_secret_may_ask_as_often_as_it_likes(broker: Live, world: World) -> None:
    found = [by_secret(broker, world) for _ in range(3)]
    assert [answer.status for answer in found] == [200] * 3
    assert len({answer.json["access_token"] for answer in found}) == 3


def today_and(days: int) -> Any:
    return clock.today() + timedelta(days=days)


@pytest.mark.clause("QC11.3")
@pytest.mark.parametrize(
    ("what", "changes", "status", "error", "code"),
    [
        ("key", {"active": False, "reason": "key-revoked"}, 401, "invalid_client", "key-revoked"),
        ("key", {"active": False, "reason": "key-suspended"}, 401, "invalid_client", "key-suspended"),
        ("key", {"active": False, "reason": "key-not-activated"}, 401, "invalid_client", "key-not-activated"),
        ("key", {"valid_to": today_and(-1)}, 401, "invalid_client", "key-expired"),
        ("key", {"networks": ("10.0.0.0/8",)}, 400, "unauthorized_client", "network-not-allowed"),
        ("key", {"environment": "live"}, 400, "invalid_grant", "environment-mismatch"),
        ("grant", {"system_id": 9}, 400, "invalid_grant", "grant-missing"),
        ("grant", {"environment": "live"}, 400, "invalid_grant", "environment-mismatch"),
        ("grant", {"active": False, "reason": "grant-revoked"}, 400, "invalid_grant", "grant-revoked"),
        ("grant", {"active": False, "reason": "connection-suspended"}, 400, "invalid_grant", "connection-suspended"),
        ("grant", {"active": False, "reason": "x"}, 400, "invalid_grant", "grant-suspended"),
        ("grant", {"valid_from": today_and(1)}, 400, "invalid_grant", "grant-not-yet-valid"),
        ("grant", {"valid_to": today_and(-1)}, 400, "invalid_grant", "grant-expired"),
        ("grant", {"purpose": "statistics"}, 400, "invalid_grant", "purpose-not-granted"),
        ("grant", {"networks": ("10.0.0.0/8",)}, 400, "unauthorized_client", "network-not-allowed"),
    ],
)
def test_one_thing_wrong(
    what: str,
    changes: dict[str, Any],
    status: int,
    error: str,
    code: str,
    broker: Live,
    world: World,
    refused: Callable[..., Reply],
    log: Log,
) -> None:
    """N11, N12, N13, N15: a client that proved itself is told what it may not have, and gets nothing."""
    row = world.keys[1]
    if what == "key":
        world.keys[1] = replace(row, **changes)
    else:
        world.grants["QK-1"] = replace(world.grants["QK-1"], **changes)
    broker.reload()
    answer = refused(ask(broker, wanted(), basic(row.access_key, row.secret.decode())), status, error, code)
    assert log.call(answer.header("x-request-id"))["key_id"] == 1


def test_a_grant_of_another_system_or_of_nobody(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    row = world.keys[1]
    for grant in ("QK-2", "QK-404", "-", "qk-1"):
        form = wanted(grant)
        answer = ask(broker, form, basic(row.access_key, row.secret.decode()))
        refused(answer, 400, "invalid_grant", "grant-missing")


@pytest.mark.parametrize(
    ("form", "error", "code"),
    [
        ({"grant_type": ""}, "invalid_request", "parameter-invalid"),
        ({"grant_type": "password"}, "unsupported_grant_type", "grant-type-not-supported"),
        ({"grant_type": "Client_Credentials"}, "unsupported_grant_type", "grant-type-not-supported"),
        ({"grant": ""}, "invalid_request", "parameter-invalid"),
        ({"purpose": ""}, "invalid_request", "parameter-invalid"),
        ({"scope": "openid"}, "invalid_scope", "scope-not-supported"),
        ({"resource": "https://other.example/"}, "invalid_target", "resource-not-served"),
    ],
)
def test_a_parameter_that_is_not_as_required(
    form: dict[str, str], error: str, code: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    row = world.keys[1]
    answer = ask(broker, {**wanted(), **form}, basic(row.access_key, row.secret.decode()))
    refused(answer, 400, error, code)


def test_parameters_nobody_needs_are_left_alone(broker: Live, world: World) -> None:
    """RFC 6749 §3.2: unknown ones are ignored, empty ones count as left out; RFC 8707: ours may be named."""
    more = {"x": "1", "scope": "", "resource": f"{settings.PUBLIC_URL}/api/data/"}
    assert by_secret(broker, world, **more).status == 200
    assert ask(broker, "&" + "grant_type=client%5Fcredentials&grant=QK-1&purpose=administrative-procedures&&", {
        **basic(world.keys[1].access_key, world.keys[1].secret.decode()),
        "Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
    }).status == 200  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("grant=QK-1&grant=QK-1", FORM, "grant"),
        ("grant_type=client_credentials&grant%5ftype=x", FORM, "grant_type"),
        ("grant=%zz", FORM, "body"),
        ("grant=%c3%28", FORM, "body"),
        ("grant=\xe1", FORM, "body"),
        ("grant=a\nb", FORM, "body"),
        ("&".join(f"a{number}=1" for number in range(40)), FORM, "body"),
        ('{"grant_type":"client_credentials"}', "application/json", "Content-Type"),
        ("grant_type=client_credentials", "text/plain", "Content-Type"),
        ("grant_type=client_credentials", f"{FORM}; charset=utf-16", "Content-Type"),
    ],
)
def test_a_form_with_a_second_reading(
    text: str, kind: str, where: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    row = world.keys[1]
    headers = {**basic(row.access_key, row.secret.decode()), "Content-Type": kind}
    answer = refused(ask(broker, text, headers), 400, "invalid_request", "parameter-invalid")
    assert f"Parameter {where} " in answer.json["error_description"]


def test_two_ways_of_authentication_at_once(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    private = own_key(world)
    broker.reload()
    row = world.keys[1]
    header = basic(row.access_key, row.secret.decode())
    form = asserting(jws(claims_of(world.keys[21].access_key), private))
    refused(ask(broker, form, header), 400, "invalid_request", "credentials-conflict")
    both = wanted(client_id=row.access_key, client_secret="x")
    refused(ask(broker, both, header), 400, "invalid_request", "credentials-conflict")


def test_nothing_secret_in_the_address(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """RFC 6749 §2.3.1: a parameter in the address is refused, whoever sends it."""
    row = world.keys[1]
    header = basic(row.access_key, row.secret.decode())
    answer = ask(broker, wanted(), header, f"{ENDPOINT}?client_secret=x")
    refused(answer, 400, "invalid_request", "parameter-invalid")


def test_the_wire_form_of_a_token_request(broker: Live, world: World, provider: Provider) -> None:
    """N10, N18, N20, N23, N28: as for calls, in OAuth's words."""
    row = world.keys[1]
    header = basic(row.access_key, row.secret.decode())
    for answer, status, code in (
        (ask(broker, wanted(), header, host="evil.example"), 400, "host-not-allowed"),
        (ask(broker, wanted(), {**header, "Content-Encoding": "gzip"}), 415, "content-encoding-not-supported"),
        (ask(broker, "a=" + "1" * 16_400, header), 413, "too-large"),
        (
            broker.send(
                ENDPOINT, [*header.items(), *header.items(), ("Content-Type", FORM)], method="POST", body=b"a=1"
            ),
            400,
            "header-repeated",
        ),
    ):
        assert (answer.status, answer.code, answer.json["error"]) == (status, code, "invalid_request")
        assert answer.header("content-type") == "application/json"
    for path in ("/api/oauth//token", "/api/oauth/%74oken", "/api/oauth/./token"):
        answer = ask(broker, wanted(), header, path)
        assert (answer.status, answer.code) == (400, "target-not-canonical")
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        answer = broker.send(ENDPOINT, {**header, "Content-Type": FORM}, method=method, body=b"a=1")
        assert (answer.status, answer.code, answer.header("allow")) == (405, "method-not-allowed", "POST")
    assert provider.received == []


def test_a_signature_gets_no_token(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    headers = signed(world.credentials(), broker.authority, ENDPOINT, "POST")
    refused(ask(broker, wanted(), headers), 401, "invalid_client", "client-invalid")


def test_a_token_ends_with_its_key_and_its_grant(broker: Live, world: World) -> None:
    """Fifteen minutes, and never past midnight of the last day."""
    left = int((clock.start_of(clock.today(), after=True) - clock.now()).total_seconds())
    for change in (
        lambda: world.keys.update({1: replace(world.keys[1], valid_to=clock.today())}),
        lambda: world.grants.update({"QK-1": replace(world.grants["QK-1"], valid_to=clock.today())}),
    ):
        change()
        broker.reload()
        seconds = by_secret(broker, world).json["expires_in"]
        assert 0 <= min(900, left) - seconds <= 2


def test_token_requests_of_strangers_are_paced_in_the_log(broker: Live, log: Log) -> None:
    """Decisions, 8."""
    before = log.count()
    for _ in range(250):
        assert ask(broker, wanted(), basic("ak_test_nobody", "x")).status == 401
    assert log.count() - before <= 210  # the flood may cross from one minute into the next


def test_a_key_asks_for_so_many_tokens_at_once(broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """N17: the measure of calls at once holds here too."""
    running = broker.app.engine.running
    running.keys[1] = 50
    try:
        answer = by_secret(broker, world)
        refused(answer, 429, "temporarily_unavailable", "concurrency-exceeded")
        assert answer.header("retry-after") == "1"
        assert by_secret(broker, world, 2, "QK-2").status == 200
        assert running.keys[1] == 50
    finally:
        del running.keys[1]


def test_without_snapshot_or_log_there_is_no_token(broker: Live, world: World) -> None:
    policy = broker.app.engine.policy
    kept, policy._contact = policy._contact, policy._contact - 31
    try:
        answer = by_secret(broker, world)
    finally:
        policy._contact = kept
    assert (answer.status, answer.json["error"], answer.code) == (503, "temporarily_unavailable", "policy-unavailable")
    assert answer.header("retry-after")


def test_words_follow_the_client(broker: Live) -> None:
    vietnamese, english = ask(broker, wanted()), ask(broker, wanted(), {"Accept-Language": "en"})
    assert vietnamese.json["title"] == "Không xác thực được hệ thống xin mã"
    assert english.json["title"] == "Client authentication failed"
    assert vietnamese.json["error_description"] == english.json["error_description"]


def test_a_grant_for_a_service_not_published_may_be_named(broker: Live, world: World, log: Log) -> None:
    """A token is no call: what is published is judged when it is used."""
    gate = world.grants["QK-1"].gate_id
    world.grants["QK-31"] = new_grant(31, gate, service_id=404)
    broker.reload()
    used = log.used(gate)
    assert by_secret(broker, world, grant="QK-31").status == 200
    assert log.used(gate) == used


def test_answers_are_as_the_description_of_the_api_says(broker: Live, world: World) -> None:
    found = document()
    schemas, operation = found["components"]["schemas"], found["paths"][ENDPOINT]["post"]
    row = world.keys[1]
    header = basic(row.access_key, row.secret.decode())
    answers = [
        by_secret(broker, world),
        ask(broker, wanted()),
        ask(broker, wanted("QK-2"), header),
        ask(broker, wanted(scope="x"), header),
        ask(broker, "a=" + "1" * 16_400, header),
        broker.send(ENDPOINT),
    ]
    assert [answer.status for answer in answers] == [200, 401, 400, 400, 413, 405]
    for answer in answers:
        assert str(answer.status) in operation["responses"]
        schema = schemas["TokenAnswer" if answer.status == 200 else "TokenRefusal"]
        jsonschema.validate(answer.json, schema)
    form = schemas["TokenRequest"]
    jsonschema.validate(wanted(), form)
    assert set(form["properties"]) >= {*wanted(), *asserting("x"), "client_id", "resource"}

"""Who gets a token: clients that prove themselves, and the one answer for all others."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.tokens import (
    ENDPOINT,
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
from tests.broker.world import World, new_key

pytestmark = pytest.mark.django_db


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
        (wanted(), basic(row.access_key, secret[:-1] + ("y" if secret[-1] == "x" else "x")), "client-invalid"),
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
    """N02, in the large, for both ways: interleaved requests."""
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
        # Beside other work one round may be off; what an answer gives away it gives away in each.
        assert any(0.6 < ratio < 1.6 for ratio in (compared(broker, pair) for _round in range(3)))


def compared(broker: Live, pair: tuple[tuple[Any, Any], tuple[Any, Any]]) -> float:
    """Return how many times as long the second takes: quick ones of sixty, interleaved, that waited for nobody."""
    times: list[list[float]] = [[], []]
    for _ in range(60):
        for place, (form, headers) in enumerate(pair):
            begun = time.perf_counter()
            assert ask(broker, form, headers).status == 401
            times[place].append(time.perf_counter() - begun)
    first, second = (statistics.quantiles(taken, n=4)[0] for taken in times)
    return second / first


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

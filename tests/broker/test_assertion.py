"""What the provider learns of a call, verified as a provider would: with the published keys and nothing of ours."""

import hashlib
import json
import time

import pytest
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.test import Client

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.tokens import bearer, by_secret, part, unpart, verified
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
PROCEDURE = "1.004203.000.00.00.H60"


def assertion_of(received: bytes) -> str:
    head = received.split(b"\r\n\r\n")[0].decode()
    [found] = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("x-lgsp-assertion:")]
    return found


@pytest.mark.clause("QC4.4")
def test_a_signed_call_arrives_with_its_assertion(broker: Live, provider: Provider, world: World, log: Log) -> None:
    target, body = f"{BASE}/reports?dry=1&x=T%C3%A2n", '{"tên":"Tân Lưu"}'.encode()
    headers = signed(world.credentials(), broker.authority, target, "POST", body=body, procedure=PROCEDURE)
    before = int(time.time())
    answer = broker.send(target, headers, method="POST", body=body)
    assert answer.status == 200, answer.body
    row = log.call(answer.header("x-request-id"))
    assert (row["auth"], row["procedure"]) == ("signature", PROCEDURE)
    [received] = provider.received
    claims = verified(assertion_of(received), Client().get("/.well-known/jwks.json").json())
    assert before <= claims["iat"] <= int(time.time())
    assert claims["exp"] == claims["iat"] + 60
    assert {name: value for name, value in claims.items() if name not in ("iat", "exp")} == {
        "typ": "lgsp-assertion+jwt",
        "iss": settings.PUBLIC_URL,
        "aud": "H60.03",
        "jti": answer.header("x-request-id"),
        "consumer": {"system": "HT-1", "agency": "H60.07"},
        "environment": "sandbox",
        "grant": "QK-1",
        "purpose": "administrative-procedures",
        "procedure": PROCEDURE,
        "htm": "POST",
        "htu": "administrative-units/v1/reports",
        "digest": part(hashlib.sha256(body).digest()),
        "query": part(hashlib.sha256(b"dry=1&x=T%C3%A2n").digest()),
    }


def test_a_call_without_body_query_or_procedure(broker: Live, provider: Provider, world: World) -> None:
    target = f"{BASE}/communes/T%C3%A2n"
    assert broker.send(target, signed(world.credentials(), broker.authority, target)).status == 200
    claims = verified(assertion_of(provider.received[0]), Client().get("/.well-known/jwks.json").json())
    assert claims["digest"] == part(hashlib.sha256(b"").digest())
    assert (claims["htm"], claims["htu"]) == ("GET", "administrative-units/v1/communes/T%C3%A2n")
    assert "query" not in claims
    assert "procedure" not in claims


def test_a_call_with_a_token_arrives_alike(broker: Live, provider: Provider, world: World, log: Log) -> None:
    token = by_secret(broker, world).json["access_token"]
    target = f"{BASE}/communes"
    answer = broker.send(target, {**bearer(token), "X-LGSP-Procedure": PROCEDURE})
    assert answer.status == 200
    assert log.call(answer.header("x-request-id"))["procedure"] == PROCEDURE
    assertion = assertion_of(provider.received[0])
    claims = verified(assertion, Client().get("/.well-known/jwks.json").json())
    assert (claims["consumer"]["system"], claims["grant"], claims["procedure"]) == ("HT-1", "QK-1", PROCEDURE)
    # It opens nothing here: it is no token, and no client's assertion.
    answer = broker.send(target, bearer(assertion))
    assert (answer.status, answer.code) == (401, "token-invalid")
    assert len(provider.received) == 1


def test_the_callers_own_assertion_is_not_passed_on(broker: Live, provider: Provider, world: World) -> None:
    target = f"{BASE}/communes"
    headers = {**signed(world.credentials(), broker.authority, target), "X-LGSP-Assertion": "forged"}
    assert broker.send(target, headers).status == 200
    assert b"forged" not in provider.received[0]
    assertion = assertion_of(provider.received[0])
    head, body, mark = assertion.split(".")
    changed = part(json.dumps({**json.loads(unpart(body)), "grant": "QK-2"}).encode())
    with pytest.raises(InvalidSignature):
        verified(f"{head}.{changed}.{mark}", Client().get("/.well-known/jwks.json").json())


def test_a_procedure_that_is_not_signed_is_refused_and_not_forwarded(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """N04: added, changed or taken out after signing."""
    target = f"{BASE}/communes"
    plain = signed(world.credentials(), broker.authority, target)
    named = signed(world.credentials(), broker.authority, target, procedure=PROCEDURE)
    without = {name: value for name, value in named.items() if name != "X-LGSP-Procedure"}
    for headers, status, code in (
        ({**plain, "X-LGSP-Procedure": PROCEDURE}, 401, "signature-invalid"),
        ({**named, "X-LGSP-Procedure": "1.000000"}, 401, "signature-invalid"),
        (without, 401, "signature-invalid"),
        ({**named, "X-LGSP-Procedure": "a b"}, 400, "malformed-request"),
    ):
        answer = broker.send(target, headers)
        assert (answer.status, answer.code) == (status, code)
        row = log.call(answer.header("x-request-id"))
        assert (row["verdict"], row["reason"], row["procedure"]) == ("X", code, "")
    assert provider.received == []

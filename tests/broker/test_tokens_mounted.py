"""Tokens at the product as it is served: found by discovery, given for a real grant, worthless once it is revoked."""

import time
from typing import Any

import pytest
from django.conf import settings

from connections.services.keys import revoke_key
from tests.broker.conftest import Log
from tests.broker.live import Reply
from tests.broker.provider import Provider
from tests.broker.test_mounted import Served, chain, granted, served
from tests.broker.tokens import ask, basic, bearer, verified, wanted

__all__ = ["chain", "granted", "served"]
pytestmark = pytest.mark.django_db(transaction=True)


def until(make: Any, status: int) -> Reply:
    """Try until the broker has heard of what a deed changed."""
    end = time.monotonic() + 15
    while (answer := make()).status != status and time.monotonic() < end:
        time.sleep(0.1)
    return answer


@pytest.mark.clause("Q50-11.1", "QC8.3")
def test_a_client_that_knows_only_the_address_of_the_platform(
    granted: Any, served: Served, provider: Provider, module_log: Log
) -> None:
    chain, credentials, made = granted
    found = served.send("/.well-known/oauth-authorization-server").json
    assert found["issuer"] == settings.PUBLIC_URL
    endpoint, jwks_path = (found[name].removeprefix(found["issuer"]) for name in ("token_endpoint", "jwks_uri"))
    header = basic(credentials.access_key, credentials.secret)
    form = wanted(credentials.grant, credentials.purpose)
    answer = until(lambda: ask(served, form, header, endpoint), 200)
    assert answer.status == 200, answer.body
    token = answer.json["access_token"]
    jwks = served.send(jwks_path)
    assert jwks.header("cache-control") == "public, max-age=900"
    assert served.send(jwks_path, {"If-None-Match": jwks.header("etag")}).status == 304
    assert verified(token, jwks.json)["sub"] == chain.system.code
    row = module_log.call(answer.header("x-request-id"))
    assert (row["operation"], row["grant_code"], row["verdict"]) == ("oauth-token", credentials.grant, "G")

    target = f"/api/data/{chain.service.code}/v1/communes"
    called = served.send(target, bearer(token))
    assert (called.status, called.json) == (200, [{"code": "00001", "name": "Tân Lưu"}])
    assert called.header("x-lgsp-fields-dropped") == "1"
    [received] = provider.received
    assert token.encode() not in received
    [sent] = [line for line in received.decode().split("\r\n") if line.startswith("X-LGSP-Assertion: ")]
    claims = verified(sent.partition(": ")[2], jwks.json)
    assert (claims["consumer"]["system"], claims["jti"]) == (chain.system.code, called.header("x-request-id"))

    revoke_key(actor=chain.actors["technician"], credential=made.credential, reason="Đổi khóa")
    gone = served.send(target, bearer(token))
    assert (gone.status, gone.code) == (401, "key-revoked")
    assert ask(served, form, header, "/token").json["error"] == "invalid_client"
    assert len(provider.received) == 1


def test_addresses_near_the_token_endpoint_are_the_portals(granted: Any, served: Served) -> None:
    for path in ("/token/", "/tokens", "/api/oauth/", "/api/oauth/token/", "/api/oauth/tokens"):
        answer = served.send(path)
        assert answer.status == 404, path
        assert answer.header("content-type") != "application/json"
    answer = served.send("/token")
    assert (answer.status, answer.code, answer.header("allow")) == (405, "method-not-allowed", "POST")

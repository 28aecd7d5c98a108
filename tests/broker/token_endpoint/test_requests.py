"""What a token is asked for: grant, purpose, form; and what is written of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.conf import settings

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
    wanted,
)
from tests.broker.world import World, new_grant, signed

pytestmark = pytest.mark.django_db


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
    left = int(clock.start_of(clock.today(), after=True).timestamp()) - int(clock.now().timestamp())
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

"""Signing in fails: a clear answer, at once, and an endpoint that is left alone meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from broker.outbound import logins
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.national import National, at_once
from tests.broker.outbound.conftest import LIST, engine, install
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC6.3", "QC7.1")]
Call = Callable[..., Reply]


def code_of(answer: Reply) -> tuple[int, str, str]:
    return answer.status, answer.code, answer.json["side"]


def test_wrong_credentials_are_told_and_not_sent_again_and_again(
    national: National, call: Call, log: Log, broker: Live
) -> None:
    national.app.accounts = {"somebody": "else"}
    answers = [*at_once(20, lambda _n: call()), *(call() for _n in range(10))]
    assert {code_of(answer) for answer in answers} == {(502, "provider-login-refused", "provider")}
    assert len(national.app.asked) == 1
    assert 25 <= int(answers[-1].header("retry-after")) <= 30
    row = log.call(answers[0].header("x-request-id"))
    assert (row["reason"], row["side"], row["upstream_status"]) == ("provider-login-refused", "provider", 0)
    assert engine(broker).counts.logins == {(1, "refused"): 1}


def test_a_login_that_fails_is_not_held_against_the_upstream(national: National, call: Call, broker: Live) -> None:
    national.app.token_down = 503
    for _n in range(8):
        assert call().code == "provider-login-unavailable"
    assert engine(broker).breakers.open_ones() == {}
    national.app.token_down = 0
    engine(broker).logins._states.clear()
    assert call().status == 200


@pytest.mark.parametrize("status", [500, 503, 429, 302, 204])
def test_an_endpoint_that_is_down_is_asked_ever_more_rarely(
    national: National, call: Call, broker: Live, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """The first at the product's own pace, the others four times as fast."""
    pace = 1.0 if status == 500 else 0.25
    monkeypatch.setattr(logins, "FIRST_PAUSE", pace)
    national.app.token_down = status
    until, seen = time.monotonic() + (3.6 if pace == 1.0 else 1.25), set()
    while time.monotonic() < until:
        seen.add(code_of(call()))
        time.sleep(0.02)  # fifty calls a second, and none of them asks
    assert seen == {(503, "provider-login-unavailable", "provider")}
    assert len(national.app.asked) == 3  # at 0, 1 and 3 paces; the next comes at 7
    national.app.token_down = 0
    engine(broker).logins._states.clear()
    assert call().status == 200


def test_it_is_back_as_soon_as_the_pause_is_over(national: National, call: Call) -> None:
    national.app.token_down = 503
    assert call().header("retry-after") == "1"
    national.app.token_down = 0
    time.sleep(1.05)
    assert call().status == 200


def test_a_slow_endpoint_costs_a_call_no_more_than_its_own_time(
    national: National, call: Call, broker: Live, world: World
) -> None:
    install(broker, world, national.service(timeout_ms=500))
    national.app.token_delay = 1.2
    begun = time.monotonic()
    answers = at_once(10, lambda _n: call())
    assert time.monotonic() - begun < 1.1
    assert {code_of(answer) for answer in answers} == {(503, "provider-login-unavailable", "provider")}
    time.sleep(1)
    # The one request went on for whoever comes next.
    assert (call().status, len(national.app.asked)) == (200, 1)


def test_a_caller_who_leaves_does_not_end_the_request_of_the_others(
    national: National, call: Call, world: World, broker: Live
) -> None:
    national.app.token_delay = 0.5
    connection = broker.open()
    headers = signed(world.credentials(), broker.authority, LIST)
    lines = [f"GET {LIST} HTTP/1.1", f"Host: {broker.authority}", *(f"{k}: {v}" for k, v in headers.items())]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    time.sleep(0.15)
    waiting: list[Reply] = []
    thread = threading.Thread(target=lambda: waiting.append(call()))
    thread.start()
    time.sleep(0.1)
    connection.close()
    thread.join(10)
    assert (waiting[0].status, len(national.app.asked)) == (200, 1)


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"<html>"),
        reply(b"[]"),
        reply(b'{"access_token":"a b","token_type":"Bearer"}'),
        reply(b'{"access_token":"a\\r\\nX: y","token_type":"Bearer"}'),
        reply(b'{"access_token":5,"token_type":"Bearer"}'),
        reply(b'{"access_token":"abc","token_type":"mac"}'),
        reply(b'{"access_token":"' + b"a" * 70_000 + b'"}'),
        b"nonsense\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_token_is_none(
    national: National, provider: Provider, call: Call, broker: Live, world: World, answer: bytes
) -> None:
    provider.answers = {b"*": answer}
    account = national.account(token_url=f"{provider.url}/token")
    install(broker, world, national.service(national.upstream(account=account)))
    assert code_of(call()) == (503, "provider-login-unavailable", "provider")
    assert len(provider.received) == 1


def test_a_redirect_of_the_endpoint_is_not_followed(
    national: National, provider: Provider, call: Call, broker: Live, world: World
) -> None:
    provider.answers = {b"*": reply(b"", status="307 Temporary Redirect", extra=f"Location: {national.url}/token\r\n")}
    account = national.account(token_url=f"{provider.url}/token")
    install(broker, world, national.service(national.upstream(account=account)))
    assert call().code == "provider-login-unavailable"
    assert national.app.asked == []


@pytest.mark.parametrize("address", ["http://169.254.169.254/token", "http://127.0.0.1:1/token"])
def test_an_endpoint_that_may_not_or_cannot_be_reached(
    national: National, call: Call, broker: Live, world: World, address: str
) -> None:
    account = national.account(token_url=address)
    install(broker, world, national.service(national.upstream(account=account)))
    assert code_of(call()) == (503, "provider-login-unavailable", "provider")


def test_a_get_goes_on_to_an_address_with_another_account(
    national: National, call: Call, broker: Live, world: World
) -> None:
    wrong = national.upstream(account=national.account(secret="wrong"))
    install(broker, world, national.service(wrong, national.upstream(9, 2)))
    assert call().status == 200
    assert engine(broker).counts.logins == {(1, "refused"): 1, (9, "ok"): 1}


def test_a_resource_that_is_down_or_slow_is_told_as_ever(
    national: National, call: Call, broker: Live, world: World
) -> None:
    assert call().status == 200
    national.app.down = 503
    assert code_of(call()) == (502, "provider-error", "provider")
    national.app.down = 0
    install(broker, world, national.service(timeout_ms=400))
    national.app.delay = 0.8
    assert code_of(call()) == (504, "provider-timeout", "provider")
    assert national.app.at_once == 1


def test_a_refusal_is_forgotten_with_its_pause(
    national: National, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "REFUSED_PAUSE", 0.3)
    national.app.accounts = {"somebody": "else"}
    assert call().code == "provider-login-refused"
    national.reset()
    time.sleep(0.35)
    assert call().status == 200


def test_the_numbers_are_told_by_upstream(national: National, call: Call, broker: Live) -> None:
    assert call().status == 200
    page = broker.send("/metrics").body.decode()
    assert 'lgsp_broker_token_requests_total{result="ok",upstream="1"} 1.0' in page


def test_a_secret_is_shown_by_nobody(national: National) -> None:
    account = replace(national.account(), secret="very-secret")
    assert "very-secret" not in repr(account) + repr(national.upstream(account=account))

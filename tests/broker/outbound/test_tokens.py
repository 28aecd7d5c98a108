"""An upstream that has to be signed in to: one token, one request for it at a time, right answers when it ends."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from broker.outbound import logins
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.national import National, at_once
from tests.broker.outbound.conftest import LIST, engine, install
from tests.broker.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC6.3", "QC7.1")]
Call = Callable[..., Reply]
LOOKUP = LIST.replace("AllCategory", "Lookup")


def test_forty_calls_at_once_ask_for_one_token(national: National, call: Call, broker: Live, log: Log) -> None:
    national.app.token_delay = 0.3
    answers = at_once(40, lambda _n: call())
    assert {answer.status for answer in answers} == {200}
    assert {row["code"] for row in answers[0].json["data"]} >= {"DM_LOAI_GIAY_TO"}
    assert (len(national.app.asked), national.app.at_once) == (1, 1)
    assert engine(broker).counts.logins == {(1, "ok"): 1}
    assert log.call(answers[0].header("x-request-id"))["upstream_status"] == 200


def test_the_token_is_the_callers_only_credential_there(national: National, call: Call) -> None:
    assert call().status == 200
    assert national.app.heard["authorization"].startswith("Bearer ")
    assert not {name for name in national.app.heard if name.startswith(("signature", "x-lgsp-grant", "x-lgsp-asser"))}


def test_tokens_that_end_under_load_are_renewed_and_nobody_notices(
    national: National, call: Call, broker: Live
) -> None:
    national.app.token_seconds = 1
    until = time.monotonic() + 4

    def again(_n: int) -> set[int]:
        found = set()
        while time.monotonic() < until:
            found.add(call().status)
        return found

    assert set.union(*at_once(6, again)) == {200}
    assert national.app.at_once == 1
    # One is renewed after 0.8 s of its life: in four seconds about five, never one a call.
    assert 4 <= len(national.app.asked) <= 7


def test_a_token_near_its_end_is_renewed_beside_the_calls(national: National, call: Call) -> None:
    national.app.token_seconds = 2
    assert call().status == 200
    time.sleep(1.65)
    national.app.token_delay = 0.5
    begun = time.monotonic()
    assert call().status == 200
    assert time.monotonic() - begun < 0.4  # the old token served, the new one was on its way
    time.sleep(0.7)
    assert (call().status, len(national.app.asked)) == (200, 2)


def test_a_token_taken_back_is_replaced_once_for_all(
    national: National, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "YOUNG_SECONDS", 0.0)
    assert call().status == 200
    national.app.revoke()
    assert {answer.status for answer in at_once(12, lambda _n: call())} == {200}
    assert (len(national.app.asked), national.app.at_once) == (2, 1)


def test_a_401_of_one_address_does_not_cost_a_token_a_call(national: National, call: Call) -> None:
    assert call().status == 200
    national.app.revoke()  # accepted a moment ago: what is refused now is not thought to be the token
    answers = [call() for _n in range(5)]
    assert {(answer.status, answer.code) for answer in answers} == {(502, "provider-refused")}
    assert len(national.app.asked) == 1


def test_tokens_that_nobody_accepts_are_not_asked_for_without_end(
    national: National, call: Call, broker: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(national.app, "_known", lambda _given: True)
    monkeypatch.setattr(national.app, "token_seconds", 3600)
    real = national.app._token

    async def useless(*args: object) -> object:
        found = await real(*args)  # type: ignore[arg-type]
        national.app.revoke()
        return found

    monkeypatch.setattr(national.app, "_token", useless)
    answers = [call() for _n in range(6)]
    assert {(answer.status, answer.code) for answer in answers} == {(502, "provider-refused")}
    assert len(national.app.asked) == 2
    assert answers[-1].header("retry-after") == "1"


@pytest.mark.parametrize(("silent", "status", "executed"), [(False, 200, 1), (True, 502, 0)])
def test_a_post_is_repeated_only_where_the_answer_says_it_was_not_executed(
    national: National, call: Call, monkeypatch: pytest.MonkeyPatch, silent: bool, status: int, executed: int
) -> None:
    monkeypatch.setattr(logins, "YOUNG_SECONDS", 0.0)
    assert call().status == 200
    national.app.revoke()
    national.app.silent_401 = silent
    national.app.executed.clear()
    answer = call(LOOKUP, "POST", b'{"codes":["GT01","TT02"]}')
    assert (answer.status, len(national.app.executed)) == (status, executed)
    # Thrown away all the same: the next call has a new one.
    assert (call().status, len(national.app.asked)) == (200, 2)


def test_a_new_secret_is_tried_at_once_and_an_unchanged_one_keeps_its_token(
    national: National, call: Call, broker: Live, world: World
) -> None:
    assert call().status == 200
    world.services["sandbox"] = national.service(timeout_ms=3000)
    broker.reload()
    assert (call().status, len(national.app.asked)) == (200, 1)
    national.app.accounts = {"other": "thing"}
    upstream = national.upstream(account=national.account(client_id="other", secret="thing"))
    world.services["sandbox"] = national.service(upstream)
    broker.reload()
    assert (call().status, len(national.app.asked)) == (200, 2)


def test_addresses_with_one_account_share_its_token(
    national: National, call: Call, broker: Live, world: World
) -> None:
    install(broker, world, national.service(national.upstream(), national.upstream(9, 2)))
    assert call().status == 200
    engine(broker).breakers._states.clear()
    world.services["sandbox"] = national.service(national.upstream(9, 1))
    broker.reload()
    assert (call().status, len(national.app.asked)) == (200, 1)


def test_a_call_without_an_account_is_not_touched(broker: Live, world: World, call: Call) -> None:
    engine(broker).logins._states.clear()
    assert call("/api/data/administrative-units/v1/communes").status == 200
    assert engine(broker).logins._states == {}


def test_what_is_asked_for_is_what_the_standard_says(national: National, broker: Live, world: World) -> None:
    account = national.account(client_id="a+b", secret="c d:e", scope="default read")
    national.app.accounts = {"a+b": "c d:e"}
    install(broker, world, national.service(national.upstream(account=replace(account))))

    async def token() -> object:
        return await engine(broker).logins.token(account, 1, time.monotonic() + 5)

    assert broker.call(token).text

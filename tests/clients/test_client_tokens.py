"""Tokens in place of signatures: asked for once, renewed in time, asked for again when one is refused."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings as project
from lgsp_client import Client, Ed25519Key, HmacKey, NotAuthenticated, NotGranted, Settings
from lgsp_client.tokens import _Token

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.test_bearer import issued
from tests.broker.tokens import own_key
from tests.broker.world import World

pytestmark = pytest.mark.django_db
SERVICE = ("administrative-units", "v1")
Make = Callable[..., Client]


def requests(log: Log) -> int:
    return log.rows("select count(*) as n from audit_intent where operation = 'oauth-token'")[0]["n"]


def test_one_token_serves_many_calls_of_many_threads(make: Make, provider: Provider, log: Log) -> None:
    client, before = make(tokens=True), requests(log)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: client.get(*SERVICE, "/communes"), range(30)))
    assert {answer.status for answer in answers} == {200}
    assert requests(log) - before == 1
    assert {log.call(answer.request_id)["auth"] for answer in answers} == {"token"}


def test_a_deed_and_its_procedure_go_with_a_token(make: Make, provider: Provider, log: Log) -> None:
    answer = make(tokens=True).post(*SERVICE, "/reports", json={"tên": "Tân Lưu"}, procedure="1.004203")
    assert (answer.status, log.call(answer.request_id)["procedure"]) == (200, "1.004203")
    assert provider.received[0].endswith('{"tên":"Tân Lưu"}'.encode())


def test_tokens_that_end_mid_run_are_not_noticed(
    make: Make, provider: Provider, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two seconds' life each, over four seconds: every call is answered, and the endpoint is asked few times."""
    monkeypatch.setattr("broker.tokens.issuing.SECONDS", 2)
    client, before, until, count = make(tokens=True), requests(log), time.monotonic() + 4, 0
    while time.monotonic() < until:
        assert client.post(*SERVICE, "/reports", json={}).status == 200
        count += 1
        time.sleep(0.05)
    assert len(provider.received) == count
    assert 2 <= requests(log) - before <= 6


@pytest.mark.parametrize("refused", ["expired", "forged"])
def test_a_refused_token_is_replaced_once(
    make: Make, world: World, provider: Provider, log: Log, refused: str
) -> None:
    client = make(tokens=True)
    now = int(time.time())
    text = {"expired": issued(world, iat=now - 901, exp=now - 1), "forged": "a.b.c"}[refused]
    kept = client._runner.flow.tokens
    assert kept is not None
    kept._kept["QK-1", "administrative-procedures"] = _Token(text, time.monotonic() + 600)
    before = requests(log)
    assert client.post(*SERVICE, "/reports", json={}).status == 200
    assert (requests(log) - before, len(provider.received)) == (1, 1)


def test_a_key_pair_proves_itself_without_a_secret(make: Make, broker: Live, world: World) -> None:
    private = own_key(world)
    broker.reload()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = Ed25519Key(world.keys[21].access_key, pem)
    client = make(key=key, tokens=True, settings=Settings(issuer=project.PUBLIC_URL))
    assert client.get(*SERVICE, "/communes").status == 200


def test_what_the_endpoint_refuses_is_told_as_by_a_call(make: Make, world: World) -> None:
    wrong = HmacKey(world.keys[1].access_key, "sk_test_wrong")
    with pytest.raises(NotAuthenticated) as told:
        make(key=wrong, tokens=True).post(*SERVICE, "/reports", json={})
    assert (told.value.code, told.value.may_have_run) == ("client-invalid", False)
    with pytest.raises(NotGranted) as told:
        make(tokens=True, grant="QK-2").get(*SERVICE, "/communes")
    assert told.value.code == "grant-missing"


def test_questions_to_the_platform_are_signed(make: Make) -> None:
    """They need no grant, and a token stands for one."""
    client = make(tokens=True)
    assert client.ping()["authentication"] == "signature"


def test_a_token_is_shown_nowhere() -> None:
    assert "secret" not in repr(_Token("secret", 0.0))

"""What a national platform wants to hear of each call: officer, procedure, agency (QC4.4, QC4.8)."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.national import National
from tests.broker.outbound.conftest import LIST, engine, install
from tests.broker.provider import Provider
from tests.broker.tokens import bearer, by_secret
from tests.broker.world import World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.4", "QC4.8")]
Call = Callable[..., Reply]
ALL = (("MaDVC", "procedure"), ("MaDonVi", "agency"), ("MaCanBo", "officer"))
PROCEDURE, OFFICER = "1.004203.000.00.00.H60", "cb.0042@sokhcn"


@pytest.fixture
def demanding(national: National, broker: Live, world: World) -> National:
    """The stand-in demands all three, and the address says so."""
    install(broker, world, national.service(national.upstream(relayed=ALL), demanded=("procedure", "officer")))
    national.app.demanded = ("MaDVC", "MaDonVi", "MaCanBo")
    return national


def test_what_it_demands_reaches_it(demanding: National, call: Call) -> None:
    assert call(procedure=PROCEDURE, officer=OFFICER).status == 200
    heard = demanding.app.heard
    assert (heard["madvc"], heard["madonvi"], heard["macanbo"]) == (PROCEDURE, "H60.07", OFFICER)
    assert "x-lgsp-officer" not in heard


def test_the_log_keeps_a_keyed_digest_of_the_officer_and_nothing_else(
    demanding: National, call: Call, log: Log, broker: Live
) -> None:
    answer = call(procedure=PROCEDURE, officer=OFFICER)
    row = log.call(answer.header("x-request-id"))
    key = engine(broker).ledger._key.secret
    expected = hmac.digest(key, hashlib.sha256(OFFICER.encode()).digest(), "sha256")
    assert (row["procedure"], bytes(row["officer_digest"])) == (PROCEDURE, expected)
    assert OFFICER not in str(row)
    assert bytes(log.call(call(LIST).header("x-request-id"))["officer_digest"]) == b""


@pytest.mark.parametrize(
    ("named", "missing"),
    [
        ({}, ["X-LGSP-Procedure", "X-LGSP-Officer"]),
        ({"procedure": PROCEDURE}, ["X-LGSP-Officer"]),
        ({"officer": OFFICER}, ["X-LGSP-Procedure"]),
    ],
)
def test_a_call_that_lacks_it_is_refused_with_what_to_send(
    demanding: National, call: Call, log: Log, world: World, named: dict[str, str], missing: list[str]
) -> None:
    gate = world.grants["QK-1"].gate_id
    used = log.used(gate)
    answer = call(**named)
    assert (answer.status, answer.code, answer.json["side"]) == (422, "provider-demands-more", "consumer")
    assert answer.json["missing"] == missing
    assert ", ".join(missing) in answer.json["detail"]
    assert not demanding.app.executed
    assert not demanding.app.asked
    assert log.call(answer.header("x-request-id"))["verdict"] == "X"
    assert log.used(gate) == used


def test_an_officer_that_is_not_signed_is_not_believed(demanding: National, broker: Live, world: World) -> None:
    headers = signed(world.credentials(), broker.authority, LIST, procedure=PROCEDURE, officer=OFFICER)
    for changed in (
        {**headers, "X-LGSP-Officer": "cb.0043"},
        {k: v for k, v in headers.items() if "Officer" not in k},
    ):
        answer = broker.send(LIST, changed)
        assert (answer.status, answer.code) == (401, "signature-invalid")
    assert demanding.app.executed == []


@pytest.mark.parametrize("name", ["cán bộ", "a b", "", "x" * 65, "a/b"])
def test_a_name_nobody_can_sign_is_malformed(demanding: National, broker: Live, world: World, name: str) -> None:
    headers = signed(world.credentials(), broker.authority, LIST, procedure=PROCEDURE, officer="x")
    answer = broker.send(LIST, {**headers, "X-LGSP-Officer": name.encode().decode("latin-1")})
    assert (answer.status, answer.code) == (400, "malformed-request")


def test_a_token_call_names_them_by_headers(demanding: National, broker: Live, world: World) -> None:
    token = by_secret(broker, world).json["access_token"]
    headers = {**bearer(token), "X-LGSP-Procedure": PROCEDURE, "X-LGSP-Officer": OFFICER}
    assert broker.send(LIST, headers).status == 200
    assert demanding.app.heard["macanbo"] == OFFICER
    assert broker.send(LIST, bearer(token)).code == "provider-demands-more"


def test_an_address_that_does_not_ask_is_told_nothing(
    broker: Live, world: World, provider: Provider, call: Call
) -> None:
    target = "/api/data/administrative-units/v1/communes"
    assert call(target, officer=OFFICER).status == 200
    assert OFFICER.encode() not in provider.received[-1]


def test_an_agency_alone_demands_nothing_of_the_caller(
    national: National, broker: Live, world: World, call: Call
) -> None:
    install(broker, world, national.service(replace(national.upstream(), relayed=(("MaDonVi", "agency"),))))
    assert call().status == 200
    assert (national.app.heard["madonvi"], "macanbo" in national.app.heard) == ("H60.07", False)

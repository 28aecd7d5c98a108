"""What a system asks the platform itself: who it is, what it may call and why not; nothing is forwarded."""

import json
import re
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.projection import Ending
from core import clock
from core.hours import minute_of_week, spans_of
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, new_grant, service, signed

pytestmark = pytest.mark.django_db
PING, SERVICES = "/api/data/-/ping", "/api/data/-/services"
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "calling.md").read_text(encoding="utf-8")
COMMUNES = "/api/data/administrative-units/v1/communes"


def ask(broker: Live, world: World, target: str, key: int = 1, **changes: Any) -> Reply:
    return broker.send(target, signed(world.credentials(key, "-", "-"), broker.authority, target, **changes))


def test_ping_says_who_the_key_stands_for(broker: Live, provider: Provider, world: World, log: Log) -> None:
    today = clock.today()
    world.keys[1] = replace(world.keys[1], valid_to=today + timedelta(days=14))
    broker.reload()
    answer = ask(broker, world, PING)
    found = answer.json
    assert answer.status == 200
    assert (found["system"], found["agency"], found["environment"]) == ("HT-1", "H60.07", "sandbox")
    assert (found["access_key"], found["authentication"]) == (world.keys[1].access_key, "signature")
    assert (found["key_valid_to"], found["key_days_left"]) == ((today + timedelta(days=14)).isoformat(), 14)
    assert found["address"] == "127.0.0.1"
    assert abs((datetime.fromisoformat(found["server_time"]) - clock.now()).total_seconds()) < 5
    row = log.call(answer.header("x-request-id"))
    assert (row["status"], row["service"], row["grant_code"]) == (200, "", "")
    assert provider.received == []


@pytest.mark.parametrize("skew", [-250, 40])
def test_ping_tells_the_caller_how_its_clock_goes(skew: int, broker: Live, world: World) -> None:
    found = ask(broker, world, PING, created=int(time.time()) + skew).json
    assert abs(found["clock_skew_seconds"] - skew) <= 2


def test_ping_tells_each_grant_with_its_rest(broker: Live, provider: Provider, world: World, log: Log) -> None:
    world.grants["QK-1"] = replace(
        world.grants["QK-1"],
        fields=frozenset({"name", "code"}),
        networks=("127.0.0.0/8",),
        valid_to=clock.today() + timedelta(days=3),
    )
    broker.reload()
    for _ in range(3):
        assert broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES)).status == 200
    [grant] = ask(broker, world, PING).json["grants"]
    assert (grant["grant"], grant["services"]) == ("QK-1", ["administrative-units/v1"])
    assert grant["operations"] == ["commune", "communes", "raw", "report"]
    assert (grant["fields"], grant["networks"]) == (["code", "name"], ["127.0.0.0/8"])
    assert (grant["valid_from"], grant["days_left"]) == ("2026-01-01", 3)
    assert (grant["active"], grant["reason"]) == (True, "")
    used = log.used(world.grants["QK-1"].gate_id)
    assert used >= 3
    rest = {name: grant["quota"][name] for name in ("limit", "used", "left")}
    assert rest == {"limit": 100_000, "used": used, "left": 100_000 - used}
    resets = datetime.fromisoformat(grant["quota"]["resets_at"])
    assert resets == clock.start_of(clock.today(), after=True)
    assert grant["quota"]["resets_at"].endswith("T00:00:00+07:00")


def test_ping_tells_hours_rates_and_whether_it_is_open(broker: Live, world: World) -> None:
    now = minute_of_week(clock.now())
    later = (now + 600) % 10_080
    closed = ((later, later + 5),)
    world.grants["QK-1"] = replace(world.grants["QK-1"], hours=closed, rate_per_minute=120)
    broker.reload()
    [grant] = ask(broker, world, PING).json["grants"]
    assert grant["hours"] == json.loads(json.dumps(spans_of(closed)))
    assert (grant["open_now"], grant["active"]) == (False, True)
    assert (grant["rate_per_second"], grant["rate_per_minute"]) == (None, 120)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"active": False, "reason": "grant-revoked"}, "grant-revoked"),
        ({"active": False, "reason": "connection-suspended"}, "connection-suspended"),
        ({"active": False, "reason": "nonsense"}, "grant-suspended"),
        ({"valid_from": date(2099, 1, 1)}, "grant-not-yet-valid"),
        ({"valid_to": date(2026, 1, 2)}, "grant-expired"),
    ],
)
def test_both_tell_why_a_grant_does_not_serve_as_a_call_would(
    changes: dict[str, Any], code: str, broker: Live, provider: Provider, world: World
) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], **changes)
    broker.reload()
    [grant] = ask(broker, world, PING).json["grants"]
    assert (grant["active"], grant["reason"]) == (False, code)
    [row] = ask(broker, world, SERVICES).json["services"]
    assert (row["may_call"], row["grants"]) == (False, [])
    assert row["why_not"] == {"code": code, "grant": "QK-1", "type": f"/loi/{code}/"}
    refused = broker.send(COMMUNES, signed(world.credentials(grant="QK-1"), broker.authority, COMMUNES))
    assert refused.code == code
    assert provider.received == []


def test_services_lists_what_exists_and_what_may_be_called(broker: Live, provider: Provider, world: World) -> None:
    world.services["other"] = service(provider.url, code="land-plots", service_id=8, title="Thửa đất")
    broker.reload()
    found = ask(broker, world, SERVICES).json
    assert found["environment"] == "sandbox"
    mine, other = found["services"]
    assert (mine["service"], mine["version"], mine["path"]) == (
        "administrative-units",
        "v1",
        "/api/data/administrative-units/v1",
    )
    assert (mine["may_call"], mine["grants"], mine["why_not"]) == (True, ["QK-1"], None)
    assert mine["operations"][0] == {"code": "communes", "method": "GET", "path": COMMUNES}
    assert (other["service"], other["may_call"], other["grants"]) == ("land-plots", False, [])
    assert other["why_not"] == {"code": "grant-missing", "grant": None, "type": "/loi/grant-missing/"}
    only = ask(broker, world, f"{SERVICES}?mine=true").json["services"]
    assert [row["service"] for row in only] == ["administrative-units"]


@pytest.mark.clause("QC6.3", "QC4.9")
def test_services_tells_forms_doors_and_what_has_to_be_sent(broker: Live, provider: Provider, world: World) -> None:
    world.services["other"] = replace(
        service(provider.url, code="land-plots", service_id=8), form="raw", inflates=True, demanded=("officer",)
    )
    broker.reload()
    mine, other = ask(broker, world, SERVICES).json["services"]
    both = ["application/json", "application/xml"]
    assert mine["forms"] == {"requests": both, "answers": both, "gzip": False}
    assert mine["must_send"] == []
    assert mine["soap"]["path"] == "/api/data/-/soap/administrative-units/v1"
    assert mine["soap"]["wsdl"].endswith("/wsdl/administrative-units/v1.wsdl")
    assert mine["openapi"].endswith("/openapi/administrative-units/v1.json")
    assert other["forms"] == {"requests": None, "answers": both, "gzip": True}
    assert other["must_send"] == ["X-LGSP-Officer"]


def test_grants_of_others_and_of_the_other_environment_are_not_told(broker: Live, world: World) -> None:
    world.grants["QK-9"] = new_grant(9, world.grants["QK-2"].gate_id, system_id=2)
    broker.reload()
    assert [grant["grant"] for grant in ask(broker, world, PING).json["grants"]] == ["QK-1"]
    assert [grant["grant"] for grant in ask(broker, world, PING, key=3).json["grants"]] == ["QK-3"]
    assert ask(broker, world, PING, key=3).json["environment"] == "live"


def test_an_unknown_question_is_answered_with_those_there_are(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    answer = ask(broker, world, "/api/data/-/pingg")
    assert (answer.status, answer.code) == (404, "unknown-question")
    assert PING in answer.json["detail"]
    assert SERVICES in answer.json["detail"]
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["reason"], row["side"]) == ("X", "unknown-question", "consumer")
    assert provider.received == []


def sample(name: str) -> dict[str, Any]:
    """The document the guide shows for one question."""
    found = re.search(rf"^`GET {name}`:.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    assert found, name
    return dict(json.loads(found[1]))


def shape(document: Any) -> Any:
    """Names and kinds of a document; the first of a list stands for all."""
    if isinstance(document, dict):
        return {name: shape(value) for name, value in document.items()}
    if isinstance(document, list):
        return [shape(value) for value in document[:1]]
    return type(document).__name__


def test_the_guide_shows_what_is_answered(broker: Live, provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], valid_to=date(2099, 6, 30))
    last = date(2099, 6, 30)
    world.grants["QK-1"] = replace(
        world.grants["QK-1"],
        fields=frozenset({"code"}),
        networks=("127.0.0.0/8",),
        valid_to=last,
        hours=((420, 1050),),
        rate_per_second=20,
    )
    ending = Ending(clock.now(), clock.now() + timedelta(days=30), "v2")
    world.services["sandbox"] = replace(world.services["sandbox"], ending=ending)
    land = service(provider.url, code="land-plots", service_id=8)
    world.services["other"] = replace(land, demanded=("officer",))
    broker.reload()
    assert shape(sample(PING)) == shape(ask(broker, world, PING).json)
    shown, answered = sample(SERVICES)["services"], ask(broker, world, SERVICES).json["services"]
    assert [shape(row) for row in shown] == [shape(row) for row in answered]

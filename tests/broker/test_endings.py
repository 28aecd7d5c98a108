"""What callers hear of a version's end: headers until it, one clear refusal from its very moment on (ux.md C8, §9)."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from broker.endings import told_of
from catalog.projection import Ending, GoneRow
from core import clock
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, service, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
PAGE = "/danh-muc/administrative-units/v1/ngung-cung-cap/"
ANNOUNCED = datetime(2026, 9, 1, 3, 30, tzinfo=UTC)
OF_THE_END = ("deprecation", "sunset", "link")


def call(broker: Live, world: World, target: str = COMMUNES, key: int = 1, **changes: str) -> Reply:
    return broker.send(target, signed(world.credentials(key, **changes), broker.authority, target))


def links_of(answer: Reply) -> dict[str, str]:
    return {rel: to for to, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.header("link"))}


def end(world: World, broker: Live, sunset: datetime, successor: str = "") -> None:
    row = replace(world.services["sandbox"], ending=Ending(ANNOUNCED, sunset, successor))
    world.services["sandbox"] = row
    if successor:
        world.services["next"] = replace(row, version=successor, ending=None)
    broker.reload()


@pytest.fixture(autouse=True)
def _nothing_gone(world: World, broker: Live) -> Iterator[None]:
    yield
    if world.gone:
        world.gone.clear()
        broker.reload()


@pytest.mark.clause("QC11.2")
def test_every_answer_of_an_ending_version_says_so(broker: Live, world: World) -> None:
    sunset = clock.start_of(clock.today() + timedelta(days=100))
    end(world, broker, sunset, "v2")
    answer = call(broker, world)
    assert answer.status == 200
    assert answer.header("deprecation") == f"@{int(ANNOUNCED.timestamp())}"
    assert parsedate_to_datetime(answer.header("sunset")) == sunset
    assert answer.header("sunset").endswith(" GMT")
    assert links_of(answer) == {
        "deprecation": PAGE,
        "sunset": f"{PAGE}#chinh-sach",
        "successor-version": "/api/data/administrative-units/v2/",
    }
    refused = call(broker, world, f"{COMMUNES}/none/such")
    assert (refused.status, refused.code) == (404, "unknown-operation")
    assert [refused.header(name) for name in OF_THE_END] == [answer.header(name) for name in OF_THE_END]
    for other in (call(broker, world, COMMUNES.replace("v1", "v2")), call(broker, world, key=3, grant="QK-3")):
        assert other.status == 200
        assert [other.header(name) for name in OF_THE_END] == ["", "", ""]


def test_without_a_successor_none_is_named(broker: Live, world: World) -> None:
    end(world, broker, clock.now() + timedelta(days=1))
    assert set(links_of(call(broker, world))) == {"deprecation", "sunset"}


def test_what_the_source_says_of_it_gives_way_where_the_catalogue_knows(
    broker: Live, world: World, provider: Provider
) -> None:
    said = "Deprecation: @1\r\nSunset: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
    provider.answers[b"*"] = reply(extra=said)
    assert call(broker, world).header("deprecation") == "@1"
    sunset = datetime.combine(clock.today() + timedelta(days=9), datetime.min.time(), tzinfo=clock.VIETNAM)
    end(world, broker, sunset)
    answer = call(broker, world)
    assert answer.header("deprecation") == f"@{int(ANNOUNCED.timestamp())}"
    assert parsedate_to_datetime(answer.header("sunset")) == sunset
    assert [name for name, _value in answer.headers].count("sunset") == 1


@pytest.mark.clause("QC11.2", "QC11.8")
def test_calls_are_refused_from_the_very_moment_named_and_nothing_is_forwarded(
    broker: Live, world: World, provider: Provider, log: Log
) -> None:
    """The snapshot judges by the moment; nobody has to withdraw or to reload."""
    sunset = (clock.now() + timedelta(seconds=3)).replace(microsecond=0)
    end(world, broker, sunset, "v2")
    seen: list[tuple[datetime, int]] = []
    while clock.now() < sunset + timedelta(seconds=0.5):
        answer = call(broker, world)
        row = log.call(answer.header("x-request-id"))
        seen.append((row["received_at"], answer.status))
        time.sleep(0.01)
    assert {status for moment, status in seen if moment < sunset} == {200}
    assert {status for moment, status in seen if moment >= sunset} == {410}
    assert len(provider.received) == sum(1 for _moment, status in seen if status == 200)
    assert answer.code == "version-withdrawn"
    assert answer.json["successor"] == "/api/data/administrative-units/v2/"
    assert f"{sunset.astimezone(clock.VIETNAM):%d/%m/%Y}" in answer.json["detail"]
    assert "v2" in answer.json["detail"]
    assert links_of(answer)["successor-version"] == "/api/data/administrative-units/v2/"
    assert (row["service"], row["version"], row["reason"]) == ("administrative-units", "v1", "version-withdrawn")
    listed = broker.send(
        "/api/data/-/services", signed(world.credentials(1, "-", "-"), broker.authority, "/api/data/-/services")
    )
    assert [row["version"] for row in listed.json["services"]] == ["v2"]


def test_a_version_that_is_gone_is_told_from_one_that_never_was(
    broker: Live, world: World, provider: Provider, log: Log
) -> None:
    del world.services["sandbox"]
    world.gone.append(GoneRow("administrative-units", "v1", "sandbox", 3, "H60.03", date(2026, 3, 31)))
    broker.reload()
    answer = call(broker, world)
    assert (answer.status, answer.code) == (410, "version-withdrawn")
    assert answer.json["successor"] is None
    assert "31/03/2026" in answer.json["detail"]
    assert set(links_of(answer)) == {"deprecation", "sunset"}
    row = log.call(answer.header("x-request-id"))
    assert (row["service"], row["version"], row["provider_id"]) == ("administrative-units", "v1", 3)
    assert call(broker, world, COMMUNES.replace("v1", "v7")).code == "unknown-service"
    stranger = broker.send(COMMUNES, {})
    assert stranger.status == 401
    assert stranger.header("link") == ""
    assert provider.received == []


def test_services_tell_of_the_end_and_plain_rows_say_nothing(broker: Live, world: World) -> None:
    sunset = clock.start_of(clock.today() + timedelta(days=3))
    end(world, broker, sunset, "v2")
    target = "/api/data/-/services"
    found = broker.send(target, signed(world.credentials(1, "-", "-"), broker.authority, target)).json["services"]
    assert {row["version"]: row["ending"] for row in found} == {
        "v1": {
            "deprecated_at": "2026-09-01T10:30:00+07:00",
            "sunset_at": sunset.isoformat(timespec="seconds"),
            "successor": "v2",
        },
        "v2": None,
    }
    assert told_of(service("http://127.0.0.1:9")) == ()

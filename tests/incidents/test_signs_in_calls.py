"""Each rule about calls, by traffic through a running broker: what must raise it, and what nearly does and must not.

One broker serves the module; every test calls with a key, or a service, of its own.
"""

import asyncio
import itertools
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audit.selectors.signs import MOST, Span, refused
from audit.services.use import count_use
from catalog.projection import UpstreamRow
from core import clock
from core.hours import DAY, minute_of_week, spans_of
from incidents.alert_choices import Detector, SubjectKind
from incidents.models import AlertRule
from incidents.selectors.detection.findings import Found, Look
from incidents.selectors.detection.registry import look
from tests.audit.log_rows import add_gate
from tests.broker.conftest import (
    broker,
    database,
    log,
    module_broker,
    module_log,
    module_world,
    provider,
    world,
)
from tests.broker.live import Live, read_reply
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import SERVICE_ID, World, new_grant, new_key, service, signed

__all__ = ["broker", "database", "log", "module_broker", "module_log", "module_world", "provider", "world"]
pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.6"), pytest.mark.xdist_group("signs")]
COMMUNES = "/api/data/administrative-units/v1/communes"
REPORTS = "/api/data/administrative-units/v1/reports"
_numbers = itertools.count(100)


class Caller:
    """One key of system 1, and what it calls."""

    def __init__(self, live: Live, world: World, environment: str) -> None:
        self.number, self.live, self.world = next(_numbers), live, world
        self.grant = "QK-3" if environment == "live" else "QK-1"
        world.keys[self.number] = new_key(self.number, environment)
        live.reload()

    @property
    def key(self) -> str:
        return self.world.keys[self.number].access_key

    def call(self, target: str = COMMUNES, *, source: str = "", sent: bytes | None = None, **how: Any) -> int:
        """Call once, from the address *source*, with *sent* as the body instead of the one that was signed."""
        wanted = {name: how.pop(name) for name in ("grant", "purpose") if name in how}
        credentials = self.world.credentials(self.number, **{"grant": self.grant, **wanted})
        headers = signed(credentials, self.live.authority, target, **how)
        method, body = how.get("method", "GET"), how.get("body", b"")
        if not source:
            return self.live.send(target, headers, method=method, body=body if sent is None else sent).status
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.live.authority}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(("127.0.0.1", self.live.port), 10, source_address=(source, 0)) as line:
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return read_reply(line).status


@pytest.fixture
def caller(broker: Live, world: World) -> Callable[..., Caller]:
    return lambda environment="live": Caller(broker, world, environment)


def rule(detector: Detector, threshold: int, **fields: Any) -> AlertRule:
    return AlertRule(code=detector.value, detector=detector, threshold=threshold, window_minutes=5, **fields)


def seen(made: AlertRule, *, ends: timedelta = timedelta(seconds=1)) -> Found:
    """Look with *made* at the last minutes; what is there is the same however often one looks."""
    until = clock.now() + ends
    found = look(Look(made, until))
    assert look(Look(made, until)) == found
    return found


def of(found: Found, subject: str) -> Any:
    return next((item for item in found.findings if item.subject_id == subject), None)


@pytest.mark.clause("QC7.4")
def test_refusals_of_one_key(caller: Callable[..., Caller]) -> None:
    loud, near, trying = caller(), caller(), caller("sandbox")
    for _turn in range(6):
        assert loud.call(f"{COMMUNES}/none/such") == 404
        assert trying.call(f"{COMMUNES}/none/such") == 404
    for _turn in range(5):
        near.call(f"{COMMUNES}/none/such")
        assert near.call() == 200
    found = seen(rule(Detector.REFUSALS, 6))
    assert (of(found, loud.key).value, of(found, loud.key).calls) == (6, 6)
    assert of(found, near.key) is of(found, trying.key) is None
    assert of(seen(rule(Detector.REFUSALS, 6, live_only=False)), trying.key).value == 6
    assert of(seen(rule(Detector.REFUSALS, 6), ends=timedelta(minutes=10)), loud.key) is None
    assert len(of(found, loud.key).samples) == 5


def test_guessed_signatures_are_refusals_of_the_key_they_claim(broker: Live, world: World) -> None:
    number = next(_numbers)
    world.keys[number] = new_key(number, "live")
    broker.reload()
    credentials = replace(world.credentials(number, "QK-3"), secret="sk_live_" + "0" * 40)
    for _turn in range(4):
        assert broker.send(COMMUNES, signed(credentials, broker.authority, COMMUNES)).status == 401
    found = of(seen(rule(Detector.REFUSALS, 4)), credentials.access_key)
    assert (found.subject_kind, found.value) == (SubjectKind.KEY, 4)
    assert of(seen(rule(Detector.REFUSALS, 5)), credentials.access_key) is None


@pytest.mark.clause("QC5.1")
def test_calls_outside_the_scope(caller: Callable[..., Caller]) -> None:
    beyond, near = caller(), caller()
    for _turn in range(3):
        assert beyond.call(f"{COMMUNES}/1", method="DELETE") == 403
        # Wrong in another way: there is no such operation.
        near.call("/api/data/administrative-units/v1/none")
    for _turn in range(2):
        near.call(f"{COMMUNES}/1", method="DELETE")
    found = seen(rule(Detector.SCOPE, 3))
    assert of(found, beyond.key).value == 3
    assert of(found, near.key) is None


@pytest.mark.clause("QC5.3")
def test_calls_for_another_purpose(caller: Callable[..., Caller]) -> None:
    wrong, near = caller(), caller()
    for _turn in range(2):
        assert wrong.call(purpose="statistics") == 403
        assert near.call() == 200
    near.call(purpose="statistics")
    found = seen(rule(Detector.PURPOSE, 2))
    assert of(found, wrong.key).value == 2
    assert of(found, near.key) is None


@pytest.mark.clause("QC5.2")
def test_bodies_that_do_not_match_their_digest(caller: Callable[..., Caller]) -> None:
    altered, near = caller(), caller()
    for _turn in range(3):
        assert altered.call(REPORTS, method="POST", body=b'{"a":1}', sent=b'{"a":2}') == 400
        assert near.call(REPORTS, method="POST", body=b'{"a":1}') == 200
    near.call(REPORTS, method="POST", body=b'{"a":1}', sent=b'{"a":2}')
    found = seen(rule(Detector.DIGEST, 3))
    assert of(found, altered.key).value == 3
    assert of(found, near.key) is None


def test_a_key_at_an_address_where_nobody_saw_it(caller: Callable[..., Caller]) -> None:
    moved, fresh, refused_there = caller(), caller(), caller()
    for one in (moved, refused_there):
        assert one.call() == 200
    count_use()
    # The first address of a key is not new; nor is one from which nothing was admitted.
    assert fresh.call(source="127.0.0.9") == 200
    assert moved.call(source="127.0.0.2") == 200
    assert refused_there.call(purpose="statistics", source="127.0.0.3") == 403
    assert moved.call() == 200
    count_use()
    found = seen(rule(Detector.NEW_ADDRESS, 1))
    assert "127.0.0.2" in of(found, moved.key).summary
    assert of(found, fresh.key) is of(found, refused_there.key) is None
    assert of(seen(rule(Detector.NEW_ADDRESS, 2)), moved.key) is None
    assert of(seen(rule(Detector.NEW_ADDRESS, 1), ends=timedelta(minutes=10)), moved.key) is None


def test_use_outside_the_ordinary_hours(caller: Callable[..., Caller], world: World) -> None:
    night = caller()
    world.keys[night.number] = replace(world.keys[night.number], system_id=1, system_code="HT-DEM")
    night.live.reload()
    for _turn in range(4):
        assert night.call() == 200
        night.call(purpose="statistics")
    minute = minute_of_week(clock.now())
    # Ordinary hours that end well before now, and such that hold the last minutes.
    later = [((minute + 60) % (7 * DAY), (minute + 60) % (7 * DAY) + 1)]
    around = [(max(minute - 5, 0), min(minute + 2, 7 * DAY))]
    outside, inside = ({"hours": spans_of(tuple(week))} for week in (later, around))
    assert of(seen(rule(Detector.OFF_HOURS, 4, **outside)), "HT-DEM").value == 4
    assert of(seen(rule(Detector.OFF_HOURS, 5, **outside)), "HT-DEM") is None
    assert of(seen(rule(Detector.OFF_HOURS, 1, **inside)), "HT-DEM") is None
    assert seen(rule(Detector.OFF_HOURS, 1)) == Found()


@pytest.fixture
def wells(broker: Live, world: World, provider: Provider) -> Callable[[str], tuple[str, str]]:
    """Make a service of its own that system 1 may call; returns its address and its grant."""

    def make(code: str) -> tuple[str, str]:
        number = next(_numbers)
        upstreams = (UpstreamRow(number, provider.url, 1),)
        changes: dict[str, Any] = {"service_id": SERVICE_ID + number, "code": code, "upstreams": upstreams}
        world.services[code] = service(provider.url, "live", **changes)
        made = new_grant(number, add_gate(), service_id=SERVICE_ID + number, environment="live")
        world.grants[made.code] = made
        broker.reload()
        return f"/api/data/{code}/v1/communes", made.code

    return make


@pytest.mark.clause("QC7.5")
def test_a_service_whose_calls_fail(
    caller: Callable[..., Caller], wells: Callable[[str], tuple[str, str]], provider: Provider
) -> None:
    one, (bad, bad_grant), (rare, rare_grant), (good, good_grant) = caller(), *map(wells, ("bad", "rare", "good"))
    provider.answers[b"/communes"] = reply(b"{}", status="500 Oh")
    for _turn in range(4):
        assert one.call(bad, grant=bad_grant) == 502
    for _turn in range(2):
        one.call(rare, grant=rare_grant)
    one.call(good, grant=good_grant)
    provider.reset()
    for _turn in range(4):
        assert one.call(good, grant=good_grant) == 200
        one.call(bad, grant=bad_grant)
        # The caller's own errors are not the provider's.
        one.call(good, grant=good_grant, purpose="statistics")
    found = seen(rule(Detector.ERROR_RATIO, 50, least=3))
    assert (of(found, "bad").value, of(found, "bad").calls) == (50, 8)
    assert of(found, "rare") is of(found, "good") is None
    assert of(seen(rule(Detector.ERROR_RATIO, 20, least=3)), "good").value == 20
    assert of(seen(rule(Detector.ERROR_RATIO, 51, least=3)), "bad") is None


@pytest.mark.clause("Q50-7.3")
def test_a_service_that_answers_too_late(
    caller: Callable[..., Caller], wells: Callable[[str], tuple[str, str]], provider: Provider
) -> None:
    one, (late, late_grant), (near, near_grant) = caller(), *map(wells, ("late", "near"))

    def after(seconds: float) -> Any:
        async def answer(reader: Any, writer: Any) -> None:
            await asyncio.sleep(seconds)
            writer.write(reply(JSON))

        return answer

    provider.answers[b"/communes"] = after(1.1)
    assert [one.call(late, grant=late_grant) for _turn in range(2)] == [200, 200]
    assert one.call(near, grant=near_grant) == 200
    provider.answers[b"/communes"] = after(0.7)
    assert one.call(near, grant=near_grant) == 200
    found = seen(rule(Detector.SLOW, 1, least=2))
    assert (of(found, "late").calls, of(found, "near")) == (2, None)
    assert 1 < of(found, "late").value < 2


def test_what_is_found_is_bounded_and_counted(caller: Callable[..., Caller]) -> None:
    for _turn in range(2):
        caller().call(f"{COMMUNES}/none/such")
    now = clock.now()
    span = Span(now - timedelta(minutes=5), now)
    whole = refused(span, threshold=1)
    assert whole.total == len(whole.groups) >= 2
    assert MOST == 200
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("audit.selectors.signs.MOST", 1)
        cut = refused(span, threshold=1)
    assert (cut.total, cut.groups) == (whole.total, whole.groups[:1])

"""What callers are told of their limits."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from broker.allowance import until_midnight
from core import clock
from core.hours import spans_of
from tests.broker.conftest import Log
from tests.broker.limiting import COMMUNES, bind, call, outside_now
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db


def test_every_admitted_answer_says_what_is_left(broker: Live, provider: Provider, world: World, log: Log) -> None:
    bind(broker, world, rate_per_second=20, rate_per_minute=100, daily_quota=100_000)
    answers = [call(broker, world) for _ in range(2)]
    policies = {answer.header("ratelimit-policy") for answer in answers}
    assert policies == {'"day";q=100000;w=86400, "minute";q=100;w=60, "second";q=20;w=1'}
    assert '"minute";r=99;t=60' in answers[0].header("ratelimit")
    left = [int(answer.header("ratelimit").split(";")[1].removeprefix("r=")) for answer in answers]
    assert left[0] - left[1] == 1
    assert left[1] == 100_000 - log.used(world.grants["QK-1"].gate_id)
    assert '"minute";r=98;t=60' in answers[1].header("ratelimit")
    assert '"second";r=1' in answers[0].header("ratelimit")
    provider.answers[b"/communes"] = reply(b"{}", status="503 Unavailable")
    assert '"minute";r=97;t=60' in call(broker, world).header("ratelimit")


def test_who_is_not_known_is_told_nothing(broker: Live, provider: Provider, world: World) -> None:
    bind(broker, world, rate_per_second=20)
    answer = broker.send(COMMUNES, {"X-LGSP-Grant": "QK-1"})
    assert (answer.status, answer.header("ratelimit"), answer.header("ratelimit-policy")) == (401, "", "")
    assert provider.received == []


def test_the_ping_tells_hours_rates_and_calls_at_once(broker: Live, world: World) -> None:
    week = outside_now()
    bind(broker, world, hours=week, rate_per_second=20)
    target = "/api/data/-/ping"
    held = replace(world.credentials(), grant="-", purpose="-")
    told = broker.send(target, signed(held, broker.authority, target)).json
    grant = next(item for item in told["grants"] if item["grant"] == "QK-1")
    assert (grant["hours"], grant["rate_per_second"], grant["rate_per_minute"]) == (spans_of(week), 20, None)
    assert told["calls_at_once"] == 50


def test_a_used_up_day_begins_again_at_midnight(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Quota 100 used up; when the gate's day is over the next call is the first of a new one."""
    bind(broker, world, daily_quota=100)
    gate = world.grants["QK-1"].gate_id
    log.execute(
        "update audit_gate set lim = 100, used = 100, day = (now() at time zone 'Asia/Ho_Chi_Minh')::date"
        " where gate_id = %s",
        gate,
    )
    try:
        answer = call(broker, world)
        assert (answer.status, answer.code) == (429, "quota-exceeded")
        seconds = int(answer.header("retry-after"))
        midnight = clock.start_of(clock.today(), after=True)
        assert abs((midnight - clock.now()).total_seconds() - seconds) <= 2
        assert answer.header("ratelimit").startswith(f'"day";r=0;t={seconds}')
        assert provider.received == []
        log.execute("update audit_gate set day = day - 1 where gate_id = %s", gate)
        assert call(broker, world).status == 200
        assert log.used(gate) == 1
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", gate)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-29T16:59:59+00:00", 1),
        ("2026-11-29T17:00:00+00:00", 86_400),
        ("2026-11-29T16:59:59.999+00:00", 1),
        ("2026-11-30T00:00:00+07:00", 86_400),
        ("2026-02-28T12:00:00+07:00", 43_200),
    ],
)
def test_the_day_ends_at_vietnamese_midnight(text: str, seconds: int) -> None:
    at = datetime.fromisoformat(text)
    assert until_midnight(int(at.timestamp())) == seconds
    over = at + timedelta(seconds=seconds)
    assert over.astimezone(clock.VIETNAM).date() > at.astimezone(clock.VIETNAM).date()

"""Hours, rates, totals, and what callers are told of them."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from broker.allowance import until_midnight
from broker.limits import Running
from broker.problems import Refusal
from broker.rates import MOST_METERS, Rates, Window
from broker.sharing import Sharing
from core import clock
from core.hours import WEEK, minute_of_week, next_opening, said, spans_of
from tests.broker.conftest import Log, make_app
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, new_grant, new_key, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"


def call(broker: Live, world: World, key: int = 1, grant: str = "QK-1") -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(key, grant), broker.authority, COMMUNES))


def together(number: int, make: Callable[[], Reply], threads: int = 25) -> list[Reply]:
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(make) for _ in range(number)]]


def bind(broker: Live, world: World, **changes: Any) -> None:
    """Give grant 1 other bounds, and nothing counted so far."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], **changes)
    broker.reload()
    broker.app.engine.rates._meters.clear()


def outside_now() -> tuple[tuple[int, int], ...]:
    """Return a week that is closed now and for two minutes to come, and opens within the hour."""
    begin = (minute_of_week(clock.now()) + 30) % WEEK
    return ((begin, begin + 20),) if begin + 20 <= WEEK else ((0, 20),)


# Hours


@pytest.mark.clause("QC4.6", "QC11.3")
def test_a_call_outside_the_hours(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Refused with the hours and the next opening, in both languages; nothing is sent on or counted."""
    week = outside_now()
    bind(broker, world, hours=week)
    gate = world.grants["QK-1"].gate_id
    used = log.used(gate)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (403, "outside-hours")
    opens = datetime.fromisoformat(answer.json["next_opening"])
    assert opens == next_opening(week, clock.now())
    assert "; ".join(said(spans_of(week))) in answer.json["detail"]
    row = log.call(answer.header("x-request-id"))
    assert 0 <= int(answer.header("retry-after")) - (opens - row["received_at"]).total_seconds() <= 1
    assert (row["verdict"], row["status"], row["reason"], row["side"]) == ("X", 403, "outside-hours", "consumer")
    assert (provider.received, log.used(gate)) == ([], used)
    headers = signed(world.credentials(), broker.authority, COMMUNES) | {"Accept-Language": "en"}
    english = broker.send(COMMUNES, headers).json["detail"]
    assert "; ".join(said(spans_of(week), english=True)) in english


def test_who_cannot_sign_is_not_told_of_hours(broker: Live, provider: Provider, world: World) -> None:
    bind(broker, world, hours=outside_now())
    headers = signed(world.credentials(), broker.authority, COMMUNES) | {"X-LGSP-Purpose": "other"}
    answer = broker.send(COMMUNES, headers)
    assert (answer.status, answer.code, answer.header("retry-after")) == (401, "signature-invalid", "")
    assert "next_opening" not in answer.json
    other = call(broker, world, 2, "QK-1")
    assert (other.status, other.code) == (403, "grant-missing")
    assert provider.received == []


def test_inside_its_hours_a_grant_is_as_any_other(broker: Live, provider: Provider, world: World) -> None:
    minute = minute_of_week(clock.now())
    bind(broker, world, hours=((max(minute - 5, 0), min(minute + 5, WEEK)),))
    assert call(broker, world).status == 200


def test_no_opening_is_promised_after_the_last_day(broker: Live, provider: Provider, world: World) -> None:
    tomorrow = clock.local_now() + timedelta(days=1)
    begin = tomorrow.weekday() * 1440
    bind(broker, world, hours=((begin, begin + 60),), valid_to=clock.today())
    answer = call(broker, world)
    assert (answer.status, answer.code, answer.header("retry-after")) == (403, "outside-hours", "")
    assert "next_opening" not in answer.json
    assert provider.received == []


@pytest.mark.clause("QC8.3")
def test_hours_narrowed_under_load_admit_nobody_after_the_commit(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """The deed bumps the gate: what was judged by the old hours gets verdict S, is judged again, and refused."""
    bind(broker, world)
    gate, kept = world.grants["QK-1"].gate_id, world.grants["QK-1"]
    stop, answers = threading.Event(), list[Reply]()

    def go_on() -> None:
        while not stop.is_set():
            answers.append(call(broker, world))

    workers = [threading.Thread(target=go_on) for _ in range(8)]
    for worker in workers:
        worker.start()
    while len(answers) < 40:
        time.sleep(0.01)
    world.grants["QK-1"] = replace(kept, hours=outside_now(), gate_version=kept.gate_version + 1)
    log.execute("update audit_gate set version = version + 1 where gate_id = %s", gate)
    committed, before = datetime.now(UTC), len(answers)
    while len(answers) < before + 60:
        time.sleep(0.01)
    stop.set()
    for worker in workers:
        worker.join()
    assert {answer.status for answer in answers} == {200, 403}
    late = log.rows(
        "select count(*) as n from audit_intent where gate_id = %s and verdict = 'A' and admitted_at > %s",
        gate,
        committed,
    )
    assert late[0]["n"] == 0
    assert {answer.code for answer in answers[before + 8 :]} == {"outside-hours"}
    log.execute("update audit_gate set version = 1 where gate_id = %s", gate)


# Rates


@pytest.mark.clause("QC11.3")
def test_calls_a_minute_are_counted_one_by_one(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """500 calls by 25 threads against 100 a minute: 100 pass; the others reach neither the provider nor the quota."""
    bind(broker, world, rate_per_minute=100, daily_quota=100_000)
    gate = world.grants["QK-1"].gate_id
    used, begun = log.used(gate), time.monotonic()
    answers = together(500, lambda: call(broker, world))
    assert time.monotonic() - begun < 50
    assert Counter(answer.status for answer in answers) == {200: 100, 429: 400}
    assert (len(provider.received), log.used(gate) - used) == (100, 100)
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.code for answer in refused} == {"rate-exceeded"}
    waits = [int(answer.header("retry-after")) for answer in refused]
    assert min(waits) >= 1
    assert max(waits) <= 60
    row = log.call(refused[-1].header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("X", 429, "rate-exceeded")
    assert '"minute";r=0;t=60' in refused[-1].header("ratelimit")
    assert call(broker, world, 2, "QK-2").status == 200


def test_who_waits_as_told_is_let_in(broker: Live, provider: Provider, world: World) -> None:
    """``Retry-After`` is right to the second, for calls a second too."""
    bind(broker, world, rate_per_second=5)
    answers = [call(broker, world) for _ in range(5)]
    assert {answer.status for answer in answers} == {200}
    refused = call(broker, world)
    assert (refused.status, refused.code, refused.header("retry-after")) == (429, "rate-exceeded", "1")
    time.sleep(int(refused.header("retry-after")))
    assert call(broker, world).status == 200


def test_a_refused_call_does_not_count(broker: Live, provider: Provider, world: World) -> None:
    bind(broker, world, rate_per_minute=2)
    denied = broker.send(COMMUNES, signed(world.credentials(1, "QK-1", "other"), broker.authority, COMMUNES))
    assert (denied.status, denied.code) == (403, "purpose-not-granted")
    assert [call(broker, world).status for _ in range(4)] == [200, 200, 429, 429]
    assert len(provider.received) == 2


@pytest.mark.parametrize("gap", [0.0003, 0.004, 0.0097, 0.0106, 0.05])
def test_no_window_wherever_it_begins_holds_more_than_the_limit(gap: float) -> None:
    """Bursts after pauses and steady calls for 40 seconds against 100 a second."""
    window, at, passed, refused = Window(1), 1000.0, list[float](), 0
    for step in range(int(40 / max(gap, 0.002))):
        at += gap if step % 400 else 0.69
        if window.used(at) < 100:
            window.add(1, at)
            passed.append(at)
        else:
            refused += 1
    first = 0
    for last, moment in enumerate(passed):
        while moment - passed[first] >= 1:
            first += 1
        assert last - first + 1 <= 100
    assert (refused == 0) is (gap >= 0.0106)


def test_who_keeps_asking_gets_nearly_all_of_the_limit() -> None:
    """200 a second against 100: at least 95 a second pass, whatever is refused between them."""
    window, passed = Window(1), 0
    for step in range(200 * 20):
        if window.used(step / 200) < 100:
            window.add(1, step / 200)
            passed += 1
    assert 95 * 20 <= passed <= 100 * 21


def test_the_wait_told_is_the_wait_needed() -> None:
    window, at = Window(60), 5000.0
    for _ in range(30):
        window.used(at)
        window.add(1, at)
        at += 0.5
    assert window.used(at) == 30
    wait = window.wait(30, at)
    assert 40 < wait < 50
    assert window.used(at + wait - 0.01) == 30
    assert window.used(at + wait + 0.01) < 30
    assert window.used(at + 200) == 0


def test_memory_is_bounded_and_busy_grants_stay() -> None:
    rates, busy = Rates(), new_grant(0, 1, rate_per_minute=5)
    for at in range(5):
        assert rates.take(busy, float(at)) == 0
    for number in range(1, MOST_METERS):
        rates.take(new_grant(number, 1, rate_per_second=1), -1000.0)
    rates.take(new_grant(MOST_METERS, 1, rate_per_second=1), 6.0)
    assert len(rates._meters) <= 2
    assert rates.take(busy, 7.0) > 0


# The key, and the provider


def test_a_key_runs_as_many_calls_as_its_own_figure(broker: Live, provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], calls_at_once=2)
    bind(broker, world)
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(call, broker, world) for _ in range(2)]
        assert entered.acquire(timeout=10)
        assert entered.acquire(timeout=10)
        answer = call(broker, world)
        assert (answer.status, answer.code) == (429, "concurrency-exceeded")
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}


def test_a_source_system_gets_no_more_calls_at_once_than_it_bears(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], calls_at_once=1, timeout_ms=20_000)
    bind(broker, world)
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call, broker, world)
        assert entered.acquire(timeout=10)
        answer = call(broker, world, 2, "QK-2")
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "provider-busy", "1")
        assert log.call(answer.header("x-request-id"))["verdict"] == "X"
        provider.loop.call_soon_threadsafe(go.set)
        assert running.result().status == 200
    provider.reset()
    assert call(broker, world).status == 200
    assert not broker.app.engine.running.services


# What callers are told


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
    assert until_midnight(at) == seconds
    over = at + timedelta(seconds=seconds)
    assert over.astimezone(clock.VIETNAM).date() > at.astimezone(clock.VIETNAM).date()


# The provider's total


def give_total(broker: Live, world: World, log: Log, limit: int) -> int:
    """Let the service's provider serve *limit* calls a day; return the gate."""
    gate: int = log.rows("insert into audit_gate (lim) values (%s) returning gate_id", limit)[0]["gate_id"]
    world.services["sandbox"] = replace(world.services["sandbox"], total_gate_id=gate)
    broker.reload()
    return gate


def test_the_call_after_the_providers_total(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """All consumers count together; what the total refuses is not sent on and leaves the quota as it was."""
    total = give_total(broker, world, log, 3)
    quota = world.grants["QK-1"].gate_id
    assert [call(broker, world).status for _ in range(2)] == [200, 200]
    assert call(broker, world, 2, "QK-2").status == 200
    used, received = log.used(quota), len(provider.received)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (429, "provider-total-exceeded")
    assert answer.json["side"] == "provider"
    midnight = clock.start_of(clock.today(), after=True)
    assert abs((midnight - clock.now()).total_seconds() - int(answer.header("retry-after"))) <= 5
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["reason"], row["total_gate_id"]) == ("T", "provider-total-exceeded", total)
    assert (log.used(quota), log.used(total), len(provider.received)) == (used, 3, received)
    log.execute("update audit_gate set day = day - 1 where gate_id = %s", total)
    assert call(broker, world).status == 200
    assert log.used(total) == 1


def test_what_the_quota_refuses_leaves_the_total(broker: Live, provider: Provider, world: World, log: Log) -> None:
    total, quota = give_total(broker, world, log, 100), world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used where gate_id = %s", quota)
    try:
        assert call(broker, world).code == "quota-exceeded"
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", quota)
    assert (log.used(total), provider.received) == (0, [])


def test_the_total_is_exact_under_parallel_calls(broker: Live, provider: Provider, world: World, log: Log) -> None:
    total = give_total(broker, world, log, 20)
    turn = iter(range(1, 61))
    answers = together(60, lambda: call(broker, world, *((1, "QK-1") if next(turn) % 2 else (2, "QK-2"))))
    assert Counter(answer.status for answer in answers) == {200: 20, 429: 40}
    assert (log.used(total), len(provider.received)) == (20, 20)


def test_the_live_environment_has_a_gate_of_its_own(broker: Live, world: World, log: Log) -> None:
    give_total(broker, world, log, 5)
    services = broker.app.engine.policy.current().services
    assert services["administrative-units", "v1", "live"].row.total_gate_id == 0


# Several workers


@pytest.fixture
def two(database: str, provider: Provider, world: World) -> Any:
    """Two brokers over one world that tell each other through the cache."""
    provider.reset()
    lives = []
    for _ in range(2):
        app = make_app(database, world)
        app.engine.sharing = Sharing(settings.CACHES["default"]["LOCATION"], f"{database}-two")
        lives.append(Live(app).start())
        lives[-1].reload()
    time.sleep(0.5)
    yield lives
    for live in lives:
        live.stop()


def test_two_workers_together_come_near_the_limit(two: list[Live], provider: Provider, world: World) -> None:
    """600 calls by turns to two workers against 100 a minute; alone each would let 100 through."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], rate_per_minute=100)
    for live in two:
        live.reload()
    turn = iter(range(600))
    answers = together(600, lambda: call(two[next(turn) % 2], world), threads=8)
    admitted = sum(answer.status == 200 for answer in answers)
    assert {answer.status for answer in answers} == {200, 429}
    assert 100 <= admitted <= 130, admitted


def test_a_key_is_counted_over_both_workers(two: list[Live], provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], calls_at_once=4)
    for live in two:
        live.reload()
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, two[number // 3], world) for number in range(4)]
        for _ in range(4):
            assert entered.acquire(timeout=10)
        time.sleep(0.6)
        # Three run here and one there: all of the key's, here as there beyond the share of either.
        assert call(two[0], world).code == "concurrency-exceeded"
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}


def test_without_the_cache_each_worker_goes_by_its_own_limit(database: str, provider: Provider, world: World) -> None:
    """N37: nothing breaks and nothing waits; the limit of a worker holds."""
    provider.reset()
    world.grants["QK-1"] = replace(world.grants["QK-1"], rate_per_minute=5)
    app = make_app(database, world)
    app.engine.sharing = Sharing("redis://127.0.0.1:9/0", f"{database}-none")
    live = Live(app).start()
    try:
        live.reload()
        time.sleep(0.3)
        begun = time.monotonic()
        answers = [call(live, world) for _ in range(8)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 3
        assert time.monotonic() - begun < 5
    finally:
        live.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"w":"x","g":[[1,-5]],"k":[]}',
        b'{"w":"x","g":[[1,9999999]],"k":[]}',
        b'{"w":"x","g":[1],"k":[]}',
    ],
)
def test_what_is_no_advice_is_dropped(data: bytes) -> None:
    sharing = Sharing("redis://127.0.0.1:9/0", "x")
    sharing._rates, sharing._running = Rates(), Running()
    sharing.hear(data, 1.0)
    assert not sharing._rates._meters
    assert not sharing._running.elsewhere


def test_advice_of_the_silent_ends() -> None:
    sharing = Sharing("redis://127.0.0.1:9/0", "x")
    sharing._rates, sharing._running = Rates(), Running()
    sharing.hear(b'{"w":"other","g":[],"k":[[1,40]]}', 10.0)
    assert (sharing._running.elsewhere, sharing._running.workers) == ({1: 40}, 2)
    key = new_key(1)
    for _ in range(25):
        sharing._running.enter(key)
    with pytest.raises(Refusal):
        sharing._running.enter(key)
    sharing.forget(11.5)
    sharing._running.enter(key)

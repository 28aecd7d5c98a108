"""Hours of a grant: judged, told, narrowed under load."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from core.hours import WEEK, minute_of_week, next_opening, said, spans_of
from tests.broker.conftest import Log
from tests.broker.limiting import COMMUNES, bind, call, outside_now
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db


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
    # Each of the eight had one call under way at most when the hours changed.
    told = [answer.code if answer.status == 403 else "" for answer in answers[before:]]
    assert set(told) <= {"", "outside-hours"}
    assert told.count("") <= len(workers)
    log.execute("update audit_gate set version = 1 where gate_id = %s", gate)

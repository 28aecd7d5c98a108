"""Sums of the call log: exact against an independent count, whatever comes late and however often they are made."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from audit.rollup_shape import BOUNDS, BRIEF, BRIEF_BY, DAY, HOUR, KEYS, MINUTE, SUMS
from audit.selectors.rollups import CallSums, day_counts, quantile, summed_until, sums, sums_by
from audit.services import rollups
from core import clock

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC7.5", "QC14.5")]
_MAC = b"\x00" * 32
Call = dict[str, Any]
# The second before midnight in Vietnam and the first after, and both ends of an hour.
EDGES = ("2026-11-14T16:59:59.999999+00:00", "2026-11-14T17:00:00+00:00", "2026-11-15T01:59:59.9+00:00")


def made_up(seed: int, count: int) -> list[Call]:
    """Return calls over three days: of few systems and services, ended in every way, some without an end."""
    draw = random.Random(seed)
    begin = datetime.fromisoformat("2026-11-13T17:00:00+00:00")
    moments = [datetime.fromisoformat(edge) for edge in EDGES]
    moments += [
        begin + timedelta(microseconds=draw.randrange(3 * 86_400_000_000)) for _ in range(count - len(moments))
    ]
    return [_call(draw, moment, n) for n, moment in enumerate(moments, start=1)]


def _call(draw: random.Random, moment: datetime, n: int) -> Call:
    system = draw.randrange(1, 5)
    verdict = draw.choice("AAAAAARXQ")
    status = draw.choice([200, 200, 204, 400, 502, 504, None]) if verdict == "A" else draw.choice([403, 429, None])
    side = "" if status in (200, 204, None) else "provider" if status > 500 else "consumer"
    return {
        "call_id": uuid4(),
        "n": n,
        "received_at": moment,
        "environment": draw.choice(["live", "live", "sandbox"]),
        "service": draw.choice(["communes", "land"]),
        "system_id": system,
        "agency_id": system % 2,
        "purpose": draw.choice(["administrative-procedures", "statistics"]),
        "verdict": verdict,
        "calls": draw.choice([1, 1, 1, 40]) if verdict == "X" else 1,
        "status": status,
        "side": side,
        "reason": "" if not side else "provider-timeout" if side == "provider" else "quota-exceeded",
        "total_ms": draw.choice([1, 50, 51, 299, 1000, 8_000, 30_000, 30_001]),
    }


def log(calls: Iterable[Call], *, ends: bool = True, begins: bool = True) -> None:
    """Write intents and outcomes as the broker's chains 1 and 2 would hold them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac) values"
            " (1, 'open', 'intent', now(), 'kiểm thử', 'kiểm thử', 2, '', ''),"
            " (2, 'open', 'outcome', now(), 'kiểm thử', 'kiểm thử', 2, '', '') on conflict (seq) do nothing"
        )
        for call in calls:
            if begins:
                _insert(cursor, "audit_intent", _intent(call))
            if ends and call["status"] is not None:
                _insert(cursor, "audit_outcome", _outcome(call))


def _intent(call: Call) -> Call:
    texts = {"system_code": f"HT-{call['system_id']}", "agency_code": f"H60.{call['agency_id']}"}
    rest = dict.fromkeys(("method", "version", "operation", "access_key", "grant_code", "address"), "")
    numbers = {"key_id": 1, "provider_id": 9, "gate_id": 1, "gate_version": 1, "request_bytes": 3, "epoch": 1}
    blobs = dict.fromkeys(("body_digest", "query_digest", "nonce", "prev_mac", "row_mac"), _MAC)
    flags = {"owned": False, "refused": call["verdict"] == "X", "provider_code": "H60.9"}
    own = {name: value for name, value in call.items() if name not in ("status", "side", "reason", "total_ms")}
    return {**own, **texts, **rest, **numbers, **blobs, **flags, "admitted_at": call["received_at"]}


def _outcome(call: Call) -> Call:
    own = {
        name: call[name] for name in ("call_id", "n", "received_at", "status", "side", "reason", "total_ms", "verdict")
    }
    moments = {"finished_at": call["received_at"], "admitted_at": call["received_at"]}
    numbers = {"upstream_id": 1, "upstream_status": 200, "response_bytes": 10, "upstream_ms": 5, "fields_dropped": 2}
    places = {"stage": "F", "intent_epoch": 1, "intent_n": call["n"], "epoch": 2, "earlier": b""}
    return {**own, **moments, **numbers, **places, "prev_mac": _MAC, "row_mac": _MAC}


def _insert(cursor: Any, table: str, row: Call) -> None:
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    cursor.execute(f"insert into {table} ({names}) values ({places})", list(row.values()))


def counted(calls: Iterable[Call], *by: str) -> dict[tuple[Any, ...], CallSums]:
    """Count *calls* one by one, with nothing of the product but the shape of the answer."""
    groups: defaultdict[tuple[Any, ...], list[Call]] = defaultdict(list)
    for call in calls:
        if call["verdict"] != "S" or call["status"] is not None:
            groups[tuple(call[name] for name in by)].append(call)
    return {key: _figures(group) for key, group in groups.items()}


def _figures(group: list[Call]) -> CallSums:
    total: Counter[str] = Counter()
    times: list[int] = []
    for call in group:
        n, ended = call["calls"], call["status"] is not None
        total["calls"] += n
        total["success"] += n if ended and call["status"] < 300 else 0
        total["refused"] += n if call["verdict"] != "A" else 0
        total[call["side"] or "" if ended else "unfinished"] += n
        total["fields_dropped"] += 2 if ended else 0
        times += [call["total_ms"]] * n if ended else []
    total.pop("", None)
    within = [sum(time <= bound for time in times) for bound in BOUNDS]
    return CallSums(
        **total,
        over_30_s=sum(time > 30_000 for time in times),
        mean_ms=round(sum(times) / len(times), 1) if times else None,
        p50_ms=quantile(within, len(times), 0.5),
        p95_ms=quantile(within, len(times), 0.95),
    )


SINCE = datetime.fromisoformat("2026-11-14T00:00:00+07:00")
UNTIL = SINCE + timedelta(days=4)


def assert_exact(calls: list[Call]) -> None:
    """Compare every grain and key with the independent count."""
    for by in ([], ["service"], ["agency_id", "purpose"], ["environment", "system_id"]):
        assert sums(since=SINCE, until=UNTIL, by=by) == counted(calls, *by)
    days = sums(since=SINCE, until=UNTIL, grain="day")
    hours = sums(since=SINCE, until=UNTIL, grain="hour", by=["service"])
    told = [{**call, "day": _floor(call, "day"), "hour": _floor(call, "hour")} for call in calls]
    assert days == counted(told, "day")
    assert hours == counted(told, "hour", "service")
    in_brief = [{**call, "agency_code": f"H60.{call['agency_id']}"} for call in told if call["environment"] == "live"]
    for kind in BRIEF_BY:
        wanted = counted(in_brief, "day" if kind == "begins" else kind)
        assert day_counts(since=SINCE, until=UNTIL, environment="live", by=kind) == {
            key: CallSums(calls=found.calls, success=found.success) for (key,), found in wanted.items()
        }
    live = [call for call in calls if call["environment"] == "live" and call["service"] == "land"]
    assert sums(since=SINCE, until=UNTIL, environment="live", service=["land"]) == (counted(live) or {(): CallSums()})


def _floor(call: Call, grain: str) -> datetime:
    local = call["received_at"].astimezone(clock.VIETNAM).replace(minute=0, second=0, microsecond=0)
    return local.replace(hour=0) if grain == "day" else local


@pytest.mark.clause("QC6.5")
@pytest.mark.parametrize("seed", [1, 2])
def test_sums_are_exact_with_late_rows_and_edges_of_days(seed: int) -> None:
    calls = made_up(seed, 160)
    early, late = calls[:100], calls[100:]
    log(early)
    assert rollups.roll_up() > 0
    assert_exact(early)
    # Intents whose end is not known yet, then their ends, then calls of days long summed.
    log(late, ends=False)
    rollups.roll_up()
    assert_exact([*early, *({**call, "status": None, "side": ""} for call in late)])
    log(late, begins=False)
    rollups.roll_up()
    assert_exact(calls)
    assert rollups.roll_up() == 0
    assert_exact(calls)
    assert summed_until() is not None


def test_minutes_stand_for_two_days_and_give_the_same_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.fromisoformat("2026-11-16T20:10:00+07:00")
    monkeypatch.setattr(clock, "now", lambda: now)
    calls = made_up(3, 120)
    log(calls)
    rollups.roll_up()
    assert_exact(calls)
    recent = [call for call in calls if call["received_at"] >= now - timedelta(hours=46)]
    minutes = sums(since=now - timedelta(hours=46), until=UNTIL, grain="minute")
    assert sum(found.calls for found in minutes.values()) == sum(call["calls"] for call in recent)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    rollups.roll_up()
    assert sums(since=SINCE, until=UNTIL, grain="minute") == {}
    assert_exact(calls)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("14T23:10", "16T00:00"),
        ("15T00:00", "16T19:07"),
        ("15T22:31", "16T01:02"),
        ("16T10:05", "16T10:06"),
        ("16T10:05", "16T10:05"),
        ("15T21:00", "15T23:00"),
        ("14T03:17:20", "14T11:30:10"),
        ("14T06:59:59.999999", "16T10:05:31.5"),
        ("16T10:05:02", "16T10:05:31.5"),
    ],
)
def test_a_span_that_begins_or_ends_inside_an_hour_is_exact(
    monkeypatch: pytest.MonkeyPatch, first: str, last: str
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2026-11-16T20:10:00+07:00"))
    calls = made_up(8, 150)
    log(calls)
    rollups.roll_up()
    since, until = (datetime.fromisoformat(f"2026-11-{moment}+07:00") for moment in (first, last))
    inside = [call for call in calls if since <= call["received_at"] < until]
    assert sums(since=since, until=until, by=["service"]) == counted(inside, "service")


def test_what_was_tampered_with_or_lost_is_made_again_on_demand() -> None:
    calls = made_up(4, 80)
    log(calls)
    rollups.roll_up()
    with connection.cursor() as cursor:
        cursor.execute(f"update {DAY} set calls = calls + 1")
        cursor.execute(f"update {BRIEF} set calls = calls + 1")
        cursor.execute(f"delete from {HOUR} where system_id = 2")
    assert rollups.rebuild(since=SINCE, until=UNTIL) == sum(call["calls"] for call in calls)
    assert_exact(calls)


def test_what_is_no_longer_in_the_log_is_not_summed_to_nothing() -> None:
    log(made_up(5, 20))
    rollups.roll_up()
    before = sums(since=SINCE, until=UNTIL)
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("delete from audit_intent where received_at < %s", [SINCE + timedelta(days=1)])
    with pytest.raises(ValueError, match="14/11/2026"):
        rollups.rebuild(since=SINCE, until=UNTIL)
    assert sums(since=SINCE, until=UNTIL) == before


def test_a_run_that_is_cut_short_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = made_up(6, 60)
    log(calls)
    monkeypatch.setattr(rollups, "CHUNK", 7)
    monkeypatch.setattr(rollups, "BUDGET_SECONDS", 0.0)
    rollups.roll_up()
    assert summed_until() is None
    monkeypatch.setattr(rollups, "BUDGET_SECONDS", 40.0)
    rollups.roll_up()
    assert_exact(calls)


def test_each_span_and_key_costs_one_query(django_assert_num_queries: Any) -> None:
    log(made_up(7, 20))
    rollups.roll_up()
    with django_assert_num_queries(1):
        sums(since=SINCE, until=UNTIL, by=["service", "agency_id"])
    with pytest.raises(ValueError, match="address"):
        sums(since=SINCE, until=UNTIL, by=["address"])


def test_many_tellings_of_a_span_cost_one_query_and_say_what_each_says(django_assert_num_queries: Any) -> None:
    log(made_up(8, 200))
    rollups.roll_up()
    ways: list[tuple[str, ...]] = [(), ("service",), ("agency_id", "agency_code"), ("reason", "refused"), ("side",)]
    for since in (SINCE, SINCE + timedelta(hours=5, minutes=7, seconds=1)):
        span: dict[str, Any] = {"since": since, "until": UNTIL - timedelta(minutes=3), "environment": "live"}
        with django_assert_num_queries(1):
            found = sums_by(**span, by=ways)
        assert found == {way: sums(**span, by=way) for way in ways}
        assert len(found["service",]) > 1
    nothing = {"since": SINCE, "until": SINCE, "by": ways}
    assert sums_by(**nothing) == {way: {} if way else {(): CallSums()} for way in ways}
    with pytest.raises(ValueError, match="address"):
        sums_by(since=SINCE, until=UNTIL, by=[("address",)])


def test_tables_and_shape_name_the_same_columns() -> None:
    with connection.cursor() as cursor:
        for table in (MINUTE, HOUR, DAY):
            cursor.execute("select column_name from information_schema.columns where table_name = %s", [table])
            assert {row[0] for row in cursor.fetchall()} == {"begins", *KEYS, *SUMS}


def test_counts_of_days_are_those_of_the_sums() -> None:
    log(made_up(7, 200))
    rollups.roll_up()
    since = datetime.fromisoformat("2026-11-13T17:00:00+00:00")
    span: dict[str, Any] = {"since": since, "until": since + timedelta(days=2), "environment": "live"}
    for name in ("agency_code", "service"):
        told = sums(**span, by=[name])
        assert day_counts(**span, by=name) == {
            key: CallSums(calls=found.calls, success=found.success) for (key,), found in told.items()
        }
    days = sums(**span, grain="day")
    assert {day: one.calls for day, one in day_counts(**span, by="begins").items()} == {
        day: one.calls for (day,), one in days.items()
    }
    with pytest.raises(ValueError, match="not counted by"):
        day_counts(**span, by="reason")

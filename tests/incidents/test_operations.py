"""The operations page: how the platform stands now, from bounded reads; for SKHCN's people."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from redis.exceptions import ConnectionError as Lost

from accounts.models import User
from accounts.services.letters import send_letter
from audit.models import Recovery
from audit.selectors.now import calls_now
from audit.services.rollups import roll_up
from broker.metrics import standing
from broker.metrics.standing import workers_now
from catalog.models import DataService, Upstream
from core import clock
from core.actor import Actor
from incidents.models import Measure, Outage
from incidents.selectors.operations import operations
from incidents.web.tiles import tiles_of
from tests.catalog.conftest import draft, people, published, service
from tests.connections.call_log import log_calls
from tests.connections.use_log import open_chains
from tests.incidents.test_outages import GOOD, ended, later

__all__ = ["draft", "people", "published", "service"]


@pytest.fixture
def upstream(published: DataService) -> Upstream:
    return Upstream.objects.get(version__service=published, environment="live")


@pytest.fixture
def operator(people: Callable[..., Actor]) -> Actor:
    return people("operator", "H60.02")


def shown(actor: Actor) -> dict[str, tuple[str, str, str]]:
    """Return value, kind and hint of each tile."""
    return {tile.term: (tile.value, tile.kind, tile.hint) for tile in tiles_of(operations(actor), 10.0)}


@pytest.fixture
def called(published: DataService) -> Callable[..., None]:
    """Write calls with their intents, so many seconds ago, as a broker would have left them; sums count both."""
    open_chains()
    owner = SimpleNamespace(owner_id=published.provider_id, owner=published.provider, code="HT-1")
    purpose = SimpleNamespace(code="thu")

    def write(ago: float, count: int = 1, service: str = published.code, **fields: Any) -> None:
        known = SimpleNamespace(code=service, provider_id=published.provider_id, provider=published.provider)
        names = {"environment": "live", "service": known, "system": owner, "system_id": 1, "code": "QK", "gate_id": 1}
        grant = SimpleNamespace(**names, purpose=purpose)
        at = clock.now() - timedelta(seconds=ago)
        log_calls(grant, count=count, received_at=at, **fields)  # type: ignore[arg-type]

    return write


@pytest.fixture
def half_past() -> Iterator[datetime]:
    """Let it be thirty seconds past a minute."""
    moment = clock.now().replace(second=30, microsecond=0) - timedelta(minutes=1)
    with patch("core.clock.now", return_value=moment):
        yield moment


PROVIDER: dict[str, Any] = {"status": 502, "side": "provider", "reason": "provider-unreachable"}


@pytest.mark.clause("QC7.5", "Q50-7.3")
def test_calls_of_the_minute_and_the_hour_by_side_and_the_slowest_first(
    called: Callable[..., None], operator: Actor, published: DataService, half_past: datetime
) -> None:
    called(600, 95, total_ms=80)
    called(605, 5, total_ms=4000, **PROVIDER)
    called(900, 9, service="nobody-knows", total_ms=31_000)
    called(5000, 9, **PROVIDER)
    with later(-70):
        roll_up()
    # After the sums: the minute before, and this one.
    called(80, 3, total_ms=20_000)
    called(40, 2, status=404, side="consumer", reason="")
    found = calls_now()
    assert (found.hour, found.minute, found.late) == (114, 2, None)
    assert found.settled == half_past.replace(second=0) - timedelta(minutes=1)
    assert found.failed == {"consumer": 2, "platform": 0, "provider": 5}
    assert found.failed_minute == {"consumer": 2, "platform": 0, "provider": 0}
    paces = [(pace.service, pace.calls, pace.faults, pace.p95) for pace in found.paces]
    assert paces == [("nobody-knows", 9, 0, 30_000), (published.code, 100, 5, 100)]
    assert [(slow.version.service, slow.pace.calls) for slow in operations(operator).slowest] == [(published, 100)]
    tiles = shown(operator)
    assert tiles["Lỗi bên cung cấp"][:2] == ("5", "yours")
    assert (tiles["Lỗi bên gọi"][1], tiles["Lượt gọi"][1]) == ("live", "quiet")
    # Summed, it is the same; and an hour passes.
    roll_up()
    assert calls_now().hour == 114
    with later(3600 - 120):
        roll_up()
        assert (calls_now().hour, calls_now().minute) == (5, 0)


def test_however_far_the_sums_are_behind_a_few_minutes_of_the_log_are_read_and_the_gap_is_told(
    called: Callable[..., None], operator: Actor, half_past: datetime, django_assert_num_queries: Any
) -> None:
    called(1200, 4)
    with later(-1000):
        roll_up()
    called(600, 50)
    called(120, 2)
    with django_assert_num_queries(3):
        found = calls_now()
    assert found.hour == 6
    minute = half_past.replace(second=0)
    assert found.late == (minute - timedelta(minutes=17), minute - timedelta(minutes=5))
    value, kind, hint = shown(operator)["Lượt gọi"]
    assert (value, kind) == ("0", "yours")
    assert "vì tiến trình nền chậm" in hint
    roll_up()
    assert (calls_now().hour, calls_now().late) == (56, None)


def test_the_log_is_read_by_time_and_not_scanned(upstream: Upstream) -> None:
    ended(upstream, count=3, **GOOD)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select count(*) from audit_outcome where received_at > now() - interval '1 hour'")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "Index Cond: (received_at >" in plan


@pytest.mark.clause("Q50-15.3")
def test_each_thing_shows_its_level(upstream: Upstream, operator: Actor, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path, tmp_path / "sao-luu"
    empty = shown(operator)
    assert empty["Mất kết nối"][:2] == ("0", "live")
    assert empty["Hàng đợi công việc"][1] == "wrong"
    assert empty["Sao lưu, diễn tập"][:2] == ("Chưa sao lưu", "wrong")
    assert empty["Chính sách của bộ trung gian"][:2] == ("Không chạy", "quiet")
    settings.BACKUP_DIR.mkdir()
    with patch.object(Path, "iterdir", side_effect=PermissionError):
        assert shown(operator)["Sao lưu, diễn tập"][:2] == ("Xem tại máy chủ", "yours")
    Outage.objects.create(upstream=upstream, sign="calls", detail="x", opened_at=clock.now())
    send_letter(to="a@x.example", subject="x", body="x")
    Measure.objects.create(at=clock.now(), host="may-1", name="disk", value=91.0)
    Measure.objects.create(at=clock.now() - timedelta(hours=2), host="may-2", name="disk", value=99.0)
    now = clock.now()
    Recovery.objects.create(
        kind="drill", at=now, done_by="x", backup="b", backup_at=now, sound=True, seconds=1, detail={}
    )
    manifest = tmp_path / "sao-luu" / "lgsp-1" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text("{}")
    gauges = {
        "running_calls": 3,
        "snapshot_age_seconds": 12.5,
        "log_waiting": [["intent", 1], ["outcome", 2]],
        "draining": 0,
    }
    worker = tmp_path / "broker-8001" / "worker-1.json"
    worker.parent.mkdir()
    worker.write_bytes(orjson.dumps({"worker": "1", "gauges": gauges}))
    with later(0):
        tiles = shown(operator)
    assert tiles["Mất kết nối"][:2] == ("1", "wrong")
    assert tiles["Thư chờ gửi"][:2] == ("1", "live")
    assert tiles["Dung lượng lưu trữ đã dùng"][:2] == ("91,0%", "wrong")
    assert tiles["Sao lưu, diễn tập"][1] == "live"
    assert tiles["Chính sách của bộ trung gian"][:2] == ("12,5 giây", "wrong")
    os.utime(manifest, (0, 0))
    os.utime(worker, (0, 0))
    Recovery.objects.create(kind="restore", at=now, done_by="x", backup="b", backup_at=now, sound=True, seconds=1)
    with later(3600):
        tiles = shown(operator)
    assert tiles["Sao lưu, diễn tập"][0] == "Chờ chấp nhận"
    assert tiles["Thư chờ gửi"][1] == "wrong"
    assert workers_now(tmp_path) == []


def test_the_broker_inside_the_portals_process_says_how_old_its_policy_is(operator: Actor, tmp_path: Path) -> None:
    gauges = {"running_calls": 1, "snapshot_age_seconds": 0.4, "log_waiting": [["intent", 0]], "draining": 0}

    class Here:
        def own(self) -> dict[str, Any]:
            return {"worker": "1", "gauges": gauges}

    here = Here()
    standing.enter(here.own)
    try:
        assert [worker.in_portal for worker in workers_now(tmp_path)] == [True]
        value, kind, hint = shown(operator)["Chính sách của bộ trung gian"]
        assert (value, kind, hint[:22]) == ("0,4 giây", "live", "cùng tiến trình cổng; ")
        gauges["snapshot_age_seconds"] = float("inf")
        assert shown(operator)["Chính sách của bộ trung gian"][:2] == ("Chưa đọc được", "wrong")
    finally:
        standing.leave()
    assert workers_now(tmp_path) == []


def test_without_valkey_the_page_still_answers(operator: Actor) -> None:
    with patch("incidents.selectors.queues.Redis.from_url", side_effect=Lost):
        tiles = {tile.term: tile for tile in tiles_of(operations(operator), 10.0)}
    assert tiles["Hàng đợi công việc"].value == "Không đọc được"


def test_the_page_draws_itself_again_for_a_while_only(
    operator: Actor,
    people: Callable[..., Actor],
    signed_in: Callable[[User], Client],
    django_assert_max_num_queries: Any,
) -> None:
    client = signed_in(User.objects.get(pk=operator.user_id))
    page = client.get(reverse("operations")).content.decode()
    assert 'http-equiv="refresh"' not in page
    assert "?tu-dong=40" in page
    assert 'content="30;url=?tu-dong=0"' in client.get(reverse("operations") + "?tu-dong=1").content.decode()
    assert 'url=?tu-dong=39"' in client.get(reverse("operations") + "?tu-dong=999").content.decode()
    for odd in ("0", "-1", "x", "9999999"):
        assert 'http-equiv="refresh"' not in client.get(reverse("operations") + f"?tu-dong={odd}").content.decode()
    with django_assert_max_num_queries(45):
        client.get(reverse("operations"))
    agency = signed_in(User.objects.get(pk=people("agency_officer").user_id))
    assert agency.get(reverse("operations")).status_code in (302, 403, 404)
    assert Client().get(reverse("operations")).status_code == 302

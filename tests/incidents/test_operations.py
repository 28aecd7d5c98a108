"""The operations page: how the platform stands now, from bounded reads; for SKHCN's people."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import ConnectionError as Lost

from accounts.models import User
from accounts.services.letters import send_letter
from audit.models import Recovery
from audit.selectors.now import calls_now
from broker.metrics.standing import workers_now
from catalog.models import DataService, Upstream
from core import clock
from core.actor import Actor
from incidents.models import Measure, Outage
from incidents.selectors.operations import operations
from incidents.web.tiles import tiles_of
from tests.catalog.conftest import draft, people, published, service
from tests.incidents.test_outages import GOOD, UNREACHABLE, ended, later

__all__ = ["draft", "people", "published", "service"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def upstream(published: DataService) -> Upstream:
    return Upstream.objects.get(version__service=published, environment="live")


@pytest.fixture
def operator(people: Callable[..., Actor]) -> Actor:
    return people("operator", "H60.02")


def shown(actor: Actor) -> dict[str, tuple[str, str, str]]:
    """Return value, kind and hint of each tile."""
    return {tile.term: (tile.value, tile.kind, tile.hint) for tile in tiles_of(operations(actor), 10.0)}


@pytest.mark.clause("QC7.5", "Q50-7.3")
def test_calls_of_the_minute_and_the_hour_by_side_and_the_slowest_first(upstream: Upstream, operator: Actor) -> None:
    ended(upstream, count=95, ago=600, **GOOD, upstream_ms=80)
    ended(upstream, count=5, ago=10, **UNREACHABLE, upstream_ms=4000)
    ended(upstream, count=2, ago=20, status=404, side="consumer", reason="", upstream_id=0, upstream_status=0)
    ended(upstream, count=9, ago=5000, **UNREACHABLE)
    ended(upstream, count=3, ago=30, **GOOD, stage="S")
    found = calls_now()
    assert (found.hour, found.minute) == (102, 7)
    assert found.failed == {"consumer": 2, "platform": 0, "provider": 5}
    assert found.failed_minute == {"consumer": 2, "platform": 0, "provider": 5}
    assert [(pace.upstream_id, pace.calls, pace.faults, pace.p95) for pace in found.paces] == [
        (upstream.pk, 100, 5, 100)
    ]
    ended(upstream, ago=5, **GOOD, upstream_ms=31_000)
    ended(upstream, count=9, ago=5, **GOOD, upstream_ms=40_000, upstream_id=999)
    assert [pace.p95 for pace in calls_now().paces] == [None, 5000]
    now = operations(operator)
    assert [slow.upstream for slow in now.slowest] == [upstream]
    tiles = shown(operator)
    assert tiles["Lỗi bên cung cấp"][:2] == ("5", "yours")
    assert tiles["Lỗi bên gọi"][1] == "live"


def test_minutes_that_are_over_are_counted_once(upstream: Upstream) -> None:
    ended(upstream, count=4, ago=1200, **GOOD)
    ended(upstream, count=2, ago=1, **GOOD)
    assert calls_now().hour == 6
    with CaptureQueriesContext(connection) as asked:
        for _twice in range(2):
            assert calls_now().hour == 6
    # Twice the last minutes; what lies before is in the cache, and the hour moves on.
    assert len(asked) == 2
    ended(upstream, count=50, ago=1200, **GOOD)
    assert calls_now().hour == 6
    with later(1800):
        assert calls_now().hour == 6
    with later(2700):
        assert calls_now().hour == 2


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
    settings.DATA_DIR = tmp_path
    empty = shown(operator)
    assert empty["Mất kết nối"][:2] == ("0", "live")
    assert empty["Hàng đợi công việc"][1] == "wrong"
    assert empty["Sao lưu, diễn tập"][0] == "Xem tại máy chủ"
    assert empty["Chính sách của bộ trung gian"][1] == "quiet"
    Outage.objects.create(upstream=upstream, sign="calls", detail="x", opened_at=clock.now())
    send_letter(to="a@x.example", subject="x", body="x")
    Measure.objects.create(at=clock.now(), host="may-1", name="disk", value=91.0)
    Measure.objects.create(at=clock.now() - timedelta(hours=2), host="may-2", name="disk", value=99.0)
    now = clock.now()
    Recovery.objects.create(
        kind="drill", at=now, done_by="x", backup="b", backup_at=now, sound=True, seconds=1, detail={}
    )
    manifest = tmp_path / "backups" / "lgsp-1" / "manifest.json"
    manifest.parent.mkdir(parents=True)
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


def test_without_valkey_the_page_still_answers(operator: Actor) -> None:
    with (
        patch("audit.selectors.now.cache.get_many", side_effect=Lost),
        patch("audit.selectors.now.cache.set_many", side_effect=Lost),
        patch("incidents.selectors.queues.Redis.from_url", side_effect=Lost),
    ):
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
    cache.clear()
    with django_assert_max_num_queries(45):
        client.get(reverse("operations"))
    agency = signed_in(User.objects.get(pk=people("agency_officer").user_id))
    assert agency.get(reverse("operations")).status_code in (302, 403, 404)
    assert Client().get(reverse("operations")).status_code == 302

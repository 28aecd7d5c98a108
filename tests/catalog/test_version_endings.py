"""How a version ends: announced so many days ahead or with a reason, moved, and withdrawn on its day (ux.md C8)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notice
from accounts.services.calendar import load_calendar
from audit.models import Fact
from catalog.models import ServiceVersion
from catalog.projection import load_gone, load_services
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.version_endings import end_versions
from catalog.services.versions import create_version, deprecate_version, move_version, publish_version
from catalog.version_names import successor_among
from core import clock
from core.problems import InvalidInput
from tests.catalog.conftest import JOB
from tests.catalog.test_staff_versions import staff
from tests.connections.test_at_once import at_once

__all__ = ["staff"]

pytestmark = pytest.mark.clause("QC11.2", "QC11.8")
Drafts = Callable[..., ServiceVersion]
ROOM = "/quan-tri/catalog/serviceversion"
OPERATION = {"code": "list", "title": "Danh sách", "method": "GET", "template": "/communes", "record_path": ""}


def day(ahead: int) -> Any:
    return clock.today() + timedelta(days=ahead)


def end(version: ServiceVersion, ahead: int, **more: Any) -> ServiceVersion:
    return deprecate_version(actor=JOB, version=version, sunset_on=day(ahead), reason="Thay bằng v2", **more)


def next_version(version: ServiceVersion, name: str = "v2") -> ServiceVersion:
    """Publish a version after *version*, callable in both environments."""
    made = create_version(actor=JOB, service=version.service, name=name)
    set_operation(actor=JOB, version=made, **OPERATION, elements=[])
    for place in ("sandbox", "live"):
        set_upstream(actor=JOB, version=made, environment=place, base_url="http://10.0.0.9", place=1, timeout_ms=900)
    return publish_version(actor=JOB, version=made)


@pytest.mark.django_db
def test_an_end_is_announced_so_many_days_ahead_or_with_a_reason_that_is_kept(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    load_calendar(actor=JOB)
    facts = Fact.objects.count()
    with pytest.raises(InvalidInput) as refused:
        end(version, 89)
    assert set(refused.value.errors) == {"sunset_on", "short_notice"}
    assert f"{day(90):%d/%m/%Y}" in refused.value.errors["sunset_on"][0]
    assert (ServiceVersion.objects.get().state, Fact.objects.count()) == ("published", facts)
    end(version, 30, short_notice="Nguồn dữ liệu ngừng theo Quyết định 12/QĐ")
    fact = Fact.objects.get(deed="version.deprecated")
    assert fact.after["short_notice_reason"] == "Nguồn dữ liệu ngừng theo Quyết định 12/QĐ"
    assert "Quyết định 12/QĐ" in Client().get("/danh-muc/administrative-units/v1/ngung-cung-cap/").content.decode()


@pytest.mark.django_db
def test_a_day_may_always_move_back_and_forward_only_with_notice(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    load_calendar(actor=JOB)
    first = end(version, 100)

    def move(ahead: int, **more: Any) -> ServiceVersion:
        return move_version(actor=JOB, version=version, step="redate", reason="Chưa kịp", sunset_on=day(ahead), **more)

    for wrong in (100, 50, 0):
        with pytest.raises(InvalidInput):
            move(wrong)
    later = move(101)
    assert (later.sunset_on, later.deprecated_at) == (day(101), first.deprecated_at)
    assert later.announced_at is not None
    assert first.announced_at is not None
    assert later.announced_at > first.announced_at
    assert move(50, short_notice="Lỗ hổng bảo mật").sunset_on == day(50)
    assert move(60).short_notice_reason == ""
    resumed = move_version(actor=JOB, version=version, step="resume", reason="Còn dùng")
    assert (resumed.deprecated_at, resumed.announced_at, resumed.sunset_on) == (None, None, None)
    assert Fact.objects.filter(deed="version.redated").count() == 3


@pytest.mark.django_db
def test_on_its_day_it_is_withdrawn_with_the_reason_announced_and_not_before(
    draft: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish_version(actor=JOB, version=draft())
    end(version, 2)
    tomorrow, then = clock.now() + timedelta(days=1), clock.start_of(day(2))
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert end_versions() == 0
    monkeypatch.setattr(clock, "now", lambda: then)
    Notice.objects.all().delete()
    assert (end_versions(), end_versions()) == (1, 0)
    found = ServiceVersion.objects.get()
    assert (found.state, found.withdraw_reason) == ("withdrawn", "Thay bằng v2")
    fact = Fact.objects.get(deed="version.withdrawn")
    assert (fact.actor_kind, fact.reason, fact.clause) == ("system", "Thay bằng v2", "QC11.8")
    assert set(Notice.objects.values_list("event", flat=True)) <= {"version.withdraw"}


@pytest.mark.django_db
def test_the_broker_hears_of_the_end_its_moment_and_what_comes_after(
    draft: Drafts, django_assert_num_queries: Any
) -> None:
    version = publish_version(actor=JOB, version=draft())
    assert [row.ending for row in load_services()] == [None, None]
    deprecated = end(version, 10)
    [sandbox, _live] = load_services()
    assert sandbox.ending is not None
    assert (sandbox.ending.deprecated_at, sandbox.ending.successor) == (deprecated.deprecated_at, "")
    assert sandbox.ending.sunset == clock.start_of(day(10))
    next_version(version)
    with django_assert_num_queries(5):
        rows = load_services()
    assert {(row.version, row.ending.successor if row.ending else None) for row in rows} == {
        ("v1", "v2"),
        ("v2", None),
    }
    move_version(actor=JOB, version=version, step="withdraw", reason="Sai dữ liệu")
    rows = load_services()
    with django_assert_num_queries(1):
        gone = load_gone(rows)
    assert {(row.version, row.environment, row.successor, row.since) for row in gone} == {
        ("v1", "live", "v2", clock.today()),
        ("v1", "sandbox", "v2", clock.today()),
    }


def test_a_successor_comes_after() -> None:
    assert successor_among("v2", ["v1", "v3", "v10"]) == "v10"
    assert successor_among("v2", ["v1", "v2"]) == ""


@pytest.mark.django_db
def test_the_public_page_says_day_reason_successor_and_rule(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    load_calendar(actor=JOB)
    address = "/danh-muc/administrative-units/v1/ngung-cung-cap/"
    assert "Đang cung cấp" in Client().get(address).content.decode()
    end(version, 120)
    next_version(version)
    page = " ".join(Client().get(address).content.decode().split())
    for part in (f"{day(120):%d/%m/%Y}", "Thay bằng v2", "/api/data/administrative-units/v2/", "ít nhất 90 ngày"):
        assert part in page
    assert 'id="chinh-sach"' in page
    assert address in Client().get("/danh-muc/administrative-units/").content.decode()
    move_version(actor=JOB, version=version, step="withdraw", reason="Đã thay")
    assert "nay bị từ chối" in Client().get(address).content.decode()
    for other in ("/danh-muc/administrative-units/v9/ngung-cung-cap/", "/danh-muc/none/v1/ngung-cung-cap/"):
        assert Client().get(other).status_code == 404


@pytest.mark.django_db
def test_a_draft_has_no_page(draft: Drafts) -> None:
    draft()
    assert Client().get("/danh-muc/administrative-units/v1/ngung-cung-cap/").status_code == 404


@pytest.mark.django_db
def test_staff_are_told_the_rule_and_keep_what_they_typed(staff: Callable[..., Client], draft: Drafts) -> None:
    version, client = publish_version(actor=JOB, version=draft()), staff("operator")
    load_calendar(actor=JOB)
    page = f"{ROOM}/{version.pk}/viec/deprecate/"
    assert "Báo trước ít nhất 90 ngày (hạn nội bộ)" in client.get(page).content.decode()
    typed = {"sunset_on": f"{day(9):%d/%m/%Y}", "reason": "Thay bằng v2"}
    shown = client.post(page, typed).content.decode()
    assert "Phải báo trước ít nhất 90 ngày" in shown
    assert "Nhập lý do nếu cần ngừng sớm hơn" in shown
    assert typed["sunset_on"] in shown
    assert client.get(f"{ROOM}/{version.pk}/viec/redate/").status_code == 404
    assert client.post(page, {**typed, "short_notice": "Lỗ hổng"}).status_code == 302
    moved = client.post(
        f"{ROOM}/{version.pk}/viec/redate/", {"sunset_on": f"{day(200):%d/%m/%Y}", "reason": "Chưa kịp chuyển"}
    )
    assert moved.status_code == 302
    assert ServiceVersion.objects.get().sunset_on == day(200)


@pytest.mark.django_db(transaction=True)
def test_a_version_is_ended_once_and_one_resumed_in_time_is_not(
    draft: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish_version(actor=JOB, version=draft())
    end(version, 1)
    then = clock.start_of(day(1))
    monkeypatch.setattr(clock, "now", lambda: then)
    resume = lambda: move_version(actor=JOB, version=version, step="resume", reason="Còn dùng")  # noqa: E731
    at_once(end_versions, end_versions, resume)
    state = ServiceVersion.objects.get().state
    ended = Fact.objects.filter(deed="version.withdrawn").count()
    assert (state, ended) in (("withdrawn", 1), ("published", 0))
    assert Fact.objects.filter(deed="version.resumed").count() == 1 - ended

"""The leadership page: each figure against a count of its own, "no data" apart from zero, few queries (ux.md D1)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils.html import escape, strip_tags

from accounts.models import Agency
from audit.services.partitions import Span, _make
from audit.services.rollups import roll_up
from connections.models import Clock, Connection
from core import clock
from core.clock import VIETNAM
from reports.selectors.leadership import read_situation, situation
from reports.selectors.leadership_periods import CODES as PERIODS
from reports.selectors.leadership_periods import chosen
from reports.selectors.leadership_rows import tables_of
from reports.selectors.leadership_words import change_of
from reports.web.leadership import SLUGS
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.connections.use_log import open_chains
from tests.reports.conftest import Desk

pytestmark = [pytest.mark.clause("QC14.5"), pytest.mark.clause("QC7.5")]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def leader(desk: Desk, signed_in: Callable[..., Client]) -> Client:
    """Somebody of the province's leadership."""
    return signed_in(desk.users["province_leader"])


def said(client: Client, address: str) -> str:
    """Return what a page says, spaces made one."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=VIETNAM)


# -- periods ---------------------------------------------------------------------------------------
def test_running_periods_are_compared_with_as_much_of_the_one_before() -> None:
    now = at(2026, 11, 23, 7) + timedelta(minutes=40)
    month, last, quarter, year = (chosen(code, now) for code in PERIODS)
    assert (month.current.since, month.current.until) == (at(2026, 11, 1, 0), at(2026, 11, 24, 0))
    assert (month.previous.since, month.previous.until) == (at(2026, 10, 1, 0), at(2026, 10, 23, 7))
    assert (last.current.since, last.current.until) == (at(2026, 10, 1, 0), at(2026, 11, 1, 0))
    assert (last.previous.since, last.previous.until) == (at(2026, 9, 1, 0), at(2026, 10, 1, 0))
    assert (quarter.current.since, quarter.previous.since) == (at(2026, 10, 1, 0), at(2026, 7, 1, 0))
    assert (year.previous.since, year.previous.until) == (at(2025, 1, 1, 0), at(2025, 11, 23, 7))
    assert "đến 7 giờ ngày 23/10/2026" in month.previous_name


@pytest.mark.parametrize("now", [at(2026, 1, 1, 0), at(2024, 2, 29, 23), at(2026, 3, 31, 23), at(2026, 12, 31, 23)])
def test_no_period_meets_the_one_it_is_compared_with(now: datetime) -> None:
    for code in PERIODS:
        found = chosen(code, now)
        assert found.previous.since <= found.previous.until <= found.current.since < found.current.until
        assert found.current.since <= now or code == "thang-truoc"


def test_changes_are_said_in_words() -> None:
    assert change_of(112, 100).text == "tăng 12 (12%)"
    assert change_of(3, 4).text == "giảm 1 (25%)"
    assert change_of(98.5, 98.0, points=True).text == "tăng 0,5 điểm phần trăm"
    assert change_of(5, 0).text == "tăng 5"
    assert change_of(0, 0).text == "không đổi"
    assert change_of(5, None).text == "Kỳ trước chưa có số liệu"
    assert change_of(None, 5).before == "5"


# -- the page --------------------------------------------------------------------------------------
def test_without_anything_it_says_so_and_never_zero(leader: Client) -> None:
    page = leader.get("/dieu-hanh/").content.decode()
    # Six tiles, two charts of calls and one of dossiers, none with a figure.
    assert page.count("Chưa có số liệu kỳ này") >= 6 + 3
    assert 'class="figure-value"' not in page
    assert "Số liệu đến" in page


def counted(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_each_figure_is_what_a_query_of_its_own_counts(chain: Chain, desk: Desk) -> None:
    chain.live()
    open_chains()
    grant = chain.request.grants.open().get(environment="live")
    period = chosen("thang-nay", clock.now())
    log_calls(grant, count=7)
    log_calls(grant, count=2, status=502, side="provider")
    earlier = period.previous.since
    _make(Span("audit_intent", f"{earlier:%Y%m}", earlier, period.current.since))
    _make(Span("audit_outcome", f"{earlier:%Y%m}", earlier, period.current.since))
    log_calls(grant, count=3, received_at=earlier)
    roll_up()
    late = Clock.objects.filter(ended_at__isnull=False).first()
    assert late is not None
    Clock.objects.filter(pk=late.pk).update(due_at=late.started_at - timedelta(days=1))
    found = read_situation(period)
    tiles = {tile.code: tile for tile in found.tiles}
    since = period.current.since
    [live] = counted("select count(*) from connections_connection where live_at is not null and closed_at is null")
    [services] = counted(
        "select count(distinct service_id) from catalog_serviceversion"
        " where published_at is not null and withdrawn_at is null"
    )
    calls, good = counted(
        "select coalesce(sum(i.calls), 0), coalesce(sum(i.calls) filter (where o.status between 200 and 299), 0)"
        " from audit_intent i left join audit_outcome o using (call_id) where i.received_at >= %s"
        " and i.environment = 'live'",
        since,
    )
    in_time, all_ended = counted(
        "select count(*) filter (where due_at is null or ended_at <= due_at), count(*)"
        " from connections_clock where ended_at >= %s",
        since,
    )
    assert (live, services, calls, good) == (1, tiles["services"].value, 9, 7)
    assert tiles["connections"].value == live
    assert tiles["calls"].value == calls
    assert tiles["success_rate"].value == round(100 * good / calls, 2)
    assert tiles["dossiers"].value == round(100 * in_time / all_ended, 2) < 100
    assert tiles["incidents"].value == 0
    begun = period.previous.until > earlier  # in the first hour of a month nothing is compared yet
    assert tiles["calls"].change.text == ("tăng 6 (200%)" if begun else "Kỳ trước chưa có số liệu")
    [by_agency, by_service] = tables_of("calls", found)
    for table in (by_agency, by_service):
        assert sum(int(row[1]) for row in table.rows) == calls
    assert sum(int(row[1]) for row in tables_of("connections", found)[0].rows) == live
    assert sum(int(row[1]) for row in tables_of("services", found)[0].rows) == services
    assert sum(int(row[1]) for row in tables_of("dossiers", found)[0].rows) == in_time
    chart = found.charts[0]
    assert sum(value or 0 for one in chart.series for value in one.values) == calls


def test_it_says_what_it_was_kept_with(chain: Chain, leader: Client) -> None:
    first = situation("thang-nay").until
    Connection.objects.all().delete()
    assert situation("thang-nay").until == first


def test_few_queries_however_many_rows(
    leader: Client, agency: Callable[..., Agency], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(15):
        leader.get("/dieu-hanh/")
    for number in range(30):
        agency(f"H60.5{number}")
    cache.clear()
    with django_assert_max_num_queries(15):
        leader.get("/dieu-hanh/?ky=nam-nay")
    with django_assert_max_num_queries(9):
        leader.get("/dieu-hanh/?ky=nam-nay")


def test_what_waits_for_direction(chain: Chain, desk: Desk, leader: Client, agency: Callable[..., Agency]) -> None:
    request = chain.submit()
    Clock.objects.filter(request=request, ended_at__isnull=True).update(due_at=clock.now() - timedelta(days=3))
    agency("H60.77", name="Sở chưa kết nối")
    page = said(leader, "/dieu-hanh/")
    assert "Hồ sơ đang quá hạn: 1" in page
    assert "So sánh với cùng kỳ tháng trước, đến" in page
    assert f"năm {clock.today():%Y}, đang trong kỳ. Số liệu đến" in page
    assert chain.agency.name in page
    assert "Sở chưa kết nối" in said(leader, "/dieu-hanh/can-chi-dao/")
    assert "/quan-tri/" not in leader.get("/dieu-hanh/").content.decode()


@pytest.mark.parametrize("code", SLUGS)
def test_each_figure_leads_to_its_definition_and_its_rows(code: str, desk: Desk, leader: Client) -> None:
    page = leader.get("/dieu-hanh/").content.decode()
    assert f'href="/dieu-hanh/chi-tieu/{code}/?ky=thang-nay"' in page
    definition = next(one.definition for one in situation("").tiles if one.code == SLUGS[code])
    assert definition in said(leader, f"/dieu-hanh/chi-tieu/{code}/?ky=nam-nay")
    assert f'title="{escape(definition)}"' in page
    assert leader.get("/dieu-hanh/chi-tieu/khac/").status_code == 404


@pytest.mark.clause("QC8.3")
def test_only_leadership_and_reporters_open_it(desk: Desk, signed_in: Callable[..., Client]) -> None:
    for role, opens in (("agency_officer", False), ("evaluator", False), ("department_leader", True)):
        client = signed_in(desk.users[role])
        for address in (
            "/dieu-hanh/",
            "/dieu-hanh/xep-hang/",
            "/dieu-hanh/can-chi-dao/",
            "/dieu-hanh/chi-tieu/ho-so/",
        ):
            assert (client.get(address).status_code == 200) is opens
        assert ('href="/dieu-hanh/"' in client.get("/co-quan/").content.decode()) is opens


@pytest.mark.parametrize("asked", ["?ky=%00", "?ky=thang-13", "?ky=" + "a" * 500, "?ky=thang-nay&ky=nam-nay", "?x=1"])
def test_a_period_that_is_none_gives_this_month(asked: str, leader: Client) -> None:
    assert leader.get(f"/dieu-hanh/{asked}").status_code == 200


def test_charts_follow_the_months_of_the_year() -> None:
    found = chosen("nam-nay", at(2026, 3, 5))
    assert found.grain == "month"
    assert found.current.last_day == date(2026, 3, 5)


def test_systems_read_the_same_six_figures(desk: Desk, signed_in: Callable[..., Client]) -> None:
    leader = signed_in(desk.users["province_leader"])
    answer = leader.get("/api/v1/leadership", {"period": "this_year"})
    told = {item["code"]: item["value"] for item in answer.json()["figures"]}
    assert told == {tile.code: tile.value for tile in situation("nam-nay").tiles}
    assert answer.json()["data_until"]
    assert leader.get("/api/v1/leadership?period=nam-nay").status_code == 400
    assert signed_in(desk.users["agency_officer"]).get("/api/v1/leadership").status_code == 403

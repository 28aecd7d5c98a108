"""Ranking of agencies: a formula in plain words, weights as data, equal points share a place (ux.md D4)."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import lxml.html
import openpyxl
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Agency
from audit.models import Fact
from connections.models import Clock, Connection
from core import clock
from core.problems import InvalidInput, PermissionRefused
from reports.models import RankingPolicy
from reports.queries.leadership_ranking import AgencyParts, Ratio, agency_parts
from reports.selectors.leadership_periods import chosen
from reports.selectors.leadership_ranking import points_of, ranked, sorted_by, total_of
from reports.services.ranking import set_ranking_policy
from tests.connections.conftest import Chain
from tests.reports.conftest import Desk

DEFAULT = RankingPolicy(pk=1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def parts(code: str, connected: tuple[int, int] = (0, 0), **given: Any) -> AgencyParts:
    quality, on_time = given.get("quality", (0, 0)), given.get("on_time", (0, 0))
    return AgencyParts(code, f"Sở {code}", Ratio(*connected), Ratio(*quality), Ratio(*on_time), given.get("bad", 0))


def test_points_are_weighted_means_of_what_an_agency_has() -> None:
    one = parts("A", (1, 2), quality=(3, 3), on_time=(1, 4), bad=1)
    assert points_of(one, DEFAULT) == {"connections": 50, "quality": 100, "on_time": 25, "incidents": 75}
    assert total_of(points_of(one, DEFAULT), DEFAULT) == (30 * 50 + 30 * 100 + 25 * 25 + 15 * 75) / 100
    only = parts("B", (1, 1))
    assert total_of(points_of(only, DEFAULT), DEFAULT) == 100
    assert points_of(parts("C", (1, 1), bad=9), DEFAULT)["incidents"] == 0
    nothing = points_of(parts("D"), DEFAULT)
    assert set(nothing.values()) == {None}
    assert total_of(nothing, DEFAULT) is None


def test_equal_points_share_a_place_and_nothing_to_judge_stands_last() -> None:
    found = ranked([parts("A"), parts("B", (0, 1)), parts("C", (1, 1)), parts("D", (1, 1))], DEFAULT)
    assert [(row.code, row.place) for row in found] == [("C", 1), ("D", 1), ("B", 3), ("A", None)]
    assert [row.code for row in sorted_by(found, "-hang")] == ["B", "D", "C", "A"]
    assert [row.code for row in sorted_by(found, "co-quan")] == ["A", "B", "C", "D"]
    assert [row.code for row in sorted_by(found, "-ket-noi")] == ["B", "C", "D", "A"]


def test_parts_are_counted_from_the_rows(chain: Chain, desk: Desk) -> None:
    chain.live()
    period = chosen("thang-nay", clock.now())
    mine = next(row for row in agency_parts(period.current, now=clock.now()) if row.code == chain.agency.code)
    assert mine.connections == Ratio(1, 1)
    assert mine.incidents == 0
    request = Connection.objects.get().request
    Clock.objects.create(
        request=request,
        step="completion",
        amount=5,
        unit="working_day",
        statutory=False,
        basis="Hạn nội bộ",
        started_at=clock.now() - timedelta(days=9),
        due_at=clock.now() - timedelta(days=1),
    )
    again = next(row for row in agency_parts(period.current, now=clock.now()) if row.code == chain.agency.code)
    assert again.on_time == Ratio(mine.on_time.good, mine.on_time.whole + 1)
    provider = next(
        row for row in agency_parts(period.current, now=clock.now()) if row.code == chain.service.provider.code
    )
    assert provider.quality.whole >= 1


def test_one_query_however_many_agencies(
    db: None, agency: Callable[..., Agency], django_assert_num_queries: Any
) -> None:
    for number in range(30):
        agency(f"H60.5{number}")
    period = chosen("nam-nay", clock.now())
    with django_assert_num_queries(1):
        assert len(agency_parts(period.current, now=clock.now())) == 30


def test_weights_are_data_and_changing_them_is_a_deed(desk: Desk) -> None:
    officer = desk.actors["report_officer"]
    set_ranking_policy(actor=officer, connections=100, quality=0)
    kept = RankingPolicy.objects.get()
    assert (kept.connections, kept.quality, kept.on_time) == (100, 0, 25)
    assert Fact.objects.filter(deed="ranking_policy.changed").count() == 1
    set_ranking_policy(actor=officer, connections=100)
    assert Fact.objects.filter(deed="ranking_policy.changed").count() == 1
    with pytest.raises(PermissionRefused):
        set_ranking_policy(actor=desk.actors["province_leader"], connections=1)
    for wrong in ({"connections": 101}, {"connections": 0, "on_time": 0, "incidents": 0, "quality": 0}, {"basis": ""}):
        with pytest.raises(InvalidInput):
            set_ranking_policy(actor=officer, **wrong)
    assert RankingPolicy.objects.get().connections == 100


def test_staff_change_them_on_a_page(desk: Desk, signed_in: Callable[..., Client]) -> None:
    staff = signed_in(desk.users["report_officer"])
    fields = {
        "connections": 40,
        "quality": 30,
        "on_time": 20,
        "incidents": 10,
        "incident_points": 50,
        "basis": "Nội bộ",
    }
    assert staff.post(reverse("admin:reports_rankingpolicy_add"), fields).status_code == 302
    assert RankingPolicy.objects.get().incident_points == 50
    page = staff.get("/dieu-hanh/xep-hang/").content.decode()
    assert "trừ 50 điểm cho mỗi sự cố" in page
    assert "trọng số 40" in page
    assert reverse("admin:reports_rankingpolicy_changelist") in page


def test_the_ranking_can_be_taken_away(chain: Chain, desk: Desk, signed_in: Callable[..., Client]) -> None:
    chain.live()
    client = signed_in(desk.users["province_leader"])
    page = client.get("/dieu-hanh/xep-hang/?sap-xep=-hang").content.decode()
    assert chain.agency.name in page
    assert "Cách tính nội bộ" in page
    assert "/quan-tri/" not in page
    book = client.get("/dieu-hanh/xep-hang/tep/")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    mine = next(row for row in rows if row[1] == chain.agency.code)
    assert mine[0] == 1
    assert isinstance(mine[3], int | float)
    assert mine[8:10] == (1, 1)
    assert any("Cách tính nội bộ" in str(row[0]) for row in rows)
    table = client.get("/dieu-hanh/xep-hang/tep/?dang=csv").content
    assert table.startswith(b"\xef\xbb\xbf")
    assert chain.agency.name in table.decode("utf-8-sig")


def test_heads_say_how_they_are_counted_and_how_they_are_sorted(chain: Chain, desk: Desk, signed_in: Any) -> None:
    chain.live()
    client = signed_in(desk.users["province_leader"])
    for query, head, standing in (
        ("", "Hạng", "ascending"),
        ("?sap-xep=-hang", "Hạng", "descending"),
        ("?sap-xep=ket-noi", "Kết nối", "descending"),
        ("?sap-xep=-ket-noi", "Kết nối", "ascending"),
    ):
        page = lxml.html.fromstring(client.get(f"/dieu-hanh/xep-hang/{query}").content.decode())
        (sorted_head,) = page.xpath("//th[@aria-sort]")
        assert (sorted_head.xpath("string(a/text())").strip(), sorted_head.get("aria-sort")) == (head, standing)
    told = {link.text.strip(): link.get("title") for link in page.xpath("//thead//a")}
    assert told.pop("Cơ quan") is None
    assert "chia cho số hệ thống đã đăng ký của cơ quan. Trọng số 30." in told["Kết nối"]
    assert all(told.values())
    assert page.xpath("//thead//abbr")[0].get("title").startswith("Trung bình có trọng số")


def test_a_name_that_would_be_a_formula_stays_a_name(chain: Chain, desk: Desk, signed_in: Any) -> None:
    chain.live()
    chain.agency.name = "=HYPERLINK(1)"
    chain.agency.save()
    client = signed_in(desk.users["province_leader"])
    table = client.get("/dieu-hanh/xep-hang/tep/?dang=csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in table
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/dieu-hanh/xep-hang/tep/").content)).active
    cell = next(row[2] for row in sheet.iter_rows() if row[1].value == chain.agency.code)
    assert cell.data_type == "s"

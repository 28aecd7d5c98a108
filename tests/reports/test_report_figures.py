"""Figures on the page of a report: their definitions, their lists, their tables however long (QC14.5; ux.md D2)."""

from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

from accounts.models import Agency
from reports.services.writing import freeze, write_report
from reports.wording import measured
from tests.reports.conftest import As, Desk
from tests.reports.made_report import made_frozen


def test_every_figure_stands_beside_its_definition(visit: As, desk: Desk) -> None:
    run = desk.write()
    page = visit("report_officer").get(f"/bao-cao/{run.code}/").content.decode()
    assert run.figures is not None
    for section in run.figures["sections"]:
        assert section["title"] in page
        for figure in section["figures"]:
            assert figure["label"] in page
            assert figure["definition"].replace('"', "&quot;") in page
            assert f'data-label="Số liệu">{measured(figure["value"], figure["unit"])}</td>' in page
        for table in section["tables"]:
            assert table["definition"] in page
            assert table["rows"] or table["empty"] in page
    assert 'href="/danh-muc/"' in page


def test_a_long_list_is_folded_and_still_whole(visit: As, desk: Desk, agency: Callable[..., Agency]) -> None:
    for number in range(11):
        agency(f"H60.7{number:02}", name=f"Cơ quan chưa kết nối {number}")
    page = visit("report_officer").get(f"/bao-cao/{desk.write().code}/").content.decode()
    assert "Xem 13 dòng" in page
    assert "Cơ quan chưa kết nối 10" in page


def test_of_a_very_long_list_the_page_shows_its_beginning_and_says_where_all_of_it_is(visit: As, desk: Desk) -> None:
    run = desk.ask()
    found = freeze(run)
    long = made_frozen(agencies=3, services=3, pairs=12_345, word=" <b>&").sections[:1]
    with patch("reports.services.writing.freeze", return_value=replace(found, sections=(*found.sections, *long))):
        write_report(run_id=run.pk)
    page = visit("report_officer").get(f"/bao-cao/{run.code}/").content.decode()
    assert "Xem 200 dòng đầu trong 12.345 dòng" in page
    assert "Đủ 12.345 dòng có trong tệp Excel của báo cáo." in page
    assert page.count("<tr>") < 1_000
    assert "<b>" not in page


def test_lists_a_leader_may_not_open_are_not_linked(visit: As, desk: Desk) -> None:
    run = desk.publish()
    assert "/quan-tri/" in visit("department_leader").get(f"/bao-cao/{run.code}/").content.decode()
    page = visit("province_leader").get(f"/bao-cao/{run.code}/").content.decode()
    assert "/quan-tri/" not in page
    # They are led to the sums instead.
    assert 'href="#rows-unconnected"' in page
    assert '<h3 id="rows-unconnected">' in page

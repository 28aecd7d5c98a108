"""Pages of reports: who sees what, the same file every time, refusals that change nothing (QC14.5, QC8.2)."""

import io
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import docx
import pytest
from django.test import Client

from audit.models import Fact
from core import clock
from core.documents.docx import CONTENT_TYPE
from reports.choices import Format, Kind, RunState
from reports.models import ReportRun
from reports.periods import CALENDAR, last_ended
from reports.services.approving import approve_report
from reports.services.recounting import recount_report
from reports.services.requesting import request_report, retry_report
from reports.services.submitting import make_files, submit_report
from reports.services.writing import write_report
from tests.reports.conftest import As, Desk
from tests.reports.made_report import made_frozen


def asked(**fields: Any) -> dict[str, Any]:
    """Return the form for the running month."""
    today = clock.today()
    given = {"number": today.month, "year": today.year, "closing_rule": "calendar", "preliminary": "on"}
    return {**given, **fields}


@pytest.mark.clause("QC14.5")
def test_the_whole_way_through_the_pages(visit: As, few_parts: None) -> None:
    officer, leader, province = visit("report_officer"), visit("department_leader"), visit("province_leader")
    assert "Lập báo cáo đầu tiên" in officer.get("/bao-cao/").content.decode()
    assert "ngay khi Sở Khoa học và Công nghệ phát hành" in province.get("/bao-cao/").content.decode()
    sent = officer.post("/bao-cao/lap/", asked())
    run = ReportRun.objects.get()
    page = f"/bao-cao/{run.code}/"
    assert (sent.status_code, sent["Location"]) == (302, page)
    waiting = officer.get(page).content.decode()
    assert "Đang lập số liệu" in waiting
    assert 'http-equiv="refresh" content="3;url=?cho=59"' in waiting
    assert "http-equiv" not in officer.get(f"{page}?cho=0").content.decode()
    assert province.get(page).status_code == 404
    write_report(run_id=run.pk)
    drafted = officer.get(page).content.decode()
    assert "Đang soạn" in drafted
    assert "Số liệu tạm tính" in drafted
    assert "http-equiv" not in drafted
    assert f"{page}viec/submit/" in drafted
    assert "Soạn lời văn, trình duyệt báo cáo tháng" in officer.get("/co-quan/").content.decode()
    assert 'name="seen" value="1"' in officer.get(f"{page}viec/submit/").content.decode()
    assert officer.post(f"{page}viec/submit/", {"seen": "9"}).status_code == 409
    assert officer.post(f"{page}viec/submit/", {"seen": "1"}).status_code == 302
    assert "Đang tạo tệp trình duyệt" in officer.get(page).content.decode()
    make_files(run_id=run.pk)
    assert f"{page}viec/approve/" not in officer.get(page).content.decode()
    for step, task in (("approve", "Duyệt báo cáo tháng"), ("publish", "Phát hành báo cáo tháng")):
        assert task in leader.get("/co-quan/").content.decode()
        assert f"{page}viec/{step}/" in leader.get(page).content.decode()
        shown = leader.get(f"{page}viec/{step}/").content.decode()
        assert "Điều gì sẽ xảy ra" in shown
        digest = ReportRun.objects.get().sha256
        assert f'name="seen" value="{digest}"' in shown
        assert province.get(page).status_code == 404
        assert leader.post(f"{page}viec/{step}/", {"seen": "0" * 64}).status_code == 409
        assert leader.post(f"{page}viec/{step}/", {"seen": digest}).status_code == 302
        assert task not in leader.get("/co-quan/").content.decode()
    assert ReportRun.objects.get().state == RunState.PUBLISHED
    assert "Đã phát hành" in province.get(page).content.decode()
    assert run.code in province.get("/bao-cao/").content.decode()


@pytest.mark.clause("QC14.5")
def test_a_leader_takes_the_file_two_clicks_from_the_workbench(visit: As, desk: Desk) -> None:
    run, province = desk.publish(), visit("province_leader")
    assert 'href="/bao-cao/"' in province.get("/co-quan/").content.decode()
    address = f"/bao-cao/{run.code}/tai-ve/docx/"
    assert f'href="{address}"' in province.get("/bao-cao/").content.decode()
    assert province.get(address).content == province.get(f"/bao-cao/{run.code}/tai-ve/").content
    assert province.get(f"/bao-cao/{run.code}/tai-ve/exe/").status_code == 404


def test_given_back_from_the_page_with_a_reason(visit: As, desk: Desk) -> None:
    run, leader, officer = desk.submit(), visit("department_leader"), visit("report_officer")
    address = f"/bao-cao/{run.code}/viec/give_back/"
    assert "Nhập lý do" in leader.post(address, {"reason": " "}).content.decode()
    assert leader.post(address, {"reason": "Bổ sung kiến nghị"}).status_code == 302
    page = officer.get(f"/bao-cao/{run.code}/").content.decode()
    assert "Lý do: Bổ sung kiến nghị" in page
    assert "Tải tệp Word" not in page
    assert officer.get(f"/bao-cao/{run.code}/tai-ve/docx/").status_code == 409
    assert "Lãnh đạo Sở trả lại: Bổ sung kiến nghị" in officer.get("/co-quan/").content.decode()


@pytest.mark.clause("QC14.5")
def test_leadership_downloads_the_same_bytes_every_time(visit: As, desk: Desk) -> None:
    run = desk.publish()
    address = f"/bao-cao/{run.code}/tai-ve/"
    first, second = (visit(role).get(address) for role in ("province_leader", "report_officer"))
    assert first.content == second.content
    assert sha256(first.content).hexdigest() == run.sha256
    assert first["Content-Type"] == CONTENT_TYPE
    said = first["Content-Disposition"]
    assert said.startswith('attachment; filename="bao-cao-lgsp-thang-')
    assert "filename*=UTF-8''B%C3%A1o%20c%C3%A1o%20LGSP" in said
    assert said.isascii()
    assert "no-store" in first["Cache-Control"]
    assert any("BÁO CÁO" in paragraph.text for paragraph in docx.Document(io.BytesIO(first.content)).paragraphs)


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize(
    ("role", "drafts", "published_ones"),
    [
        ("report_officer", True, True),
        ("department_leader", True, True),
        ("inspector", True, True),
        ("province_leader", False, True),
        ("evaluator", False, False),
        ("agency_officer", False, False),
    ],
)
def test_who_sees_and_downloads(
    visit: As, desk: Desk, role: str, drafts: bool, published_ones: bool, published: bool
) -> None:
    run = desk.submit()
    if published:
        leader = visit("department_leader")
        for step in ("approve", "publish"):
            leader.post(f"/bao-cao/{run.code}/viec/{step}/")
    seen = published_ones if published else drafts
    client = visit(role)
    for address in (f"/bao-cao/{run.code}/", f"/bao-cao/{run.code}/tai-ve/"):
        answer = client.get(address)
        assert answer.status_code == 200 if seen else answer.status_code in (403, 404)
        if not seen:
            assert run.sha256.encode() not in answer.content
    listed = client.get("/bao-cao/")
    assert (run.code in listed.content.decode()) == seen
    assert listed.status_code == (200 if published_ones else 403)


def test_a_visitor_is_sent_to_sign_in(desk: Desk) -> None:
    run = desk.write()
    for address in ("/bao-cao/", "/bao-cao/lap/", f"/bao-cao/{run.code}/", f"/bao-cao/{run.code}/tai-ve/"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "/dang-nhap/" in answer["Location"] or "login" in answer["Location"]


@pytest.mark.parametrize(
    ("role", "step"),
    [
        ("report_officer", "approve"),
        ("report_officer", "give_back"),
        ("province_leader", "approve"),
        ("inspector", "approve"),
        ("evaluator", "approve"),
        ("department_leader", "publish"),
        ("department_leader", "supersede"),
        ("province_leader", "supersede"),
        ("department_leader", "submit"),
        ("department_leader", "present"),
        ("report_officer", "stumble"),
        ("report_officer", "no-such-step"),
        ("report_officer", "retry"),
    ],
)
def test_a_direct_post_without_the_right_changes_nothing(visit: As, desk: Desk, role: str, step: str) -> None:
    run = desk.submit()
    facts = Fact.objects.count()
    answer = visit(role).post(f"/bao-cao/{run.code}/viec/{step}/", {"reason": "Lý do"})
    assert answer.status_code in (403, 404, 409)
    assert Fact.objects.count() == facts
    assert [(item.state, item.sha256) for item in ReportRun.objects.all()] == [(RunState.SUBMITTED, run.sha256)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"preliminary": ""}, "Đánh dấu để lập báo cáo với số liệu tạm tính"),
        ({"number": "13"}, "Chọn một mục trong danh sách"),
        ({"number": ""}, "Chọn kỳ"),
        ({"year": ""}, "Nhập năm"),
        ({"year": "hai nghìn"}, "Nhập năm từ 2024 đến 2100"),
        ({"year": "1999"}, "Nhập năm từ 2024 đến 2100"),
        ({"year": "2100", "number": "12"}, "Kỳ báo cáo chưa bắt đầu"),
        ({"closing_rule": "custom"}, "Chọn một mục trong danh sách"),
        ({"closing_rule": ""}, "cách chốt kỳ"),
    ],
)
def test_a_wrong_form_is_explained_and_keeps_what_was_typed(visit: As, fields: dict[str, str], said: str) -> None:
    page = visit("report_officer").post("/bao-cao/lap/", asked(**fields))
    assert page.status_code == 200
    assert said in page.content.decode()
    if fields.get("year") and "number" not in fields:
        assert f'value="{fields["year"]}"' in page.content.decode()
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "Nhập tên báo cáo"),
        ({"start": "31/04/2026"}, "Ngày phải theo dạng"),
        ({"end": "01/01/2026"}, "Ngày cuối không được trước ngày đầu"),
        ({"start": "01/01/2019"}, "từ 01/01/2024 trở đi"),
        ({"end": "31/12/2040"}, "5 năm"),
    ],
)
def test_a_wrong_ad_hoc_form_is_explained_too(visit: As, fields: dict[str, str], said: str) -> None:
    given = {"title": "Đất đai", "purpose": "Chỉ đạo", "start": "02/03/2026", "end": "05/05/2026", **fields}
    page = visit("report_officer").post("/bao-cao/lap/?loai=ad_hoc", given).content.decode()
    assert said in page
    assert "Chỉ đạo" in page
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_asked_for_by_hand(visit: As, kind: str) -> None:
    officer, address = visit("report_officer"), f"/bao-cao/lap/?loai={kind}"
    form = officer.get(address).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    if kind == Kind.AD_HOC:
        given |= {"title": "Đất đai", "start": "02/03/2026", "end": "05/05/2026"}
    assert officer.post(address, given).status_code == 302
    run = ReportRun.objects.get()
    assert (run.kind, run.preliminary, run.send_by is None) == (kind, False, kind == Kind.AD_HOC)
    assert officer.get(f"/bao-cao/{run.code}/").status_code == 200
    assert officer.get("/bao-cao/lap/?loai=tuan").status_code == 404


def test_asked_twice_there_is_one_report_and_the_second_is_led_to_it(visit: As) -> None:
    officer = visit("report_officer")
    first, second = (officer.post("/bao-cao/lap/", asked()) for _time in range(2))
    assert first["Location"] == second["Location"]
    assert ReportRun.objects.count() == 1
    assert "đã có" in officer.get(second["Location"]).content.decode()


def test_nobody_else_gets_the_form(visit: As) -> None:
    for role in ("department_leader", "inspector", "province_leader", "evaluator", "agency_officer"):
        assert visit(role).get("/bao-cao/lap/").status_code == 403
        assert visit(role).post("/bao-cao/lap/", asked()).status_code == 403
    assert not ReportRun.objects.exists()


def test_a_failure_is_shown_and_tried_again_from_the_page(visit: As, desk: Desk) -> None:
    run, officer = desk.ask(), visit("report_officer")
    with patch("reports.services.writing.freeze", side_effect=OSError("disk")):
        write_report(run_id=run.pk)
    page = officer.get(f"/bao-cao/{run.code}/").content.decode()
    assert "Không ghi được tệp vào kho lưu trữ." in page
    assert "Lập lại báo cáo tháng" in officer.get("/co-quan/").content.decode()
    assert officer.get(f"/bao-cao/{run.code}/tai-ve/").status_code == 409
    assert officer.post(f"/bao-cao/{run.code}/viec/retry/").status_code == 302
    assert ReportRun.objects.get().state == RunState.REQUESTED
    assert visit("department_leader").get(f"/bao-cao/{run.code}/viec/retry/").status_code == 404
    with pytest.raises(Exception, match="tình trạng"):
        retry_report(actor=desk.actors["report_officer"], run=run)


def test_made_anew_asks_why_and_keeps_the_old_one(visit: As, desk: Desk) -> None:
    run, officer = desk.write(), visit("report_officer")
    address = f"/bao-cao/{run.code}/viec/supersede/"
    assert "được lập với số liệu hiện có" in officer.get(address).content.decode()
    assert "Nhập lý do" in officer.post(address, {"reason": "  "}).content.decode()
    assert ReportRun.objects.get().state == RunState.DRAFTED
    assert officer.post(address, {"reason": "Bổ sung"})["Location"] == f"/bao-cao/{run.code}-2/"
    assert "Lý do: Bổ sung" in officer.get(f"/bao-cao/{run.code}/").content.decode()
    assert officer.post(address, {"reason": "Lần nữa"}).status_code == 409


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    visit: As, desk: Desk, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    officer, run = visit("report_officer"), desk.write()
    officer.get("/bao-cao/")
    with django_assert_max_num_queries(12):
        officer.get("/bao-cao/")
    # What they say takes no query of the list.
    figures = patch("reports.services.writing.freeze", return_value=replace(made_frozen(), sections=()))
    rendering = patch("reports.services.submitting.render_files", lambda one, *_: {Format.DOCX: one.code.encode()})
    with figures, rendering:
        for _time in range(12):
            written = write_report(run_id=_anew(officer, run))
            run = make_files(run_id=submit_report(actor=desk.actors["report_officer"], run=written).pk)
    with django_assert_max_num_queries(12):
        page = officer.get("/bao-cao/")
    assert page.context["page"].paginator.count == 13


def _anew(officer: Client, run: ReportRun) -> int:
    officer.post(f"/bao-cao/{run.code}/viec/supersede/", {"reason": "Bổ sung"})
    return int(ReportRun.objects.in_force().get().pk)


def test_the_list_is_narrowed_to_a_kind_and_a_year(visit: As, desk: Desk) -> None:
    officer, ended = visit("report_officer"), last_ended(Kind.YEAR, CALENDAR, clock.today())
    month = desk.ask()
    year, _fresh = request_report(actor=desk.actors["report_officer"], period=ended)
    for query, shown in (
        ("", {month.code, year.code}),
        ("?loai=year", {year.code}),
        (f"?nam={month.year}", {month.code}),
        (f"?loai=year&nam={ended.year}", {year.code}),
        ("?loai=quarter", set()),
        ("?loai=x&nam=y", {month.code, year.code}),
    ):
        page = officer.get(f"/bao-cao/{query}").content.decode()
        assert {code for code in (month.code, year.code) if code in page} == shown
    assert "Thử bớt điều kiện" in officer.get("/bao-cao/?loai=quarter").content.decode()


@pytest.mark.clause("QC14.5")
def test_later_corrections_stand_beside_the_figures_and_offer_a_new_report(visit: As, desk: Desk) -> None:
    run, officer = desk.publish(), visit("report_officer")
    address = f"/bao-cao/{run.code}/"
    assert "Chưa đối chiếu lần nào" in officer.get(address).content.decode()
    assert officer.post(f"{address}doi-chieu/").status_code == 302
    assert "Số liệu không thay đổi từ khi chốt." in officer.get(address).content.decode()
    row = {"section": "Khai thác", "code": "calls_total", "label": "Tổng số lượt khai thác", "unit": "count"}
    with patch("reports.services.recounting.differences") as found:
        found.return_value = []
        recount_report(actor=desk.actors["report_officer"], run=run)
        found.return_value[:] = [type("Row", (), {"as_json": lambda self: {**row, "frozen": 4, "now": 6}})()]
        recount_report(actor=desk.actors["report_officer"], run=run)
    page = officer.get(address).content.decode()
    assert "tăng 2 (từ 4 lên 6)" in page
    assert f"{address}viec/supersede/?dieu-chinh=1" in page
    assert "Số liệu điều chỉnh sau khi chốt" in officer.get(f"{address}viec/supersede/?dieu-chinh=1").content.decode()
    province = visit("province_leader")
    assert "tăng 2 (từ 4 lên 6)" in province.get(address).content.decode()
    assert "Đối chiếu lại" not in province.get(address).content.decode()
    assert province.post(f"{address}doi-chieu/").status_code == 403
    assert province.get(f"{address}lich-su/").status_code == 404


def test_pages_of_one_report_take_few_queries(
    visit: As, desk: Desk, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    run = approve_report(actor=desk.actors["department_leader"], run=desk.submit())
    recount_report(actor=desk.actors["report_officer"], run=run)
    for role in ("report_officer", "department_leader"):
        client = visit(role)
        client.get(f"/bao-cao/{run.code}/")
        for page in ("", "lich-su/", "viec/supersede/" if role == "report_officer" else "viec/publish/"):
            with django_assert_max_num_queries(15):
                assert client.get(f"/bao-cao/{run.code}/{page}").status_code == 200

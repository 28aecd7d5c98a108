"""The words of a report: drafted from the figures, edited by one at a time, restored, every version kept (QC14.5)."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from core.problems import InvalidInput, PermissionRefused, StateRefused
from reports.choices import TextOrigin, Unit
from reports.content.figures import Figure, Section
from reports.content.words import told
from reports.drafting import draft
from reports.models import NarrativeVersion, ReportRun
from reports.services.narratives import restore_draft, save_narrative
from reports.wording import moved
from tests.reports.conftest import Desk


@pytest.mark.parametrize(
    ("value", "before", "unit", "said"),
    [
        (12, 10, Unit.COUNT, "tăng 2 (từ 10 lên 12)"),
        (10, 1210, Unit.COUNT, "giảm 1.200 (từ 1.210 xuống 10)"),
        (0, 0, Unit.COUNT, "không đổi (0)"),
        (98.5, 97, Unit.PERCENT, "tăng 1,5 điểm phần trăm (từ 97% lên 98,5%)"),
        (120, 150, Unit.MILLISECONDS, "giảm 30 ms (từ 150 ms xuống 120 ms)"),
    ],
)
def test_comparison_in_words(value: float, before: float, unit: Unit, said: str) -> None:
    assert moved(value, before, unit) == said


def test_each_part_begins_with_its_own_sentence_and_is_compared_in_no_other() -> None:
    figures = [Figure("x", "Hệ thống đã đăng ký", 12, "", previous=10, last_year=12)]
    part = Section("catalogue", "Danh mục", f"Có {told(figures[0])} hệ thống.", tuple(figures))
    texts = draft(SimpleNamespace(sections=(part,)))
    assert texts["catalogue"] == "Có 12 (tăng 20% so với kỳ trước, không đổi so với cùng kỳ năm trước) hệ thống."
    assert set(texts) == {"opening", "catalogue", "assessment", "recommendations"}
    assert texts["opening"] == ""


def test_words_are_edited_version_by_version_and_restored(desk: Desk) -> None:
    officer, run = desk.actors["report_officer"], desk.write()
    first = run.narratives.get()
    assert (first.version, first.origin, first.by) == (1, TextOrigin.DRAFT, None)
    typed = "  Đoạn một.\r\n\r\n\r\n\r\nĐoạn   hai\u202e.\n"
    second = save_narrative(actor=officer, run=run, texts={"use": typed, "no-such": "x"}, version=1)
    assert second.texts == {**first.texts, "use": "Đoạn một.\n\nĐoạn hai."}
    assert save_narrative(actor=officer, run=run, texts={"use": typed}, version=2) == second
    third = restore_draft(actor=officer, run=run, version=2)
    assert (third.version, third.texts, third.origin) == (3, first.texts, TextOrigin.RESTORED)
    assert restore_draft(actor=officer, run=run, version=3) == third
    assert list(run.narratives.order_by("version").values_list("version", flat=True)) == [1, 2, 3]


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(desk: Desk) -> None:
    officer, run = desk.actors["report_officer"], desk.write()
    save_narrative(actor=officer, run=run, texts={"use": "Của người thứ nhất."}, version=1)
    for deed in (restore_draft, save_narrative):
        with pytest.raises(StateRefused, match=officer.name.split(" ", maxsplit=1)[0]):
            deed(actor=officer, run=run, version=1, **({"texts": {"use": "x"}} if deed is save_narrative else {}))
    assert NarrativeVersion.objects.count() == 2


def test_who_may_edit_and_when(desk: Desk, few_parts: None) -> None:
    officer, run = desk.actors["report_officer"], desk.write()
    for role in ("department_leader", "inspector", "province_leader", "agency_officer"):
        with pytest.raises(PermissionRefused):
            save_narrative(actor=desk.actors[role], run=run, texts={"use": "x"}, version=1)
    with pytest.raises(InvalidInput) as refused:
        save_narrative(actor=officer, run=run, texts={"use": "x" * 10_001}, version=1)
    assert set(refused.value.errors) == {"use"}
    desk.submit(run)
    with pytest.raises(StateRefused, match="Chờ duyệt"):
        save_narrative(actor=officer, run=run, texts={"use": "x"}, version=1)
    assert NarrativeVersion.objects.count() == 1


# -- the page --------------------------------------------------------------------------------------------
def typed(client: Client, address: str, **changed: str) -> dict[str, str]:
    """Return what the page's form would send, with some fields changed."""
    form = client.get(address).context["form"]
    return {**{name: form[name].value() for name in form.fields}, **changed}


@pytest.mark.clause("QC14.5")
def test_the_page_saves_restores_and_keeps_what_was_typed_in_a_conflict(desk: Desk, signed_in: Any) -> None:
    run, client = desk.write(), signed_in(desk.users["report_officer"])
    address = f"/bao-cao/{run.code}/loi-van/"
    mine = typed(client, address, assessment="Của tôi.")
    theirs = typed(client, address, assessment="Của người khác.")
    assert client.post(address, {**theirs, "save": "1"}).status_code == 302
    refused = client.post(address, {**mine, "save": "1"}).content.decode()
    assert "vừa sửa lời văn lúc" in refused
    assert "Của tôi." in refused
    assert "Của người khác." in refused
    again = client.post(address, {**mine, "version": "2", "save": "1"})
    assert again.status_code == 302
    page = client.get(f"/bao-cao/{run.code}/").content.decode()
    assert "Của tôi." in page
    assert client.post(address, {**typed(client, address), "restore": "1"}).status_code == 302
    assert "Của tôi." not in client.get(f"/bao-cao/{run.code}/").content.decode()
    history = client.get(f"/bao-cao/{run.code}/lich-su/").content.decode()
    assert "Phiên bản 4" in history
    assert "Của người khác." in history
    assert "Sửa lời văn báo cáo" in history
    long = client.post(address, {**typed(client, address), "use": "x" * 10_001, "save": "1"}).content.decode()
    assert "x" * 10_001 in long
    assert NarrativeVersion.objects.count() == 4


def test_edited_words_stand_in_the_file_and_after_submitting_the_page_says_why_not(
    desk: Desk, few_parts: None, signed_in: Any
) -> None:
    run, client = desk.write(), signed_in(desk.users["report_officer"])
    address = f"/bao-cao/{run.code}/loi-van/"
    mine = typed(client, address, use="Lời văn đã sửa <b>đậm</b>.")
    client.post(address, {**mine, "save": "1"})
    assert "&lt;b&gt;đậm" in client.get(f"/bao-cao/{run.code}/").content.decode()
    desk.submit(ReportRun.objects.get())
    late = client.post(address, {**mine, "version": "2", "use": "Muộn.", "save": "1"}).content.decode()
    assert "lời văn không sửa được" in late
    assert "Muộn." in late
    assert signed_in(desk.users["department_leader"]).get(address).status_code == 403

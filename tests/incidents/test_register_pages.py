"""Incidents on the pages: reported by an agency, worked on by staff, published in few clicks; what is typed stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.selectors.calls import recent_calls
from incidents.models import Incident, IncidentPolicy
from incidents.selectors.incident_desk import tasks_for
from incidents.selectors.incidents import public_incidents
from incidents.services.incident_parties import tell_parties
from incidents.services.incident_steps import close_incident
from incidents.services.incident_work import set_task
from tests.connections.call_log import log_calls
from tests.connections.conftest import chain
from tests.incidents.registers import CLASS, WHY, Desk, desk

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC8.6", "QC14.3")
SignedIn = Callable[[User], Client]


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return str(answer.content.decode())


@pytest.mark.clause("QC15.4")
def test_an_agency_reports_from_a_service_a_call_and_the_foot_of_pages(desk: Desk, signed_in: SignedIn) -> None:
    officer = signed_in(desk.chain.users["agency_officer"])
    address = reverse("report_incident")
    assert address in text(officer.get(reverse("workbench")))
    assert f"{address}?dich-vu={desk.service.code}" in text(
        officer.get(reverse("data_service", args=[desk.service.code]))
    )
    log_calls(desk.grant())
    call = recent_calls(limit=1)[0].call_id
    page = text(officer.get(f"{address}?yeu-cau={call}"))
    assert f'value="{desk.service.code}" selected' in page
    assert str(call) in page
    typed = {"service": desk.service.code, "impact": "", "text": "Luôn báo lỗi 504", "started_at": "32/13/2026"}
    kept = text(officer.post(address, typed))
    assert all(words in kept for words in ("Chọn mức ảnh hưởng", "Thời điểm phải theo dạng", "Luôn báo lỗi 504"))
    foreign = {"service": "", "impact": "stopped", "text": "Lỗi", "call_id": str(call)}
    assert "Không có lượt gọi mang mã này" in text(officer.post(address, foreign))
    sent = officer.post(address, {**foreign, "service": desk.service.code})
    made = Incident.objects.get()
    assert sent["Location"] == reverse("incident", args=[made.code])
    assert "Luôn" not in text(officer.get(sent["Location"]))
    listed = reverse("incidents")
    page = text(officer.get(listed, {"q": "don vi hanh chinh", "tab": "open"}))
    assert (made.code in page, page.count("<h1"), page.count('type="search"')) == (True, 1, 1)
    assert "Không có sự cố nào khớp" in text(officer.get(listed, {"q": "khong co dau"}))
    assert "Tiếp nhận sự cố" in {str(task.title)[:15] for task in tasks_for(desk.handler)}


def test_from_an_alert_to_a_public_word_in_few_clicks(desk: Desk, signed_in: SignedIn) -> None:
    """Alert → open → publish: three requests that change something, each filled before the person types."""
    alert = desk.alert()
    staff = signed_in(desk.chain.users["operator"])
    opening = f"{reverse('admin:incidents_incident_open')}?canh-bao={alert.pk}"
    for place in (reverse("alert", args=[alert.pk]), reverse("admin:incidents_alert_change", args=[alert.pk])):
        assert f'href="{opening}">Tạo sự cố' in text(staff.get(place))
    page = text(staff.get(opening))
    assert alert.summary in page
    assert staff.get(f"{opening}0").status_code == 404
    filled = {
        "title": "Dịch vụ trả lời chậm",
        "summary": alert.summary,
        "severity": "2",
        "started_at": "30/11/2026 08:00",
        "services": [desk.service.pk],
    }
    assert "Nhập tên sự cố" in text(staff.post(opening, {**filled, "title": ""}), 422)
    opened = staff.post(opening, filled)
    found = Incident.objects.get()
    work = reverse("admin:incidents_incident_work", args=[found.pk])
    assert opened["Location"] == work
    assert staff.post(opening, filled)["Location"] == work
    page = text(staff.get(reverse("alert", args=[alert.pk])))
    assert (f"Xem sự cố {found.code}" in page, "Tạo sự cố" in page) == (True, False)
    page = text(staff.get(work))
    assert "Chúng tôi ghi nhận sự cố từ 08:00 ngày 30/11/2026" in page
    assert f"Sự cố dịch vụ {desk.service.title}" in page
    word = {"do": "update", "revision": found.revision, "text": "Đang xử lý", "audience": "public"}
    assert "Nhập tên công bố" in text(staff.post(work, {**word, "public_title": ""}), 422)
    assert staff.post(work, {**word, "public_title": "Dịch vụ trả lời chậm"}).status_code == 302
    assert [row.title for row in public_incidents()] == ["Dịch vụ trả lời chậm"]


def test_an_incident_is_worked_on_from_its_page_and_a_slower_person_keeps_what_was_typed(
    desk: Desk, signed_in: SignedIn
) -> None:
    found = desk.opened(3)
    staff = signed_in(desk.chain.users["operator"])
    work = reverse("admin:incidents_incident_work", args=[found.pk])
    assert staff.get(reverse("admin:incidents_incident_change", args=[found.pk]))["Location"] == work

    def press(do: str, status: int = 302, **fields: Any) -> str:
        seen = {"revision": Incident.objects.get().revision, **fields}
        answer = staff.post(work, {"do": do, **seen})
        assert answer.status_code == status, answer.content.decode()[:4000]
        return str(answer.content.decode())

    press("acknowledge")
    assert "Chưa phân loại" in press("handle", 422)
    press("classify", **{**CLASS, "started_at": "30/11/2026 08:00", "personal_data": "", "beyond_capacity": ""})
    press("handle")
    press("tell")
    press("figures")
    press("task", text="Đổi đĩa", agency=desk.chain.provider.pk)
    kept = press("task", 422, text="", agency="")
    assert "Nhập việc phải làm" in kept
    old = Incident.objects.get().revision
    press("update", text="Đang thay đĩa", audience="parties")
    late = press("update", 409, text="Nội dung đã gõ lâu", audience="internal", revision=old)
    assert "Nội dung đã gõ lâu" in late
    assert "vẫn được giữ" in late
    press("resolve", **WHY)
    task = found.tasks.get()
    assert "Còn việc chưa xong" in press("close", 422)
    press("done", task=task.pk, result="Đã thay")
    press("close")
    lost = press("resolve", 409, root_cause="Nguyên nhân người thứ hai đã gõ", measures="")
    assert "Nguyên nhân người thứ hai đã gõ" in lost
    press("reopen", reason="Lại chậm")
    assert "không thực hiện được khi" in press("close", 409)
    page = text(staff.get(work))
    assert all(words in page for words in ("Mở lại. Lại chậm", "Đang thay đĩa", "hạn nội bộ", "theo quy định"))
    evaluator = signed_in(desk.chain.users["evaluator"])
    assert "Không có bước nào thuộc vai trò" in text(evaluator.get(work))
    assert evaluator.post(work, {"do": "tell"}).status_code == 403
    assert evaluator.get(reverse("admin:incidents_incident_open")).status_code == 403


@pytest.mark.clause("QC15.4")
def test_an_agency_acknowledges_answers_and_does_its_tasks(desk: Desk, signed_in: SignedIn) -> None:
    found = desk.classified(2)
    provider = signed_in(User.objects.get(email="cung-cap@lgsp.example"))
    page = reverse("incident", args=[found.code])
    assert provider.get(page).status_code == 404
    tell_parties(actor=desk.handler, incident=found)
    task = set_task(actor=desk.handler, incident=found, text="Khởi động lại máy chủ", agency=desk.chain.provider)
    assert {str(item.title)[:17] for item in tasks_for(desk.provider)} == {"Xác nhận đã biết ", "Xử lý sự cố SC-26"}
    shown = text(provider.get(page))
    assert "Xác nhận đã biết sự cố" in shown
    assert "Phân loại" not in shown  # an inner line
    assert provider.post(page, {"do": "acknowledge"}).status_code == 302
    assert "Nhập kết quả" in text(provider.post(page, {"do": "done", "task": task.pk, "result": ""}))
    assert provider.post(page, {"do": "done", "task": "9" * 12, "result": "x"}).status_code == 404
    assert provider.post(page, {"do": "done", "task": task.pk, "result": "Xong"}).status_code == 302
    assert provider.post(page, {"do": "say", "text": "Đã khởi động lại"}).status_code == 302
    assert "Đã khởi động lại" in text(provider.get(page))
    assert provider.post(page, {"do": "acknowledge"}).status_code == 302
    assert tasks_for(desk.provider) == []


def test_lists_ask_the_same_few_questions_however_many_incidents(
    desk: Desk, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    staff, officer = signed_in(desk.chain.users["operator"]), signed_in(desk.chain.users["agency_officer"])
    for number in range(6):
        tell_parties(actor=desk.handler, incident=desk.opened(3, title=f"Sự cố thứ {number}"))
    close_incident(actor=desk.handler, incident=desk.resolved(4))
    for client, address in ((staff, "admin:incidents_incident_changelist"), (officer, "incidents")):
        client.get(reverse(address))
        with django_assert_max_num_queries(15):
            assert "Sự cố thứ 5" in text(client.get(reverse(address)))
    with django_assert_max_num_queries(12):
        tasks_for(desk.handler)


def test_the_rules_are_data_and_labelled_as_ours(desk: Desk, signed_in: SignedIn) -> None:
    staff = signed_in(desk.chain.users["operator"])
    add = reverse("admin:incidents_incidentpolicy_add")
    rules = {"outage_severity": 2, "log_severity": 1, "close_after_hours": 0}
    assert staff.post(add, rules).status_code == 200
    assert staff.post(add, {**rules, "close_after_hours": 48}).status_code == 302
    assert IncidentPolicy.objects.get().outage_severity == 2
    assert staff.get(add).status_code == 403
    assert "chưa phải quy định" in text(staff.get(reverse("admin:incidents_incidentpolicy_changelist")))

"""Violations and papers of the registers on the pages: staff, the agency, the clerk."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from incidents.models import AlertRule, RegisterPaper, RegisterPaperTemplate, Violation
from incidents.selectors.incident_desk import tasks_for
from incidents.services.register_papers import issue_report
from incidents.services.register_templates import load_register_templates
from tests.connections.call_log import log_calls
from tests.connections.conftest import chain
from tests.connections.sealed_here import seal_here
from tests.incidents.registers import Desk, desk
from tests.incidents.test_violations import leader, opened

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC5.1", "QC5.2", "QC5.3")
SignedIn = Callable[[User], Client]


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return str(answer.content.decode())


def test_from_an_alert_to_a_violation_that_is_filled_and_not_for_the_agency(desk: Desk, signed_in: SignedIn) -> None:
    users, opening = desk.chain.users, reverse("admin:incidents_violation_open")
    security = signed_in(users["security_officer"])
    about = {"system": desk.chain.system, "consumer_agency": desk.chain.agency, "summary": "Sai mục đích 5"}
    alert = desk.alert(rule="purpose", clause="QC5.3", **about)
    way = f"{opening}?canh-bao={alert.pk}"
    for place in (reverse("alert", args=[alert.pk]), reverse("admin:incidents_alert_change", args=[alert.pk])):
        assert f'href="{way}">Ghi vi phạm' in text(security.get(place))
    prefilled = text(security.get(way))
    assert re.search(r'value="misuse"[^>]* checked', prefilled)
    assert re.search(rf'<option value="{desk.chain.agency.pk}"[^>]* selected', prefilled)
    assert "Sai mục đích 5" in prefilled
    # The agency reads of its alert and opens nothing.
    AlertRule.objects.update(tells_consumer=True)
    shown = text(signed_in(users["technician"]).get(reverse("alert", args=[alert.pk])))
    assert "Sai mục đích 5" in shown
    assert not [word for word in ("Ghi vi phạm", "Tạo sự cố", "?canh-bao=") if word in shown]


def test_a_violation_from_its_opening_to_the_answer_of_an_appeal(desk: Desk, signed_in: SignedIn) -> None:
    log_calls(desk.grant(), count=2)
    seal_here()
    users = desk.chain.users
    security, head = signed_in(users["security_officer"]), signed_in(users["division_head"])
    opening = reverse("admin:incidents_violation_open")
    filled: dict[str, Any] = {
        "act": "misuse",
        "agency": desk.chain.agency.pk,
        "grant": desk.grant().code,
        "facts": "Tra cứu hàng loạt",
        "from_at": f"{clock.now() - timedelta(hours=1):%d/%m/%Y %H:%M}",
        "until_at": f"{clock.now() + timedelta(days=1):%d/%m/%Y %H:%M}",
    }
    kept = text(security.post(opening, {**filled, "act": "", "facts": ""}), 422)
    assert "Nhập diễn biến hành vi" in kept
    assert desk.grant().code in kept
    assert head.get(opening).status_code == 403
    made = security.post(opening, filled)
    found = Violation.objects.get()
    work = reverse("admin:incidents_violation_work", args=[found.pk])
    assert made["Location"] == work

    def press(client: Client, do: str, status: int = 302, **fields: Any) -> str:
        answer = client.post(work, {"do": do, "revision": Violation.objects.get().revision, **fields})
        assert answer.status_code == status, answer.content.decode()[:4000]
        return "" if status == 302 else str(answer.content.decode())

    press(security, "evidence")
    row = found.evidence.get()
    file = security.get(reverse("admin:incidents_violation_evidence", args=[found.pk, row.pk]))
    assert (file["Content-Type"], file.content[:2]) == ("application/zip", b"PK")
    press(security, "ask", text="Giải trình mục đích")
    page = reverse("violation", args=[found.code])
    speaker, officer = signed_in(users["agency_representative"]), signed_in(users["agency_officer"])
    shown = text(speaker.get(page))
    assert "Gửi giải trình" in shown
    assert row.name not in shown  # an inner line
    assert "Gửi giải trình" not in text(officer.get(page))
    assert f"Giải trình về vi phạm {found.code}" in {
        str(task.title) for task in tasks_for(desk.chain.actors["agency_representative"])
    }
    assert "Nhập nội dung" in text(speaker.post(page, {"do": "explain", "text": " "}))
    assert speaker.post(page, {"do": "explain", "text": "Cấu hình sai"}).status_code == 302
    assert "Bạn là người ghi nhận" not in text(security.get(work))
    lost = press(security, "decide", 403, outcome="reminder", text="Lý do đã gõ", legal_basis="x")
    assert "Lý do đã gõ" in lost
    assert "Nhập căn cứ pháp lý" in press(head, "decide", 422, outcome="suspension", text="Có", legal_basis="")
    press(head, "decide", outcome="suspension", text="Có hành vi", legal_basis="Khoản 3 Điều 5 Quy chế")
    grant_page = reverse("grant", args=[desk.grant().code])
    assert "Đang tạm ngưng" in text(officer.get(grant_page))
    assert "Khôi phục quyền tạm ngưng" in text(head.get(work))
    press(security, "record")
    paper = RegisterPaper.objects.get()
    for ending in ("docx", "pdf"):
        assert speaker.get(reverse("register_paper_file", args=[paper.pk, ending])).status_code == 200
    assert speaker.get(reverse("register_paper_file", args=[paper.pk, "txt"])).status_code == 404
    assert speaker.post(page, {"do": "appeal", "text": "Đã khắc phục"}).status_code == 302
    assert f"Trả lời khiếu nại về vi phạm {found.code}" in {str(task.title) for task in tasks_for(leader(desk))}
    press(signed_in(users["department_leader"]), "answer", result="overturned", text="Xem lại")
    assert "Đang có hiệu lực" in text(officer.get(grant_page))
    assert found.code in text(officer.get(reverse("violations"), {"tab": "closed"}))


def test_the_clerk_numbers_a_report_and_what_papers_say_is_edited(desk: Desk, signed_in: SignedIn) -> None:
    found = desk.classified(2)
    paper = issue_report(actor=desk.handler, incident=found, kind="first")
    clerk = signed_in(desk.chain.users["intake_officer"])
    number = reverse("admin:incidents_registerpaper_number", args=[paper.pk])
    kept = text(clerk.post(number, {"number": "năm", "number_date": "32/01/2026"}), 422)
    assert "Ngày phải theo dạng" in kept
    assert "năm" in kept
    good = {"number": "07/BC-SKHCN", "number_date": f"{clock.today():%d/%m/%Y}"}
    work = reverse("admin:incidents_incident_work", args=[found.pk])
    assert clerk.post(number, good)["Location"] == work
    assert "07/BC-SKHCN" in text(clerk.get(work))
    assert signed_in(desk.chain.users["evaluator"]).get(number).status_code == 404
    assert clerk.get(reverse("register_paper_signed", args=[paper.pk])).status_code == 404
    load_register_templates()
    row = RegisterPaperTemplate.objects.get(kind="first")
    edit = reverse("admin:incidents_registerpapertemplate_change", args=[row.pk])
    staff = signed_in(desk.chain.users["operator"])
    assert staff.post(edit, {"signer": "PHÓ GIÁM ĐỐC", "source": "Phân công"}).status_code == 302
    assert RegisterPaperTemplate.objects.get(kind="first").version == 2


def test_lists_of_violations_ask_few_questions(
    desk: Desk, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        opened(desk)
    staff = signed_in(desk.chain.users["operator"])
    for address in ("admin:incidents_violation_changelist", "violations"):
        staff.get(reverse(address))
        with django_assert_max_num_queries(15):
            assert "Dùng dữ liệu được chia sẻ" in text(staff.get(reverse(address)))

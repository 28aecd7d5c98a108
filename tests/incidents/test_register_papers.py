"""Papers of the registers in the layout of Nghị định 30: frozen, numbered, checked, and clocks met by their number."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core import clock
from core.files.uploads import check_upload
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents.models import RegisterPaper, RegisterPaperTemplate
from incidents.printouts.files import file_of
from incidents.services.incident_parties import tell_parties
from incidents.services.incident_steps import reopen_incident
from incidents.services.register_papers import issue_record, issue_report, register_paper
from incidents.services.register_templates import load_register_templates, save_register_template
from tests.connections.conftest import chain
from tests.connections.papers import docx_text, pdf_text
from tests.core.file_makers import pdf_bytes
from tests.incidents.registers import Desk, desk, refused
from tests.incidents.test_violations import decided

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC14.3")
ALWAYS = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: ………/………", "SỞ KHOA HỌC VÀ CÔNG NGHỆ")
MUST_SAY = {
    "first": (
        "BÁO CÁO",
        "Báo cáo ban đầu về sự cố",
        "TÁC ĐỘNG",
        "Đơn vị hành chính",
        "Báo cáo sự cố an toàn thông tin",
    ),
    "progress": ("Báo cáo diễn biến sự cố", "Tiếp nhận", "DÒNG THỜI GIAN"),
    "final": ("Báo cáo kết thúc xử lý sự cố", "Đầy đĩa máy chủ nguồn", "Mở rộng đĩa", "NGUYÊN NHÂN, KHẮC PHỤC"),
}


def says(paper: RegisterPaper) -> dict[str, str]:
    """Return what both files of a paper say."""
    return {"pdf": pdf_text(file_of(paper, "pdf")), "docx": docx_text(file_of(paper, "docx"))}


def test_reports_of_an_incident_say_what_they_must_in_both_files(desk: Desk) -> None:
    found = desk.resolved(2, personal_data=True)
    tell_parties(actor=desk.handler, incident=found)
    for kind, wanted in MUST_SAY.items():
        paper = issue_report(actor=desk.handler, incident=found, kind=kind)
        for ending, text in says(paper).items():
            assert not re.search(r"\{\{|%\(|\bNone\b|<[A-Z]\w+:", text), (kind, ending)
            folded = text.upper()
            for words in (*wanted, *ALWAYS, f"Mã sự cố: {found.code}", f"/xac-minh/{paper.code}/"):
                assert words.upper() in folded, (kind, ending, words)


def test_number_and_date_of_the_first_report_meet_the_clocks(desk: Desk) -> None:
    found = desk.classified(2, personal_data=True)
    paper = issue_report(actor=desk.handler, incident=found, kind="first")
    open_codes = set(found.deadlines.filter(met_at__isnull=True).values_list("code", flat=True))
    assert open_codes == {"incident.high", "incident.report", "incident.personal_data"}
    clerk = desk.chain.actors["intake_officer"]
    given: dict[str, Any] = {"paper": paper, "number": "05/BC-SKHCN", "number_date": clock.today()}
    assert set(refused(InvalidInput, lambda: register_paper(actor=clerk, **{**given, "number": "năm"})).errors) == {
        "number"
    }
    refused(PermissionRefused, lambda: register_paper(actor=desk.chain.actors["evaluator"], **given))
    upload = check_upload(SimpleUploadedFile("bao-cao.pdf", pdf_bytes()))
    register_paper(actor=clerk, upload=upload, **given)
    assert not found.deadlines.filter(met_at__isnull=True).exists()
    assert "05/BC-SKHCN" in found.deadlines.get(code="incident.report").met_by
    assert "Số: 05/BC-SKHCN" in says(RegisterPaper.objects.get(pk=paper.pk))["pdf"]
    assert set(
        refused(InvalidInput, lambda: register_paper(actor=clerk, **{**given, "number": "06/BC-SKHCN"})).errors
    ) == {"reason"}
    other = issue_report(actor=desk.handler, incident=found, kind="progress")
    taken = refused(InvalidInput, lambda: register_paper(actor=clerk, **{**given, "paper": other}))
    assert "đã dùng" in str(taken.detail)


def test_a_later_report_replaces_the_earlier_and_what_was_issued_stays(desk: Desk, client: Client) -> None:
    found = desk.resolved(3)
    first = issue_report(actor=desk.handler, incident=found, kind="final")
    reopen_incident(actor=desk.handler, incident=found, reason="Lại chậm")
    refused(StateRefused, lambda: issue_report(actor=desk.handler, incident=found, kind="final"))
    refused(InvalidInput, lambda: issue_report(actor=desk.handler, incident=found, kind="record"))
    refused(PermissionRefused, lambda: issue_report(actor=desk.provider, incident=found, kind="first"))
    for _time in range(2):
        issue_report(actor=desk.handler, incident=found, kind="first")
        issue_report(actor=desk.handler, incident=found, kind="progress")
    in_force = RegisterPaper.objects.filter(superseded_at__isnull=True)
    assert sorted(in_force.values_list("kind", flat=True)) == ["final", "first", "progress", "progress"]
    old = RegisterPaper.objects.get(kind="first", superseded_at__isnull=False)
    late = refused(
        StateRefused,
        lambda: register_paper(actor=desk.handler, paper=old, number="01/BC-SKHCN", number_date=clock.today()),
    )
    assert "bản lập sau" in str(late.detail)
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterPaper.objects.filter(pk=first.pk).update(content={})
    page = client.get(reverse("verify_printout", args=[first.code])).content.decode()
    assert all(words in page for words in (found.code, "Báo cáo kết thúc", first.sha256))
    assert client.get(reverse("verify_printout", args=["0" * 20])).status_code == 404


@pytest.mark.clause("QC5")
def test_the_record_of_a_violation_carries_both_sides_and_its_clause(desk: Desk) -> None:
    found = decided(desk, "reminder")
    paper = issue_record(actor=desk.security, violation=found)
    for text in says(paper).values():
        for words in (
            "BIÊN BẢN",
            "Dùng dữ liệu được chia sẻ trái mục đích",
            "Điều 5",
            "Do cấu hình sai lịch chạy",
            "Nhắc nhở",
            "Khoản 3 Điều 5 Quy chế",
            f"Mã vi phạm: {found.code}",
        ):
            assert words.upper() in text.upper(), words
    assert set(RegisterPaper.objects.visible_to(desk.chain.actors["agency_representative"])) == {paper}
    assert not RegisterPaper.objects.visible_to(desk.provider).exists()
    refused(PermissionRefused, lambda: issue_record(actor=desk.chain.actors["evaluator"], violation=found))


def test_what_papers_say_is_data_in_versions(desk: Desk) -> None:
    assert (load_register_templates(), load_register_templates()) == (4, 0)
    kept = save_register_template(actor=desk.handler, kind="first", signer="PHÓ GIÁM ĐỐC", source="Phân công mới")
    assert (kept.version, RegisterPaperTemplate.objects.count()) == (2, 4)
    refused(PermissionRefused, lambda: save_register_template(actor=desk.security, kind="first", source="x"))
    refused(InvalidInput, lambda: save_register_template(actor=desk.handler, kind="first", source=""))
    found = desk.classified(3)
    paper = issue_report(actor=desk.handler, incident=found, kind="first")
    assert (paper.template_version, "PHÓ GIÁM ĐỐC" in says(paper)["docx"]) == (2, True)
    assert paper.issued_at <= clock.now() + timedelta(seconds=1)

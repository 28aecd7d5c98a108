"""The clerk's number, date and signed file; the public check by code (ux.md §5, U8)."""

import io
from typing import Any

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import Fact
from connections.choices import PrintoutKind
from connections.models import Printout, SignedFile
from connections.services.paper_numbers import record_number
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.papers import text_of
from tests.connections.refusing import refused


def scan(text: str = "") -> SimpleUploadedFile:
    """Return a PDF as a scanner would make one."""
    made, out = pypdf.PdfWriter(), io.BytesIO()
    made.add_blank_page(200, 200)
    made.add_metadata({"/Title": text})
    made.write(out)
    return SimpleUploadedFile("ban-da-ky.pdf", out.getvalue(), content_type="application/pdf")


def today() -> str:
    """Return today's date as people type it."""
    return f"{clock.today():%d/%m/%Y}"


def test_the_clerk_records_number_and_date_and_both_files_carry_them(chain: Chain, desk: Desk) -> None:
    chain.receive()
    paper = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    address = reverse("admin:connections_request_register_paper", args=[chain.request.pk, paper.pk])
    assert desk("intake_officer").get(address).status_code == 200
    fields = {"number": "05/PTN-SKHCN", "number_date": today(), "file": scan(), "reason": ""}
    assert desk("intake_officer").post(address, fields).status_code == 302
    paper.refresh_from_db()
    assert (paper.number, paper.number_date) == ("05/PTN-SKHCN", clock.today())
    for ending in ("pdf", "docx"):
        said = text_of(paper, ending)
        assert "Số: 05/PTN-SKHCN" in said
        assert f"Tuyên Quang, ngày {clock.today():%d} tháng" in said
    kept = desk("agency_officer").get(reverse("signed_printout", args=[paper.pk]))
    assert kept.status_code == 200
    assert kept["Content-Type"] == "application/pdf"
    assert "ban-da-ky.pdf" in kept["Content-Disposition"]
    fact = Fact.objects.get(deed="printout.numbered")
    assert fact.after["number"] == "05/PTN-SKHCN"
    page = desk("agency_officer").get(reverse("request", args=[chain.request.pk])).content.decode()
    assert "Số 05/PTN-SKHCN" in page
    assert "Bản đã ký" in page


def test_the_agency_numbers_its_own_paper_and_no_other(chain: Chain, desk: Desk, person: Any, signed_in: Any) -> None:
    chain.receive()
    own, theirs = (Printout.objects.get(kind=kind) for kind in (PrintoutKind.REQUEST, PrintoutKind.RECEIPT))
    address = reverse("register_printout", args=[own.pk])
    fields = {"number": "12/SNNMT-VP", "number_date": today()}
    foreign = signed_in(person("khac@lgsp.example", chain.provider, "agency_officer"))
    assert foreign.post(address, fields).status_code == 404
    assert desk("technician").post(address, fields).status_code == 404
    assert desk("intake_officer").post(address, fields).status_code == 404
    assert desk("agency_officer").post(reverse("register_printout", args=[theirs.pk]), fields).status_code == 404
    staff = reverse("admin:connections_request_register_paper", args=[chain.request.pk, own.pk])
    assert desk("intake_officer").post(staff, fields).status_code == 404
    assert not Printout.objects.exclude(number="").exists()
    assert desk("agency_officer").get(address).status_code == 200
    assert desk("agency_officer").post(address, fields).status_code == 302
    own.refresh_from_db()
    assert own.number == "12/SNNMT-VP"


@pytest.mark.parametrize(
    ("number", "day", "said"),
    [
        ("năm", today(), "Nhập số và ký hiệu như trên văn bản"),
        ("05", today(), "Nhập số và ký hiệu như trên văn bản"),
        ("05/TB-SKHCN", "31/02/2026", "Ngày phải theo dạng"),
        ("05/TB-SKHCN", "01/01/2020", "Ngày ban hành phải từ ngày lập"),
        ("05/TB-SKHCN", "01/01/2099", "Ngày ban hành phải từ ngày lập"),
        ("", "", "Nhập số, ký hiệu"),
    ],
)
def test_a_number_with_a_fault_is_refused_and_kept_on_the_page(
    chain: Chain, desk: Desk, number: str, day: str, said: str
) -> None:
    chain.receive()
    paper = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    address = reverse("admin:connections_request_register_paper", args=[chain.request.pk, paper.pk])
    answer = desk("intake_officer").post(address, {"number": number, "number_date": day, "file": scan()})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert number in answer.content.decode()
    assert Printout.objects.get(pk=paper.pk).number == ""
    assert not SignedFile.objects.exists()


def test_a_file_that_acts_is_refused_with_its_number(chain: Chain, desk: Desk) -> None:
    chain.receive()
    paper = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    address = reverse("admin:connections_request_register_paper", args=[chain.request.pk, paper.pk])
    wrong = SimpleUploadedFile("ban-da-ky.exe", b"MZ")
    answer = desk("intake_officer").post(address, {"number": "05/PTN-SKHCN", "number_date": today(), "file": wrong})
    assert answer.status_code == 422
    assert "Chỉ nhận PDF, DOCX, XLSX" in answer.content.decode()
    assert Printout.objects.get(pk=paper.pk).number == ""


def test_a_number_is_given_once_a_year_and_corrected_with_a_reason(chain: Chain) -> None:
    chain.ask()
    clerk = chain.actors["intake_officer"]
    receipt, completion = (Printout.objects.get(kind=kind) for kind in ("receipt", "completion"))
    given: dict[str, Any] = {"number": "05/TB-SKHCN", "number_date": clock.today()}
    record_number(actor=clerk, printout=receipt, **given)
    text = refused(InvalidInput, lambda: record_number(actor=clerk, printout=completion, **given))
    assert "đã dùng cho văn bản khác" in str(text.errors["number"])
    refused(PermissionRefused, lambda: record_number(actor=chain.actors["evaluator"], printout=completion, **given))
    changed = {**given, "number": "06/TB-SKHCN"}
    refused(InvalidInput, lambda: record_number(actor=clerk, printout=receipt, **changed))
    record_number(actor=clerk, printout=receipt, reason="Ghi nhầm sổ", **changed)
    assert Fact.objects.filter(deed="printout.numbered").latest("id").reason == "Ghi nhầm sổ"
    record_number(actor=clerk, printout=completion, **given)


def test_a_replaced_paper_gets_no_number(chain: Chain) -> None:
    chain.approve()
    old = Printout.objects.filter(kind=PrintoutKind.EVALUATION).earliest("id")
    refused(
        StateRefused,
        lambda: record_number(
            actor=chain.actors["intake_officer"], printout=old, number="05/P-SKHCN", number_date=clock.today()
        ),
    )


def test_another_signed_file_needs_a_reason_and_the_first_stays(chain: Chain, desk: Desk) -> None:
    chain.receive()
    paper = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    address = reverse("admin:connections_request_register_paper", args=[chain.request.pk, paper.pk])
    fields: dict[str, Any] = {"number": "05/PTN-SKHCN", "number_date": today()}
    desk("intake_officer").post(address, {**fields, "file": scan("một")})
    assert desk("intake_officer").post(address, {**fields, "file": scan("hai")}).status_code == 422
    assert SignedFile.objects.count() == 1
    done = desk("intake_officer").post(address, {**fields, "file": scan("hai"), "reason": "Bản trước mờ"})
    assert done.status_code == 302
    newest, first = paper.signed_files.all()
    assert newest.sha256 != first.sha256
    assert desk("evaluator").get(reverse("signed_printout", args=[paper.pk])).content[:5] == b"%PDF-"


def check(client: Client, code: str) -> Any:
    """Open the public check of a code."""
    return client.get(reverse("verify_printout", args=[code]))


def test_anybody_checks_a_paper_and_learns_nothing_of_persons(chain: Chain, client: Client) -> None:
    chain.ask()
    paper = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    record_number(
        actor=chain.actors["intake_officer"], printout=paper, number="05/PTN-SKHCN", number_date=clock.today()
    )
    page = check(client, paper.code.lower())
    said = page.content.decode()
    assert page.status_code == 200
    for wanted in (paper.get_kind_display(), "05/PTN-SKHCN", today(), "Còn hiệu lực", paper.sha256, "Sở Khoa học"):
        assert wanted in said, wanted
    for user in chain.users.values():
        assert user.full_name not in said
        assert user.email not in said
    assert chain.request.lookup_code not in said
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]


def test_a_replaced_paper_and_one_of_an_ended_connection_say_so(chain: Chain, client: Client) -> None:
    chain.end()
    old = Printout.objects.filter(kind=PrintoutKind.EVALUATION).earliest("id")
    assert "Đã thay thế bằng bản lập sau" in check(client, old.code).content.decode()
    notice = Printout.objects.get(kind=PrintoutKind.GO_LIVE)
    assert "Hết hiệu lực: kết nối đã hủy" in check(client, notice.code).content.decode()
    receipt = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    assert "Còn hiệu lực" in check(client, receipt.code).content.decode()


@pytest.mark.parametrize("code", ["0" * 20, "KHONG-CO", "ộ", "%27%3B--", pytest.param("x" * 500, id="long")])
def test_every_code_that_no_paper_bears_gets_the_same_answer(chain: Chain, client: Client, code: str) -> None:
    answer = check(client, code)
    assert answer.status_code == 404
    assert "Không có văn bản nào mang mã này" in answer.content.decode()


def test_guessing_is_stopped_and_reading_is_not(chain: Chain, client: Client, settings: Any) -> None:
    chain.submit()
    code = Printout.objects.get().code
    for _time in range(settings.LOOKUP_TRIES + 3):
        assert check(client, code).status_code == 200
    for number in range(settings.LOOKUP_TRIES):
        assert check(client, f"SAI{number}").status_code == 404
    answer = check(client, "SAI9")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Thử lại sau" in answer.content.decode()
    assert check(client, code).status_code == 429


def test_a_code_is_typed_on_the_page(chain: Chain, client: Client) -> None:
    chain.submit()
    code = Printout.objects.get().code
    typed = f"{code[:5]} {code[5:10]}-{code[10:]}".lower()
    answer = client.get(reverse("verify_entry"), {"code": typed}, follow=True)
    assert answer.status_code == 200
    assert "Phiếu đề nghị kết nối" in answer.content.decode()
    assert client.get(reverse("verify_entry")).status_code == 200
    assert client.get(reverse("verify_entry"), {"code": "…"}).status_code == 200

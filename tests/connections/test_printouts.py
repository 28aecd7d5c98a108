"""Papers of a dossier: issued by its deeds, frozen, read by whom they concern (ux.md §5; U19, U25)."""

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact
from connections.choices import HoldSide, PrintoutKind, State
from connections.models import Clock, LetterheadRule, Printout, PrintoutTemplate
from connections.models.trials import content_hash
from connections.printouts.files import FORMATS, document_of, file_of
from connections.printouts.letterheads import head_lines
from connections.selectors.printouts import papers_of
from connections.services import approval, golive, holds, intake, sending, trials
from connections.services.apology import apologise, write_control_slip
from connections.services.ending import terminate
from connections.services.paper_templates import load_printouts, save_letterhead, save_printout_template
from core import clock
from core.actor import system_actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.papers import text_of
from tests.connections.refusing import refused

REASON = "Chờ ý kiến của cơ quan cung cấp dữ liệu"
# What each paper must say (ux.md §5), beside its title; {…} is filled from the chain.
MUST_SAY: dict[str, tuple[str, ...]] = {
    PrintoutKind.REQUEST: (
        *("PHIẾU ĐỀ NGHỊ KẾT NỐI", "Mục đích kết nối: Điền sẵn nơi cư trú vào hồ sơ", "PHẠM VI DỮ LIỆU"),
        *("Đơn vị hành chính", "HỆ THỐNG THÔNG TIN", "Phần mềm một cửa", "YÊU CẦU KỸ THUẬT", "10.20.30.0/24", "5.000"),
        *("Cán bộ kỹ thuật: Cán bộ technician (mẫu)", "technician@lgsp.example", "CAM KẾT", "đúng mục đích"),
    ),
    PrintoutKind.RECEIPT: (
        *("PHIẾU TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Mã hồ sơ: {number}", "Mã tra cứu: {lookup}"),
        *(
            "Thành phần hồ sơ",
            "Phương án vận hành, an toàn",
            "Tiếp nhận lúc:",
            "Hẹn trả kết quả thẩm định: ngày {due}",
        ),
        *("Người tiếp nhận: Cán bộ intake_officer (mẫu)", "hạn nội bộ"),
    ),
    PrintoutKind.COMPLETION: (
        *("PHIẾU YÊU CẦU HOÀN THIỆN HỒ SƠ", "STT Tiêu chí", "Lý do chưa đạt", "Cách khắc phục", "Căn cứ"),
        *("Thiếu phương án dự phòng", "Bổ sung người trực thay", "Thời hạn hoàn thiện: trước hết ngày"),
    ),
    PrintoutKind.EVALUATION: (
        *("PHIẾU KẾT QUẢ THẨM ĐỊNH", "Hệ thống phù hợp kiến trúc số", "Đạt", "Căn cứ", "minh chứng", "KẾT LUẬN"),
        *("Người thẩm định: Cán bộ evaluator (mẫu)", "Người phê duyệt: Cán bộ department_leader (mẫu)"),
        "Hồ sơ được chấp thuận về kỹ thuật",
    ),
    PrintoutKind.APPROVAL: (
        *("THÔNG BÁO", "Chấp thuận kỹ thuật", "PHẠM VI", "Môi trường: Thử nghiệm", "900", "ĐIỀU KIỆN", "HIỆU LỰC"),
        *("có hiệu lực từ ngày", "Căn cứ Quyết định số 50/2024/QĐ-UBND", "./."),
    ),
    PrintoutKind.GO_LIVE: (
        *("THÔNG BÁO", "Vận hành chính thức", "Môi trường: Chính thức", "{grant}", "900", "ĐIỀU KIỆN", "HIỆU LỰC"),
        "vận hành chính thức từ",
    ),
    PrintoutKind.HANDOVER: (
        *("BIÊN BẢN BÀN GIAO THÔNG SỐ", "Môi trường: Thử nghiệm", "10.20.30.0/24", "QK-", "900", "ĐỊA CHỈ GỌI"),
        *("/api/data/", "Đầu mối trực của đơn vị vận hành: Cán bộ operator (mẫu)", "khóa bí mật chỉ hiện một lần"),
    ),
    PrintoutKind.TEST_RECORD: (
        *("BIÊN BẢN KIỂM THỬ", "KHẢ NĂNG TÍCH HỢP", "TRAO ĐỔI DỮ LIỆU", "HIỆU NĂNG", "AN TOÀN THÔNG TIN", "Dữ liệu"),
        *("Kết quả mong đợi", "Kết quả thực tế", "KẾT LUẬN", "{record}", "Xác nhận trên hệ thống lúc"),
        *("ĐẠI DIỆN CƠ QUAN QUẢN LÝ HỆ THỐNG", "ĐẠI DIỆN CƠ QUAN QUẢN LÝ, VẬN HÀNH LGSP", "Đạt"),
        *("Cán bộ agency_representative (mẫu)", "Cán bộ operator (mẫu)"),
    ),
    PrintoutKind.GRANT: (
        *("PHIẾU CẤP QUYỀN KHAI THÁC DỮ LIỆU", "{grant}", "TRƯỜNG DỮ LIỆU ĐƯỢC ĐỌC", "code, name", "900"),
        *("Mục đích:", "Quyền có hiệu lực từ", "ĐIỀU KIỆN"),
    ),
    PrintoutKind.HOLD: (
        *("THÔNG BÁO", "Tạm dừng kết nối hệ thống", "Bên tạm dừng:", "Nghi lộ khóa", "Căn cứ:", "Thời điểm:"),
        *("Tác động: Mọi lượt gọi bị từ chối", "2 quyền khai thác"),
    ),
    PrintoutKind.RESUMPTION: (
        *("THÔNG BÁO", "Khôi phục kết nối hệ thống", "Đã thay khóa", "Tình trạng kết nối: Đang chạy"),
    ),
    PrintoutKind.REVOCATION: (
        *("THÔNG BÁO", "Thu hồi quyền khai thác", "{grant}", "Chính thức", "Thử nghiệm", "Lý do: Hết nhu cầu"),
        "Hiệu lực từ:",
    ),
    PrintoutKind.ENDING: (
        *("THÔNG BÁO", "Hủy kết nối hệ thống", "Lý do: Hết nhu cầu", "Khoản 3 Điều 8", "Tác động: 2 quyền khai thác"),
        "Thời điểm:",
    ),
    PrintoutKind.APOLOGY: (
        *(
            "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
            REASON,
            "Đã quá hạn:",
            "Hẹn lại ngày trả kết quả: ngày {new_day}",
        ),
        "xin lỗi",
    ),
    PrintoutKind.CONTROL: (
        *("PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ", "Gửi đề nghị", "Tiếp nhận", "Trình phê duyệt", "Nhận lúc"),
        *("Thời gian giữ", "Cán bộ intake_officer (mẫu), Sở Khoa học và Công nghệ", "THỜI HẠN TỪNG BƯỚC", "Đúng hạn"),
    ),
}


def make_late(chain: Chain, step: str) -> None:
    """Let the running clock of *step* have passed its day."""
    late = Clock.objects.get(request=chain.request, step=step, ended_at__isnull=True)
    late.started_at, late.due_at = clock.now() - timedelta(days=9), clock.now() - timedelta(days=3)
    late.save()


def whole_way(chain: Chain) -> None:
    """Bring a dossier from sending to operation with every paper on the way."""
    chain.ask()
    answers = {point.pk: "Đã bổ sung" for point in chain.request.points.all()}
    chain.request = sending.answer_completion(
        actor=chain.actors["agency_representative"], request=chain.request, answers=answers
    )
    chain.mark_all()
    chain.request = approval.propose(actor=chain.actors["division_head"], request=chain.request)
    make_late(chain, "result")
    apologise(
        actor=chain.actors["division_head"],
        request=chain.request,
        reason=REASON,
        new_day=clock.today() + timedelta(days=5),
    )
    chain.request = approval.approve(actor=chain.actors["department_leader"], request=chain.request)
    trial = chain.make_sandbox()
    chain.call_sandbox()
    trials.measure(actor=chain.actors["technician"], trial=trial)
    chain.judge_typed_cases(trial)
    chain.freeze()
    chain.confirm_as("operator")
    chain.confirm_as("agency_representative")
    write_control_slip(actor=chain.actors["evaluator"], request=chain.request)
    chain.request = golive.go_live(actor=chain.actors["operator"], request=chain.request)
    held: dict[str, Any] = {
        "actor": chain.actors["operator"],
        "connection": chain.connection(),
        "side": HoldSide.OPERATOR,
    }
    holds.place_hold(**held, reason="Nghi lộ khóa")
    holds.lift_hold(**held, reason="Đã thay khóa")


def finish_way(chain: Chain) -> None:
    """End it as well."""
    chain.request = terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết nhu cầu")


@pytest.mark.clause("QC10.1", "QC10.2", "QC10.5")
def test_every_paper_says_what_it_must_in_both_files(chain: Chain) -> None:
    whole_way(chain)
    grant = chain.fresh().grants.open().get(environment="live").code
    finish_way(chain)
    issued = {item.kind: item for item in Printout.objects.in_force().filter(request=chain.request)}
    assert set(issued) == set(PrintoutKind.values)
    evaluation = Clock.objects.get(request=chain.request, step="evaluation")
    received = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    values = {
        "number": chain.request.number,
        "lookup": chain.request.lookup_code,
        "due": re.search(r"\d\d/\d\d/\d{4}", _strong(received)).group(),  # type: ignore[union-attr]
        "grant": grant,
        "record": chain.request.trials.get().content_hash,
        "new_day": f"{clock.today() + timedelta(days=5):%d/%m/%Y}",
    }
    assert evaluation.started_at
    for kind, printout in issued.items():
        for ending in FORMATS:
            said = text_of(printout, ending)
            assert unicodedata.is_normalized("NFC", said)
            assert not re.search(r"\{\{|\}\}|%\(|\bNone\b|\bnan\b|�|<[A-Z]\w+:", said), (kind, ending)
            for wanted in MUST_SAY[kind]:
                assert wanted.format(**values) in said, (kind, ending, wanted)
            for wanted in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: ………/………", "Tuyên Quang, ngày tháng năm 20"):
                assert wanted in said, (kind, ending, wanted)
            assert f"Mã hồ sơ: {chain.request.number}." in said
            assert f"/xac-minh/{printout.code}/" in said


def _strong(printout: Printout) -> str:
    return next(block["text"] for block in printout.content["blocks"] if block.get("strong"))


@pytest.mark.clause("QC10.2")
def test_a_later_paper_replaces_the_earlier_and_both_stay(chain: Chain) -> None:
    chain.ask()
    first = Printout.objects.get(kind=PrintoutKind.REQUEST)
    answers = {point.pk: "Đã bổ sung" for point in chain.request.points.all()}
    sending.answer_completion(actor=chain.actors["agency_representative"], request=chain.request, answers=answers)
    first.refresh_from_db()
    later = Printout.objects.in_force().get(kind=PrintoutKind.REQUEST)
    assert (later.replaces, later.superseded_at) == (first, None)
    assert first.superseded_at == later.issued_at
    assert file_of(first, "pdf") != file_of(later, "pdf")
    rows = {row.printout.kind: row for row in papers_of(chain.actors["agency_officer"], chain.request)}
    assert rows[PrintoutKind.REQUEST].earlier == [first]
    assert Fact.objects.filter(deed="printout.issued", subject_id=str(chain.request.pk)).count() == 4


def test_a_paper_stays_as_it_was_issued_whatever_changes_later(chain: Chain) -> None:
    chain.receive()
    issued = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    before = {ending: file_of(issued, ending) for ending in FORMATS}
    chain.agency.name = "Sở đã đổi tên"
    chain.agency.save()
    save_printout_template(actor=chain.actors["operator"], kind=PrintoutKind.RECEIPT, signer="BỘ PHẬN MỘT CỬA")
    save_letterhead(
        actor=chain.actors["operator"], agency=chain.operator, style="party", place="Hà Giang", source="Thử"
    )
    again = Printout.objects.get(pk=issued.pk)
    assert {ending: file_of(again, ending) for ending in FORMATS} == before
    assert content_hash(again.content) == again.sha256
    assert again.template_version == 1
    assert PrintoutTemplate.objects.get(kind=PrintoutKind.RECEIPT).version == 2


@pytest.mark.parametrize("change", ["content", "sha256", "code", "internal"])
def test_the_database_keeps_issued_papers(chain: Chain, change: str) -> None:
    chain.submit()
    issued = Printout.objects.get()
    setattr(issued, change, True if change == "internal" else {"a": 1} if change == "content" else "0" * 20)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        issued.save()
    with pytest.raises(DatabaseError, match="papers stay"), transaction.atomic():
        Printout.objects.get().delete()


def test_a_deed_that_cannot_issue_its_paper_is_refused_whole(chain: Chain) -> None:
    chain.submit()
    chain.operator.is_operator = False
    chain.operator.save()
    text = refused(GuardRefused, lambda: intake.receive(actor=chain.actors["intake_officer"], request=chain.request))
    assert "Danh bạ chưa có cơ quan quản lý, vận hành" in str(text.detail)
    assert chain.fresh().state == State.SUBMITTED
    assert not Printout.objects.exclude(kind=PrintoutKind.REQUEST).exists()


def test_a_kind_without_a_row_gets_it_from_the_seed_and_an_edited_one_stays(chain: Chain) -> None:
    chain.draft()
    operator = chain.actors["operator"]
    save_printout_template(actor=operator, kind=PrintoutKind.RECEIPT, signer="BỘ PHẬN MỘT CỬA")
    PrintoutTemplate.objects.filter(kind=PrintoutKind.REQUEST).delete()
    sending.submit(actor=chain.actors["agency_representative"], request=chain.request, committed=True)
    assert "CAM KẾT" in text_of(Printout.objects.get(), "docx")
    PrintoutTemplate.objects.filter(kind=PrintoutKind.CONTROL).delete()
    assert load_printouts(actor=system_actor("Nạp mẫu")) == 1
    assert load_printouts(actor=system_actor("Nạp mẫu")) == 0
    assert PrintoutTemplate.objects.get(kind=PrintoutKind.RECEIPT).signer == "BỘ PHẬN MỘT CỬA"
    refused(
        PermissionRefused,
        lambda: save_printout_template(actor=chain.actors["evaluator"], kind=PrintoutKind.RECEIPT, signer="X"),
    )
    refused(InvalidInput, lambda: save_printout_template(actor=operator, kind=PrintoutKind.RECEIPT, source=" "))


@pytest.mark.clause("QC8.2")
def test_who_may_have_which_paper(
    chain: Chain, desk: Desk, person: Callable[..., User], signed_in: Any, client: Any
) -> None:
    chain.propose()
    issued = {item.kind: item for item in Printout.objects.all()}
    foreign = signed_in(person("khac@lgsp.example", chain.provider, "agency_officer"))
    own = {PrintoutKind.REQUEST, PrintoutKind.RECEIPT}
    for kind, item in issued.items():
        for ending in FORMATS:
            address = reverse("printout_file", args=[item.pk, ending])
            assert client.get(address).status_code == 302
            assert foreign.get(address).status_code == 404
            assert desk("agency_officer").get(address).status_code == (200 if kind in own else 404)
            answer = desk("security_officer").get(address)
            assert answer.status_code == 200
            assert answer["Content-Type"] == FORMATS[ending][0]
            assert f'{ending}"' in answer["Content-Disposition"]
            assert "filename*=UTF-8''Phi%E1%BA%BFu" in answer["Content-Disposition"]
        assert desk("security_officer").get(reverse("printout_file", args=[item.pk, "exe"])).status_code == 404
    assert desk("agency_officer").get(reverse("printout_file", args=[10**9, "pdf"])).status_code == 404
    page = desk("agency_officer").get(reverse("request", args=[chain.request.pk])).content.decode()
    assert "Phiếu tiếp nhận hồ sơ và hẹn trả kết quả" in page
    assert "Phiếu kết quả thẩm định" not in page
    staff = reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])
    assert "Nội bộ, cơ quan không thấy" in desk("evaluator").get(staff).content.decode()


def test_the_evaluation_is_the_agencys_to_read_once_it_is_approved(chain: Chain, desk: Desk) -> None:
    chain.approve()
    proposed, approved = Printout.objects.filter(kind=PrintoutKind.EVALUATION).order_by("id")
    assert (proposed.internal, approved.internal) == (True, False)
    assert desk("agency_officer").get(reverse("printout_file", args=[proposed.pk, "pdf"])).status_code == 404
    assert desk("agency_officer").get(reverse("printout_file", args=[approved.pk, "pdf"])).status_code == 200
    rows = papers_of(chain.actors["agency_officer"], chain.request)
    assert [row.earlier for row in rows if row.printout == approved] == [[]]


def test_papers_of_a_dossier_are_read_in_one_query(chain: Chain, django_assert_num_queries: Any) -> None:
    chain.approve()
    with django_assert_num_queries(1):
        rows = papers_of(chain.actors["operator"], chain.request)
        assert [row.printout.get_kind_display() for row in rows]
        assert all(row.printout.issuer.name for row in rows)


@pytest.mark.clause("QC2.2")
def test_a_party_body_heads_its_papers_in_its_own_way_and_a_row_decides_otherwise(
    chain: Chain, agency: Callable[..., Agency]
) -> None:
    chain.agency.kind, chain.agency.name = "party_body", "Văn phòng Tỉnh ủy"
    chain.agency.parent = agency("H60.80", name="Tỉnh ủy Tuyên Quang")
    chain.agency.save()
    chain.submit()
    said = text_of(Printout.objects.get(), "pdf")
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in said
    assert "CỘNG HÒA XÃ HỘI" not in said
    assert "TỈNH ỦY TUYÊN QUANG VĂN PHÒNG TỈNH ỦY * Số ………-………/………" in said
    save_letterhead(
        actor=chain.actors["operator"],
        agency=chain.agency,
        style="state",
        issuer="Văn phòng Tỉnh ủy Tuyên Quang",
        signer="CHÁNH VĂN PHÒNG",
        source="Theo văn bản của cơ quan",
    )
    chain.request = chain.fresh()
    receipt = document_of(Printout.objects.get())
    assert receipt.head.style == "party"
    from_now = LetterheadRule.objects.get()
    assert (from_now.style, from_now.signer) == ("state", "CHÁNH VĂN PHÒNG")
    refused(
        PermissionRefused,
        lambda: save_letterhead(actor=chain.actors["evaluator"], agency=chain.agency, style="state", source="Thử"),
    )
    refused(
        InvalidInput,
        lambda: save_letterhead(actor=chain.actors["operator"], agency=chain.agency, style="", source="Thử"),
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Sở Nông nghiệp và Môi trường", ["SỞ NÔNG NGHIỆP", "VÀ\u00a0MÔI TRƯỜNG"]),
        ("Sở Khoa học và Công nghệ", ["SỞ KHOA HỌC VÀ\u00a0CÔNG NGHỆ"]),
        ("Ủy ban nhân dân tỉnh Tuyên Quang", ["ỦY BAN NHÂN DÂN", "TỈNH TUYÊN QUANG"]),
        ("A" * 60, ["A" * 60]),
        ("", [""]),
    ],
)
def test_names_of_bodies_break_evenly(name: str, lines: list[str]) -> None:
    assert head_lines(name).split("\n") == lines


@pytest.mark.parametrize("words", ["#strong[x] *b* $a$ <w:p>&amp; {{ x }} @ref", "\u202egnol đầu", "👍 " * 20])
def test_text_of_the_agency_stays_text_on_paper(chain: Chain, words: str) -> None:
    chain.draft()
    request = chain.fresh()
    long = (words + " ") * (4000 // (len(words) + 1))
    request.operation_plan, request.purpose_text, request.responsible_leader = long, words, words[:200]
    request.save()
    chain.system.name = words[:200]
    chain.system.save()
    sending.submit(actor=chain.actors["agency_representative"], request=request, committed=True)
    printed = Printout.objects.get()
    shown = " ".join(words.replace("\u202e", "").split())
    assert text_of(printed, "docx").count(shown) > 4000 // (len(words) + 1)
    assert shown.replace("👍", "□") in text_of(printed, "pdf")
    assert "\u202e" not in str(printed.content)

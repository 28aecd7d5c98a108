"""A draft begins filled, is kept while it is typed, and waits so long (ux.md A1, §4.3)."""

import re
import unicodedata
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from connections.choices import State
from connections.models import Attachment, ConnectionRequest
from connections.selectors.parts import seen_line
from connections.services import copying, draft_lines, drafts
from connections.services.attachments import attach
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.test_portal import fields_of, filed, fill
from tests.core.file_makers import pdf_bytes

LINE = {"operations": ["list"], "fields": ["code"], "daily_quota": 100}
PART = {"plans": "phuong-an", "technical": "ky-thuat", "scope": "pham-vi", "purpose": "muc-dich"}


def address(chain: Chain, part: str) -> str:
    return reverse("request_part", args=[chain.request.pk, PART[part]])


# -- beginning ------------------------------------------------------------------------------------
def test_a_draft_begins_with_what_the_agency_said_last(chain: Chain, desk: Desk) -> None:
    chain.submit()
    begun = copying.begin_filled(actor=chain.actors["agency_officer"])
    made = begun.request
    assert begun.fresh
    assert (made.responsible_leader, made.technical_contact_id) == (
        "Phó Giám đốc Sở (mẫu)",
        chain.users["technician"].pk,
    )
    assert (made.purpose_id, made.networks, made.security_plan) == (
        chain.purpose.pk,
        ["10.20.30.0/24"],
        "Khóa giữ trong kho bí mật",
    )
    assert (made.system_id, made.state_secret, made.daily_calls, made.lines.count()) == (None, None, None, 0)
    assert made.prefilled == ["contacts", "purpose", "technical", "plans"]
    page = desk("agency_officer").get(reverse("request", args=[made.pk])).content.decode()
    assert f"Điền sẵn từ hồ sơ {chain.request.number}" in page
    saved = drafts.save_part(
        actor=chain.actors["agency_officer"],
        request=made,
        part="plans",
        operation_plan=made.operation_plan,
        security_plan=made.security_plan,
    )
    assert "plans" not in saved.prefilled


def test_a_technician_who_left_is_not_carried_over(chain: Chain) -> None:
    chain.submit()
    for membership in chain.users["technician"].memberships.all():
        membership.ended_at = clock.now()
        membership.save()
    made = copying.begin_filled(actor=chain.actors["agency_officer"]).request
    assert made.technical_contact is None


def test_a_button_pressed_twice_begins_once(chain: Chain, desk: Desk) -> None:
    officer = desk("agency_officer")
    places = {officer.post(reverse("begin_request"))["Location"] for _turn in range(3)}
    assert (len(places), ConnectionRequest.objects.count()) == (1, 1)
    assert Fact.objects.filter(deed="request.begun").count() == 1
    assert "mở lại bản nháp đó" in officer.get(places.pop()).content.decode()


@pytest.mark.clause("QC10.1")
def test_a_copy_says_all_but_the_system_as_far_as_it_is_offered_now(chain: Chain, desk: Desk) -> None:
    chain.draft()
    officer = chain.actors["agency_officer"]
    other = publish("land-prices", chain.provider)
    draft_lines.save_line(actor=officer, request=chain.request, service=other, **LINE)
    attach(actor=officer, request=chain.request, file=SimpleUploadedFile("a.pdf", pdf_bytes()), part="plans")
    chain.request = chain.fresh()
    chain.receive_draft()
    version = other.versions.get()
    version.withdraw()
    version.save()
    operation = chain.service.versions.get().operations.get(code="one")
    operation.elements.all().delete()
    operation.delete()
    answer = desk("agency_officer").post(reverse("copy_request", args=[chain.request.pk]))
    made = ConnectionRequest.objects.get(state=State.DRAFT)
    assert answer["Location"] == reverse("request_part", args=[made.pk, "he-thong"])
    assert (made.missing_parts(), made.copied_from_id) == (["system"], chain.request.pk)
    assert made.lines.get().operations == ["list"]
    assert [file.name for file in made.attachments.all()] == ["a.pdf"]
    page = desk("agency_officer").get(answer["Location"]).content.decode()
    assert "không còn: one" in page
    assert page.count("không còn được cung cấp như trước") == 1
    again = desk("agency_officer").post(reverse("copy_request", args=[chain.request.pk]))
    assert (again["Location"], ConnectionRequest.objects.count()) == (answer["Location"], 2)


def test_only_own_sent_dossiers_are_copied_by_who_may_file(chain: Chain) -> None:
    chain.draft()
    with pytest.raises(InvalidInput):
        copying.copy_request(actor=chain.actors["agency_officer"], source=chain.request)
    chain.request = chain.fresh()
    chain.receive_draft()
    with pytest.raises(PermissionRefused):
        copying.copy_request(actor=chain.actors["agency_representative"], source=chain.request)
    chain.request.agency = chain.provider
    with pytest.raises(InvalidInput):
        copying.copy_request(actor=chain.actors["agency_officer"], source=chain.request)
    chain.agency.may_file = False
    chain.agency.save()
    with pytest.raises(GuardRefused):
        copying.begin_filled(actor=chain.actors["agency_officer"])
    assert ConnectionRequest.objects.count() == 1


# -- lines ----------------------------------------------------------------------------------------
def test_lines_are_saved_one_by_one_and_a_stale_one_is_told(chain: Chain) -> None:
    chain.draft()
    officer, other = chain.actors["agency_officer"], publish("land-prices", chain.provider)
    seen = seen_line(None)
    for _turn in range(2):
        draft_lines.save_line(actor=officer, request=chain.request, service=other, seen=seen, **LINE)
    assert {line.service.code for line in chain.fresh().lines.all()} == {"administrative-units", "land-prices"}
    assert Fact.objects.filter(deed="request.part_saved", after__service="land-prices").count() == 1
    with pytest.raises(drafts.PartChanged):
        draft_lines.save_line(
            actor=officer, request=chain.request, service=other, seen=seen, **{**LINE, "daily_quota": 7}
        )
    for _turn in range(2):
        draft_lines.drop_line(actor=officer, request=chain.request, service=other)
    assert chain.fresh().lines.get().service == chain.service


# -- typing ---------------------------------------------------------------------------------------
def test_typing_is_kept_answer_by_answer_and_what_is_wrong_waits(chain: Chain, desk: Desk) -> None:
    officer = desk("agency_officer")
    officer.post(reverse("begin_request"))
    chain.request = ConnectionRequest.objects.get()
    hidden = fields_of(officer.get(address(chain, "technical")).content.decode())
    typed = {**hidden, "networks": "10.0.0", "daily_calls": "5.000", "wanted_until": "01/01/2020", "autosave": "1"}
    page = officer.post(address(chain, "technical"), typed).content.decode()
    assert re.search(r"Đã lưu lúc \d\d:\d\d\s*, còn 2 ô chưa đúng", re.sub(r"\s+", " ", page))
    assert (chain.fresh().daily_calls, chain.fresh().networks, chain.fresh().wanted_until) == (5000, [], None)
    # The open form knows what it wrote itself, so the button does not take that for a colleague.
    del typed["autosave"]
    mended = {**typed, "networks": "10.0.0.1", "wanted_until": "", "peak_per_second": "9"}
    done = officer.post(address(chain, "technical"), mended)
    assert done.status_code == 302
    assert chain.fresh().networks == ["10.0.0.1"]


def test_a_state_secret_is_not_kept_by_itself_either(chain: Chain, desk: Desk) -> None:
    officer = desk("agency_officer")
    officer.post(reverse("begin_request"))
    chain.request = ConnectionRequest.objects.get()
    answer = officer.post(address(chain, "scope"), {"state_secret": "True", "personal_data": "True", "autosave": "1"})
    assert "Chưa lưu tự động" in answer.content.decode()
    assert (chain.fresh().state_secret, chain.fresh().personal_data) == (None, None)


def test_a_colleague_who_was_faster_is_named_and_shown_and_both_texts_stand(
    chain: Chain, desk: Desk, person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    chain.draft()
    colleague = signed_in(person("dong-nghiep@lgsp.example", chain.agency, "agency_officer", full_name="Lê Thị Mẫu"))
    mine = fields_of(desk("agency_officer").get(address(chain, "plans")).content.decode())
    fill(colleague, address(chain, "plans"), operation_plan="Của đồng nghiệp", security_plan="Kho bí mật")
    for extra in ({"autosave": "1"}, {"save": "1"}):
        late = desk("agency_officer").post(
            address(chain, "plans"), {**mine, "operation_plan": "Của tôi", "security_plan": "Kho bí mật", **extra}
        )
        page = late.content.decode()
        assert "Lê Thị Mẫu vừa sửa phần này lúc" in page
        assert chain.fresh().operation_plan == "Của đồng nghiệp"
    assert "Của đồng nghiệp" in page
    assert "Của tôi</textarea>" in page


def test_a_form_of_a_dossier_sent_meanwhile_keeps_its_text(chain: Chain, desk: Desk) -> None:
    chain.draft()
    mine = fields_of(desk("agency_officer").get(address(chain, "plans")).content.decode())
    chain.receive_draft()
    late = desk("agency_officer").post(
        address(chain, "plans"), {**mine, "operation_plan": "Muộn", "security_plan": "Muộn"}
    )
    page = late.content.decode()
    assert "vừa chuyển hồ sơ sang «Đang đánh giá» lúc" in page
    assert "Muộn</textarea>" in page
    assert chain.fresh().operation_plan == "Trực giờ hành chính"


def test_what_was_typed_before_the_session_ended_comes_back_after_signing_in(chain: Chain, desk: Desk) -> None:
    chain.draft()
    client = desk("agency_officer")
    hidden = fields_of(client.get(address(chain, "plans")).content.decode())
    session = client.session
    session["session_seen"] = 0
    session.save()
    lost = client.post(address(chain, "plans"), {**hidden, "operation_plan": "Đang gõ dở", "security_plan": "Kho"})
    assert lost["Location"].endswith(f"?next={address(chain, 'plans')}")
    assert chain.fresh().operation_plan == "Trực giờ hành chính"
    client.force_login(chain.users["agency_officer"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(address(chain, "plans")).content.decode()
    assert "Đang gõ dở</textarea>" in page
    assert "Nội dung đã nhập trước khi phiên hết được giữ bên dưới" in page
    assert chain.fresh().operation_plan == "Trực giờ hành chính"
    assert "Đang gõ dở" not in client.get(address(chain, "plans")).content.decode()


def test_an_autosave_after_the_session_says_so_in_its_place(chain: Chain) -> None:
    chain.draft()
    answer = Client(headers={"HX-Request": "true"}).post(
        address(chain, "plans"), {"autosave": "1", "kept_at": "10:31"}
    )
    page = answer.content.decode()
    assert "Phiên làm việc đã hết." in page
    assert "bản nháp đã được lưu lúc 10:31" in page
    assert f"next={address(chain, 'plans')}" in page
    assert "<html" not in page


# -- files on the pages ---------------------------------------------------------------------------
def test_good_files_are_kept_although_other_answers_are_wrong(chain: Chain, desk: Desk) -> None:
    officer = desk("agency_officer")
    officer.post(reverse("begin_request"))
    chain.request = ConnectionRequest.objects.get()
    given = [SimpleUploadedFile("Sơ đồ.pdf", pdf_bytes()), SimpleUploadedFile("a.exe", b"MZ")]
    for _turn in range(2):
        for file in given:
            file.seek(0)
        page = fill(officer, address(chain, "plans"), operation_plan="Một", documents=given).content.decode()
        assert "Tệp «a.exe» không được hỗ trợ. Chỉ nhận PDF, DOCX, XLSX" in page
        assert "Nhập phương án bảo đảm an toàn thông tin" in page
        assert "Một</textarea>" in page
    kept = Attachment.objects.get()
    assert kept.name == "Sơ đồ.pdf"
    gone = fill(officer, address(chain, "plans"), operation_plan="Một", security_plan="Hai", remove=str(kept.pk))
    assert gone["Location"] == address(chain, "plans")
    assert not Attachment.objects.current().exists()
    assert chain.fresh().security_plan == "Hai"


@pytest.mark.clause("QC9.8")
def test_a_national_database_asks_for_standard_and_sample(chain: Chain, desk: Desk) -> None:
    chain.draft()
    officer = desk("agency_officer")
    assert "Thông điệp mẫu" not in officer.get(address(chain, "technical")).content.decode()
    fill(officer, address(chain, "scope"), personal_data="False", state_secret="False", national_database="True")
    assert chain.fresh().missing_parts() == ["technical"]
    sample = SimpleUploadedFile("mau.json", b'{"a": 1}')
    values = {"networks": "10.1.1.1", "daily_calls": "5", "peak_per_second": "1", "message_standard": "QCVN (mẫu)"}
    assert fill(officer, address(chain, "technical"), **values, message_sample=sample).status_code == 302
    assert (chain.fresh().missing_parts(), Attachment.objects.get().kind) == ([], "message_sample")


def test_the_letter_is_prepared_by_the_officer_and_goes_with_the_dossier(chain: Chain, desk: Desk) -> None:
    filed(chain, desk("agency_officer"))
    chain.request = ConnectionRequest.objects.get()
    check = reverse("check_request", args=[chain.request.pk])
    letter = SimpleUploadedFile("Công văn.pdf", pdf_bytes())
    assert fill(desk("agency_officer"), check, letter=letter, letter_only="1").status_code == 302
    assert Attachment.objects.get().kind == "letter"
    second = SimpleUploadedFile("Phụ lục.pdf", pdf_bytes())
    sent = fill(desk("agency_representative"), check, letter=second, committed="on", send="1")
    assert sent["Location"] == reverse("request_sent", args=[chain.request.pk])
    assert Attachment.objects.current().count() == 2


# -- sending --------------------------------------------------------------------------------------
def test_sending_twice_or_from_an_old_page_answers_kindly_and_sends_once(chain: Chain, desk: Desk) -> None:
    filed(chain, desk("agency_officer"))
    chain.request = ConnectionRequest.objects.get()
    check, sender = reverse("check_request", args=[chain.request.pk]), desk("agency_representative")
    form = {**fields_of(sender.get(check).content.decode()), "committed": "on"}
    places = [sender.post(check, form)["Location"] for _turn in range(3)]
    assert places == [reverse("request_sent", args=[chain.request.pk])] * 3
    page = sender.get(places[0]).content.decode()
    assert "không gửi thêm lần nữa" in page
    assert "Hạn " in page
    assert Fact.objects.filter(deed="request.submit").count() == 1


def test_sending_says_which_parts_are_missing(chain: Chain, desk: Desk) -> None:
    officer = desk("agency_officer")
    officer.post(reverse("begin_request"))
    chain.request = ConnectionRequest.objects.get()
    check = reverse("check_request", args=[chain.request.pk])
    page = desk("agency_representative").post(check, {"committed": "on"}).content.decode()
    assert "Còn 6 phần chưa hoàn thành: Cơ quan và đầu mối, Hệ thống thông tin," in page
    assert chain.fresh().state == State.DRAFT


@pytest.mark.parametrize("typed", ["5.000", "5 000", "5000"])
def test_a_number_is_read_as_people_write_it(chain: Chain, desk: Desk, typed: str) -> None:
    chain.draft()
    values = {"networks": "10.1.1.1", "daily_calls": typed, "peak_per_second": "1"}
    fill(desk("agency_officer"), address(chain, "technical"), **values)
    assert chain.fresh().daily_calls == 5000


@pytest.mark.parametrize("typed", ["0", "-1", "5,5", "5.00", "mười", "10.000.001", "²"])
def test_what_is_no_such_number_says_what_is(chain: Chain, desk: Desk, typed: str) -> None:
    chain.draft()
    values = {"networks": "10.0.0", "daily_calls": typed, "peak_per_second": "1", "wanted_until": "31-31-2027"}
    page = fill(desk("agency_officer"), address(chain, "technical"), **values).content.decode()
    assert "Số lượt dự kiến mỗi ngày phải là số nguyên từ 1 đến 10.000.000" in page
    assert "«10.0.0» chưa phải địa chỉ IP. Nhập dạng 10.20.30.40 hoặc 10.20.30.0/24" in page
    assert "Ngày phải theo dạng ngày/tháng/năm, ví dụ 19/03/2026" in page
    assert chain.fresh().daily_calls == 5000


@pytest.mark.parametrize(
    ("typed", "month"), [("03/04/2027", 4), ("3/4/2027", 4), ("04-03-2027", 3), ("2027-04-03", 4)]
)
def test_days_are_read_as_vietnamese_write_them_and_texts_in_one_form(
    chain: Chain, desk: Desk, typed: str, month: int
) -> None:
    chain.draft()
    text = unicodedata.normalize("NFD", "Đặt tại Trung tâm dữ liệu")
    values = {"networks": "10.1.1.1", "daily_calls": "5", "peak_per_second": "1", "technical_needs": text}
    sent = fill(desk("agency_officer"), address(chain, "technical"), **values, wanted_until=typed)
    assert sent.status_code == 302
    found = chain.fresh()
    assert found.wanted_until is not None
    assert (found.wanted_until.month, found.technical_needs) == (month, "Đặt tại Trung tâm dữ liệu")
    fill(desk("agency_officer"), address(chain, "technical"), **values, wanted_until=typed)
    assert chain.fresh().version == found.version

"""An agency's statement: filled in, checked, handed in with a receipt, returned, mended; bad input (QC15.5)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from audit.models import Fact
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from reports.campaign_choices import StatementState
from reports.models import Statement, StatementFile
from reports.services.statement_steps import accept_statement, return_statement
from reports.services.statements import MAX_FILES, attach_file, remove_file, save_statement
from tests.core.file_makers import pdf_bytes
from tests.reports.campaigning import FIRST, SECOND, Round, campaigning, in_days

__all__ = ["campaigning"]
pytestmark = pytest.mark.clause("QC15.5")


def test_a_statement_is_saved_by_halves_and_handed_in_whole(campaigning: Round) -> None:
    campaigning.issue()
    found = campaigning.statement()
    row = found.rows.get(service__code="xa-phuong")
    saved = save_statement(
        actor=campaigning.officer(), statement=found, rows={row.pk: (25, "")}, answers={"ket-qua": " Nhanh hơn\r\n"}
    )
    assert (saved.state, saved.answers) == (StatementState.DRAFT, {"ket-qua": "Nhanh hơn"})
    facts = Fact.objects.count()
    again = {"rows": {row.pk: (25, "")}, "answers": {"ket-qua": "Nhanh hơn"}}
    save_statement(actor=campaigning.officer(), statement=found, revision=found.revision, **again)
    assert Fact.objects.count() == facts, "the same saved twice is saved once, whatever was seen"
    with pytest.raises(InvalidInput) as refusal:
        campaigning.submit()
    other = found.rows.get(service__code="ho-tich")
    needed = {f"explanation-{row.pk}", f"declared-{other.pk}", "answer-muc-dich", "answer-kho-khan"}
    assert set(refusal.value.errors) == needed
    campaigning.fill(declared={"xa-phuong": 25}, said="Đếm cả lượt thử lại")
    with pytest.raises(InvalidInput) as refusal:
        campaigning.submit(committed=False)
    assert list(refusal.value.errors) == ["committed"]
    made = campaigning.submit()
    assert made.code == f"{found.code}-L1"
    assert made.content["rows"][1]["declared"] == 25
    assert campaigning.statement().state == StatementState.SUBMITTED
    fact = Fact.objects.get(deed="statement.submitted")
    assert (fact.clause, fact.after["receipt"]) == ("QC15.5", made.code)
    with pytest.raises(StateRefused):
        campaigning.submit()
    with pytest.raises(StateRefused, match="không sửa được"):
        campaigning.fill()


@pytest.mark.parametrize(("declared", "needs"), [(20, False), (21, False), (19, False), (22, True), (0, True)])
def test_a_difference_beyond_the_tolerance_needs_words(campaigning: Round, declared: int, needs: bool) -> None:
    campaigning.issue()
    campaigning.fill(declared={"xa-phuong": declared})
    if not needs:
        assert campaigning.submit().number == 1
        return
    with pytest.raises(InvalidInput):
        campaigning.submit()
    assert campaigning.statement().state == StatementState.DRAFT


def test_who_writes_does_not_hand_in_alone(campaigning: Round, person: Callable[..., User]) -> None:
    campaigning.issue()
    campaigning.fill()
    with pytest.raises(PermissionRefused):
        save_statement(actor=campaigning.sender(), statement=campaigning.statement(), rows={}, answers={})
    both = campaigning.users["agency_officer", FIRST]
    person(both.email, campaigning.bodies[FIRST], "agency_representative")
    from accounts.selectors.actors import actor_for, standings_of
    from reports.services.statement_steps import submit_statement

    doubled = actor_for(both, standings_of(both), agency_id=None)
    given = {"statement": campaigning.statement(), "committed": True}
    with pytest.raises(GuardRefused, match="đại diện khác"):
        submit_statement(actor=doubled, **given)
    for stranger in (campaigning.officer(SECOND), campaigning.sender(SECOND), campaigning.staff):
        with pytest.raises(PermissionRefused):
            submit_statement(actor=stranger, **given)
    with pytest.raises(PermissionRefused):
        save_statement(actor=campaigning.officer(SECOND), statement=campaigning.statement(), rows={}, answers={})


def test_returned_it_is_mended_and_handed_in_again(campaigning: Round) -> None:
    campaigning.issue()
    campaigning.hand_in()
    with pytest.raises(InvalidInput):
        return_statement(actor=campaigning.staff, statement=campaigning.statement(), reason="  ")
    return_statement(actor=campaigning.staff, statement=campaigning.statement(), reason="Chưa nêu kết quả cụ thể")
    assert campaigning.statement().return_reason == "Chưa nêu kết quả cụ thể"
    campaigning.fill(**{"ket-qua": "Giảm hai ngày"})
    assert campaigning.submit().number == 2
    found = campaigning.statement()
    assert found.return_reason == ""
    first, second = found.versions.order_by("number")
    assert first.content_hash != second.content_hash
    accept_statement(actor=campaigning.staff, statement=found)
    with pytest.raises(StateRefused):
        accept_statement(actor=campaigning.staff, statement=found)
    with pytest.raises(PermissionRefused):
        return_statement(actor=campaigning.sender(), statement=found, reason="x")


def test_files_are_judged_counted_and_taken_out(campaigning: Round) -> None:
    campaigning.issue()
    found, officer = campaigning.statement(), campaigning.officer()

    def put(name: str, content: bytes = pdf_bytes()) -> StatementFile:
        return attach_file(actor=officer, statement=found, file=SimpleUploadedFile(name, content))

    kept = put("bang.pdf")
    assert put("bang.pdf").pk == kept.pk
    with pytest.raises(InvalidInput) as refusal:
        put("bang.pdf", b"MZ not a document")
    assert list(refusal.value.errors) == ["files"]
    for number in range(1, MAX_FILES):
        put(f"bang-{number}.pdf")
    with pytest.raises(InvalidInput):
        put("thua.pdf")
    remove_file(actor=officer, file=kept)
    remove_file(actor=officer, file=kept)
    assert found.files.current().count() == MAX_FILES - 1
    assert Fact.objects.filter(deed="statement.file_removed").count() == 1
    with pytest.raises(PermissionRefused):
        attach_file(actor=campaigning.officer(SECOND), statement=found, file=SimpleUploadedFile("a.pdf", pdf_bytes()))


@pytest.fixture
def visit(campaigning: Round, signed_in: Callable[..., Client]) -> Callable[..., Client]:
    """Return a client signed in as the holder of a role at an agency, after issuing."""
    campaigning.issue(instructions="Đếm theo <b>lượt gọi</b>")
    clients: dict[Any, Client] = {}

    def make(role: str, code: str = FIRST) -> Client:
        if (role, code) not in clients:
            clients[role, code] = signed_in(campaigning.users[role, code])
        return clients[role, code]

    return make


def form_of(statement: Statement, **changed: str) -> dict[str, str]:
    """Return the form as the page shows it, filled in."""
    rows = {f"declared-{row.pk}": str(row.logged) for row in statement.rows.all()}
    answers = {f"answer-{item['code']}": "Không có" for item in statement.campaign.questions}
    return {**rows, **answers, "seen": str(statement.revision), "form_id": "mot", **changed}


def test_the_way_of_both_people_through_the_pages(visit: Callable[..., Client], campaigning: Round) -> None:
    officer, sender = visit("agency_officer"), visit("agency_representative")
    found = campaigning.statement()
    home = f"/bao-cao-khai-thac/{found.code}/"
    assert home in officer.get("/bao-cao-khai-thac/").content.decode()
    page = officer.get(home).content.decode()
    assert "hạn nội bộ" in page
    assert "Đếm theo &lt;b&gt;lượt gọi&lt;/b&gt;" in page
    form = officer.get(f"{home}khai/").content.decode()
    assert 'value="20"' in form
    file = SimpleUploadedFile("bang.pdf", pdf_bytes())
    given = {**form_of(found), "save": "1", "files": file}
    assert officer.post(f"{home}khai/", given)["Location"] == f"{home}kiem-tra/"
    assert "Nộp báo cáo</button>" not in officer.get(f"{home}kiem-tra/").content.decode()
    checked = sender.get(f"{home}kiem-tra/").content.decode()
    assert "bang.pdf" in checked
    seen = re.search(r'name="seen" value="(\d+)"', checked)
    assert seen is not None
    unsure = sender.post(f"{home}kiem-tra/", {"seen": seen[1]})
    assert "Đánh dấu để xác nhận" in unsure.content.decode()
    assert sender.post(f"{home}kiem-tra/", {"seen": seen[1], "committed": "on"})["Location"] == home
    after = sender.get(home).content.decode()
    assert f"{found.code}-L1" in after
    assert sender.post(f"{home}kiem-tra/", {"seen": seen[1], "committed": "on"})["Location"] == home
    kept = StatementFile.objects.get()
    assert officer.get(f"{home}tep/{kept.pk}/").content.startswith(b"%PDF")
    assert sender.get(f"{home}ban-in/1.docx").content.startswith(b"PK")
    assert sender.get(f"{home}ban-in/1.xlsx").status_code == 404
    assert sender.get(f"{home}khai/").status_code == 403
    for address in (home, f"{home}kiem-tra/", f"{home}tep/{kept.pk}/", f"{home}ban-in/1.docx"):
        assert visit("agency_officer", SECOND).get(address).status_code == 404
    assert visit("agency_officer", SECOND).post(f"{home}khai/", form_of(found)).status_code == 404
    assert officer.get("/bao-cao-khai-thac/khong-co/").status_code == 404


@pytest.mark.parametrize("typed", ["-5", "một trăm", "=1+1", "<b>5</b>", "1e99", "9" * 15, "1.5", "0x10", "١٢"])
def test_what_is_no_number_is_told_beside_its_field_and_the_rest_is_kept(
    visit: Callable[..., Client], campaigning: Round, typed: str
) -> None:
    officer, found = visit("agency_officer"), campaigning.statement()
    bad, good = found.rows.get(service__code="xa-phuong"), found.rows.get(service__code="ho-tich")
    given = form_of(found, **{f"declared-{bad.pk}": typed, f"declared-{good.pk}": "1.234", "draft": "1"})
    page = officer.post(f"/bao-cao-khai-thac/{found.code}/khai/", given).content.decode()
    assert "nhập số nguyên từ 0 đến" in page
    assert "Các ô khác đã được lưu" in page
    assert typed.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<b>5</b>" not in page
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.declared, good.declared) == (None, 1234)
    assert campaigning.statement().answers["ket-qua"] == "Không có"


def test_two_writers_are_told_and_nothing_typed_is_lost(visit: Callable[..., Client], campaigning: Round) -> None:
    officer, found = visit("agency_officer"), campaigning.statement()
    address, key = f"/bao-cao-khai-thac/{found.code}/khai/", "answer-ket-qua"
    assert officer.post(address, form_of(found, **{key: "Của người thứ nhất", "draft": "1"})).status_code == 302
    mine = form_of(found, **{key: "Của người thứ hai", "form_id": "hai", "draft": "1"})
    told = officer.post(address, mine)
    assert told.status_code == 409
    page = told.content.decode()
    assert "vừa thay đổi nội dung này" in page
    assert "Của người thứ nhất" in page
    assert "Của người thứ hai" in page
    assert campaigning.statement().answers["ket-qua"] == "Của người thứ nhất"
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    assert officer.post(address, {**mine, "seen": seen[1]}).status_code == 302
    assert campaigning.statement().answers["ket-qua"] == "Của người thứ hai"


def test_what_is_typed_is_kept_by_itself(visit: Callable[..., Client], campaigning: Round) -> None:
    officer, found = visit("agency_officer"), campaigning.statement()
    address = f"/bao-cao-khai-thac/{found.code}/khai/"
    half = {**form_of(found, **{"answer-ket-qua": "Một nửa"}), "autosave": "1"}
    assert "Đã lưu lúc" in officer.post(address, half).content.decode()
    half["answer-ket-qua"] = "Cả câu"
    assert "Đã lưu lúc" in officer.post(address, half).content.decode(), "the same opening of the form goes on"
    assert campaigning.statement().answers["ket-qua"] == "Cả câu"


def test_past_a_strict_deadline_the_page_says_so_and_keeps_everything(
    campaigning: Round, signed_in: Callable[..., Client]
) -> None:
    campaigning.issue(accepts_late=False)
    campaigning.fill()
    sender, found = signed_in(campaigning.users["agency_representative", FIRST]), campaigning.statement()
    address = f"/bao-cao-khai-thac/{found.code}/"
    with in_days(40):
        from reports.services.statement_steps import submit_statement

        with pytest.raises(GuardRefused, match="Đề nghị Sở gia hạn"):
            submit_statement(actor=campaigning.sender(), statement=found, committed=True)
    assert "Kiểm tra và nộp" in sender.get(address).content.decode()
    assert campaigning.statement().answers["muc-dich"]


def test_lists_and_pages_read_few_times(
    visit: Callable[..., Client], campaigning: Round, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    officer, found = visit("agency_officer"), campaigning.statement()
    for path in ("", f"{found.code}/", f"{found.code}/khai/", f"{found.code}/kiem-tra/"):
        officer.get(f"/bao-cao-khai-thac/{path}")
        with django_assert_max_num_queries(15):
            officer.get(f"/bao-cao-khai-thac/{path}")

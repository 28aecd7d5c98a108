"""Staff pages of the register, as an operator uses them: import, new code, end, and two editors at once."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Agency, AgencyCode, User
from accounts.services.agencies import change_agency, create_agency, end_agency
from accounts.services.register import load_register
from audit.models import Fact
from core.actor import system_actor
from tests.accounts.test_register_import import BASE, as_csv, as_xlsx
from tests.house.checkers.pages import of_page
from tests.shelf import SHELF

JOB = system_actor("kiểm thử")
IMPORT = "/quan-tri/accounts/agency/nhap/"


@pytest.fixture
def staff(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """Sign in somebody at SKHCN; the register is theirs to keep."""

    def make(email: str = "v@lgsp.example", role: str = "operator") -> Client:
        return signed_in(person(email, agency("H60.02", is_operator=True), role))

    return make


def sent(client: Client, content: bytes, name: str = "danh-ba.csv", **fields: str) -> Any:
    """Choose a file."""
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, content), "source": "Sở Nội vụ", **fields})


def fingerprint(page: Any) -> str:
    """Return what the confirmation must name."""
    return str(re.search(r'name="fingerprint"\s+value="(\w+)"', page.content.decode())[1])  # type: ignore[index]


def entered(code: str = "H60.90", **fields: Any) -> Agency:
    """Enter an agency by its deed."""
    return create_agency(
        actor=JOB, **{"name": f"Sở {code}", "kind": "department", "source": "x", "code": code, **fields}
    )


# -- import ----------------------------------------------------------------------------------------
def test_a_file_is_previewed_and_confirmed(
    staff: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    client = staff()
    entered("H60.91")
    chosen = sent(client, as_csv(BASE, {**BASE, "code": "H60.91", "name": "Sở Mới"}))
    assert chosen.status_code == 302
    page = client.get(chosen["Location"])
    text = page.content.decode()
    assert "Thay đổi (1)" in text
    assert "<del>Sở H60.91</del> → <ins>Sở Mới</ins>" in text
    assert of_page(text, "preview") == []
    assert "Sở Thử nghiệm" in client.get(chosen["Location"], {"nhom": "new"}).content.decode()
    assert not Agency.objects.filter(code="H60.90").exists()
    short = client.post(chosen["Location"], {"fingerprint": fingerprint(page), "reason": ""})
    assert "Nhập lý do" in short.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(chosen["Location"], {"fingerprint": fingerprint(page), "reason": "Công văn 5"}, follow=True)
    assert "1 cơ quan mới, 1 cơ quan thay đổi" in done.content.decode()
    assert Fact.objects.filter(reason__contains="danh-ba.csv", actor_name__startswith="Cán bộ v").count() == 2
    again = client.post(chosen["Location"], {"fingerprint": fingerprint(page), "reason": "Công văn 5"})
    assert again.status_code == 410


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "x.csv", "Tệp rỗng"),
        ("Tên cơ quan\nSở".encode(), "x.csv", "Thiếu cột «Mã định danh điện tử»"),
        ("Mã định danh điện tử,Màu\nH60.1,x".encode(), "x.csv", "Cột «Màu» không có trong mẫu"),
        ("Mã định danh điện tử,,Nguồn\nH60.1,x,y".encode(), "x.csv", "Cột thứ 2 không có tiêu đề"),
        ("Mã định danh điện tử,ma dinh danh dien tu\nH60.1,x".encode(), "x.csv", "có hai lần"),
        ("Mã định danh điện tử,Tên cơ quan".encode(), "x.csv", "chỉ có dòng tiêu đề"),
        ("Mã,Tên\nH60.1,Sở".encode("utf-16"), "x.csv", "CSV UTF-8"),
        (b"%PDF-1.7", "x.xlsx", "không phải bảng tính"),
    ],
)
def test_a_file_that_is_no_register_is_refused_on_its_field(
    staff: Callable[..., Client], content: bytes, name: str, said: str
) -> None:
    page = sent(staff(), content, name)
    text = page.content.decode()
    assert page.status_code == 200
    assert said in text
    assert 'value="Sở Nội vụ"' in text
    assert of_page(text, "import") == []


def test_a_file_above_the_limit_is_refused_and_the_limit_is_on_the_page(
    staff: Callable[..., Client], settings: Any
) -> None:
    settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS = 2048, 1500
    client = staff()
    assert "1.500 dòng" in client.get(IMPORT).content.decode()
    assert "Tệp lớn hơn 2,0" in sent(client, b"x" * 3000).content.decode()
    settings.IMPORT_MAX_BYTES, settings.IMPORT_MAX_ROWS = 2048, 1
    assert "hơn 1 dòng" in sent(client, as_csv(BASE, {**BASE, "code": "H60.91"})).content.decode()
    assert client.post(IMPORT, {"source": "x"}).status_code == 200


def test_wrong_rows_are_shown_and_cannot_be_confirmed(staff: Callable[..., Client]) -> None:
    client = staff()
    chosen = sent(client, as_xlsx({**BASE, "kind": "=1+1", "name": "<script>alert(1)</script>"}), "a.xlsx")
    text = client.get(chosen["Location"]).content.decode()
    assert "Ô có công thức" in text
    assert "<script>alert(1)" not in text
    assert 'name="fingerprint"' not in text
    assert client.post(chosen["Location"], {"fingerprint": "0" * 64, "reason": "x"}).status_code == 200
    assert not Agency.objects.filter(code="H60.90").exists()


def test_a_register_changed_since_the_preview_refuses_and_names_the_rows(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered("H60.91")
    entered("H60.92")
    chosen = sent(client, as_csv(*({"code": code, "phone": "1"} for code in ("H60.91", "H60.92"))))
    page = client.get(chosen["Location"])
    change_agency(actor=JOB, agency=made, phone="9")
    refused = client.post(chosen["Location"], {"fingerprint": fingerprint(page), "reason": "Công văn 5"})
    text = refused.content.decode()
    assert "ở các dòng: 2 (H60.91). Chưa có gì được ghi" in text
    assert 'value="Công văn 5"' in text
    assert list(Agency.objects.filter(code__in=["H60.91", "H60.92"]).values_list("phone", flat=True)) == ["9", ""]
    assert "<del>9</del>" in text
    done = client.post(chosen["Location"], {"fingerprint": fingerprint(refused), "reason": "Công văn 5"})
    assert done.status_code == 302
    assert Agency.objects.get(pk=made.pk).phone == "1"


def test_a_confirmation_of_another_preview_does_nothing(staff: Callable[..., Client]) -> None:
    client = staff()
    first = sent(client, as_csv(BASE))
    client.get(first["Location"])
    other = client.get(sent(client, as_csv({**BASE, "name": "Sở Khác"}))["Location"])
    text = client.post(first["Location"], {"fingerprint": fingerprint(other), "reason": "x"}).content.decode()
    assert "Bản xem trước này đã cũ" in text
    assert not Agency.objects.filter(code="H60.90").exists()


def test_a_preview_is_only_its_senders_and_does_not_last(staff: Callable[..., Client]) -> None:
    client = staff()
    chosen = sent(client, as_csv(BASE))
    assert staff("w@lgsp.example").get(chosen["Location"]).status_code == 410
    assert staff("e@lgsp.example", "evaluator").get(chosen["Location"]).status_code == 403
    cache.clear()
    assert client.get(chosen["Location"]).status_code == 410


def test_only_those_who_keep_the_register_import(staff: Callable[..., Client]) -> None:
    client = staff("e@lgsp.example", "evaluator")
    assert client.get(IMPORT).status_code == 403
    assert sent(client, as_csv(BASE)).status_code == 403
    listed = client.get("/quan-tri/accounts/agency/").content.decode()
    assert "Xuất XLSX" in listed
    assert "Nhập từ tệp" not in listed


def test_ten_thousand_rows_cost_no_query_each(
    staff: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = staff()
    rows = [
        {"code": f"H60.{n:05}", "name": f"Đơn vị {n}", "kind": "Đơn vị trực thuộc", "parent": "H60.02", "source": "x"}
        for n in range(10_000)
    ]
    content = as_csv(*rows)
    with django_assert_max_num_queries(20):
        chosen = sent(client, content)
    with django_assert_max_num_queries(20):
        page = client.get(chosen["Location"])
    assert "Cơ quan mới (10.000)" in page.content.decode()
    assert len(page.content) < 300_000


# -- a new code ------------------------------------------------------------------------------------
def test_an_official_code_replaces_the_sample_one(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered()
    address = f"/quan-tri/accounts/agency/{made.pk}/thay-ma/"
    assert address in client.get(f"/quan-tri/accounts/agency/{made.pk}/change/").content.decode()
    page = client.get(address).content.decode()
    assert "thôi dùng vĩnh viễn" in page
    assert of_page(page, "code") == []
    wrong = client.post(address, {"code": "H60.02", "reason": "Công bố mã", "version": 1}).content.decode()
    assert "không bao giờ dùng lại" in wrong
    assert 'value="Công bố mã"' in wrong
    assert client.post(address, {"code": "H60.50", "reason": "Công bố mã", "version": 1}).status_code == 302
    made.refresh_from_db()
    assert (made.code, made.code_is_official) == ("H60.50", True)
    assert AgencyCode.objects.get(value="H60.90").retired_on is not None
    late = client.post(address, {"code": "H60.51", "reason": "Công bố mã", "version": 1}).content.decode()
    assert "vừa thay đổi cơ quan này" in late
    assert 'value="H60.51"' in late
    assert Agency.objects.get(pk=made.pk).code == "H60.50"


def test_a_sample_code_may_turn_out_to_be_official(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered()
    address = f"/quan-tri/accounts/agency/{made.pk}/thay-ma/"
    assert client.post(address, {"code": "H60.90", "reason": "Công bố mã", "version": 1}).status_code == 302
    row = AgencyCode.objects.get(value="H60.90")
    assert (row.is_official, row.retired_on) == (True, None)


# -- the end ---------------------------------------------------------------------------------------
def test_ending_says_who_loses_what_and_units_go_to_the_successor(
    staff: Callable[..., Client], person: Callable[..., User]
) -> None:
    client, old, new = staff(), entered("H60.91"), entered("H60.92", name="Sở Kế thừa")
    child = entered("H60.93", name="Chi cục Con", parent=old)
    person("a@lgsp.example", old, "agency_officer", "agency_admin", full_name="Bùi Văn Mẫu")
    address = f"/quan-tri/accounts/agency/{old.pk}/ket-thuc/"
    page = client.get(address).content.decode()
    assert "1 người mất vai trò tại cơ quan này sau ngày kết thúc: Bùi Văn Mẫu." in page
    assert "1 đơn vị trực thuộc đang hoạt động" in page
    assert of_page(page, "end") == []
    typed = {"valid_to": "30/06/2026", "successor": new.pk, "reason": "Nghị quyết 7", "version": 1}
    refused = client.post(address, typed).content.decode()
    assert "Còn 1 đơn vị trực thuộc đang hoạt động: Chi cục Con" in refused
    assert 'value="30/06/2026"' in refused
    assert Agency.objects.get(pk=old.pk).valid_to is None
    assert client.post(address, {**typed, "move_children": "on"}).status_code == 302
    old.refresh_from_db()
    child.refresh_from_db()
    assert (old.valid_to, old.successor, child.parent) == (date(2026, 6, 30), new, new)
    assert set(Fact.objects.filter(reason="Nghị quyết 7").values_list("deed", flat=True)) == {
        "agency.ended",
        "agency.changed",
    }
    assert client.get(address).status_code == 409
    assert client.post(address, typed).status_code == 409
    assert address not in client.get(f"/quan-tri/accounts/agency/{old.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"valid_to": "", "reason": "x"}, "Nhập ngày kết thúc"),
        ({"valid_to": "2026", "reason": "x"}, "ngày/tháng/năm"),
        ({"valid_to": "01/01/2020", "reason": "x"}, "sau hoặc bằng ngày bắt đầu (01/07/2025)"),
        ({"valid_to": "30/06/2026", "reason": " "}, "Nhập lý do"),
        (
            {"valid_to": "30/06/2026", "reason": "x", "successor": "999999999999999999999"},
            "Chọn một mục trong danh sách",
        ),
        ({"valid_to": "30/06/2026", "reason": "x", "successor": "\0"}, "Không dùng ký tự rỗng"),
        ({"valid_to": "30/06/2026", "reason": "a\0b"}, "Lý do"),
    ],
)
def test_a_wrong_end_names_the_field_and_ends_nothing(
    staff: Callable[..., Client], typed: dict[str, str], said: str
) -> None:
    client, made = staff(), entered(valid_from=date(2025, 7, 1))
    page = client.post(f"/quan-tri/accounts/agency/{made.pk}/ket-thuc/", {**typed, "version": 1})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert of_page(page.content.decode(), "end") == []
    assert Agency.objects.get(pk=made.pk).valid_to is None


def test_the_only_operator_cannot_be_ended(staff: Callable[..., Client]) -> None:
    client = staff()
    made = Agency.objects.get(code="H60.02")
    typed = {"valid_to": "30/06/2026", "reason": "x", "version": made.version}
    text = client.post(f"/quan-tri/accounts/agency/{made.pk}/ket-thuc/", typed).content.decode()
    assert "duy nhất" in text
    assert Agency.objects.get(pk=made.pk).valid_to is None


@pytest.mark.parametrize("page", ["thay-ma", "ket-thuc"])
def test_deeds_on_one_agency_are_refused_to_others_and_missing_for_nobody(
    staff: Callable[..., Client], page: str
) -> None:
    made, client = entered(), staff()
    assert staff("e@lgsp.example", "evaluator").get(f"/quan-tri/accounts/agency/{made.pk}/{page}/").status_code == 403
    for wrong in ("0", "999999999999999999999999", "x", "%00"):
        assert client.get(f"/quan-tri/accounts/agency/{wrong}/{page}/").status_code in (400, 404)


# -- two editors -----------------------------------------------------------------------------------
def form_values(client: Client, agency: Agency) -> dict[str, Any]:
    """Return what the change form would send back untouched."""
    form = client.get(f"/quan-tri/accounts/agency/{agency.pk}/change/").context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_the_slower_of_two_editors_is_told_and_overwrites_nothing(staff: Callable[..., Client]) -> None:
    first, second, made = staff(), staff("w@lgsp.example"), entered()
    seen = form_values(second, made)
    address = f"/quan-tri/accounts/agency/{made.pk}/change/"
    assert first.post(address, {**form_values(first, made), "phone": "0207 1"}).status_code == 302
    late = second.post(address, {**seen, "address": "Đường Mới", "phone": ""})
    text = late.content.decode()
    assert late.status_code == 200
    assert "Cán bộ v (mẫu) vừa thay đổi cơ quan này" in text
    assert 'value="Đường Mới"' in text
    stored = Agency.objects.get(pk=made.pk)
    assert (stored.phone, stored.address) == ("0207 1", "")
    again = second.post(address, {**form_values(second, made), "address": "Đường Mới"})
    assert again.status_code == 302
    stored.refresh_from_db()
    assert (stored.phone, stored.address) == ("0207 1", "Đường Mới")


def test_a_form_without_its_version_changes_nothing(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered()
    values = form_values(client, made)
    del values["seen_version"]
    assert client.post(f"/quan-tri/accounts/agency/{made.pk}/change/", {**values, "phone": "1"}).status_code == 200
    assert Agency.objects.get(pk=made.pk).phone == ""


def test_the_change_form_leaves_codes_and_ends_to_their_deeds(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered()
    values = form_values(client, made)
    assert not {"code", "code_is_official", "valid_to"} & set(values)
    sent_along = {**values, "code": "H60.66", "code_is_official": "on", "valid_to": "01/01/2026", "phone": "1"}
    assert client.post(f"/quan-tri/accounts/agency/{made.pk}/change/", sent_along).status_code == 302
    stored = Agency.objects.get(pk=made.pk)
    assert (stored.code, stored.code_is_official, stored.valid_to, stored.phone) == ("H60.90", False, None, "1")


def test_a_wrong_day_of_end_is_mended_with_a_reason(staff: Callable[..., Client]) -> None:
    client, made = staff(), entered()
    end_agency(actor=JOB, agency=made, valid_to=date(2026, 6, 30), reason="x", successor=entered("H60.91"))
    address = f"/quan-tri/accounts/agency/{made.pk}/change/"
    values = {**form_values(client, made), "valid_to": ""}
    assert "Nhập lý do sửa ngày kết thúc" in client.post(address, values).content.decode()
    assert client.post(address, {**values, "reason": "Nhập nhầm"}).status_code == 302
    stored = Agency.objects.get(pk=made.pk)
    assert (stored.valid_to, stored.successor) == (None, None)


# -- speed -----------------------------------------------------------------------------------------
def test_lists_cost_the_same_few_queries_whatever_their_length(
    staff: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    SHELF.take("register", lambda: load_register(actor=JOB))
    client = staff()
    client.get("/quan-tri/accounts/agency/")
    for address in ("/quan-tri/accounts/agency/", "/quan-tri/accounts/agency/?q=minh+xuan&kind__exact=commune"):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
    for address in ("/danh-ba/", "/danh-ba/?q=xa&page=2", "/danh-ba/H60.02/", "/api/v1/agencies?limit=200"):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
    for address in ("/quan-tri/accounts/agency/xuat-csv/", "/quan-tri/accounts/agency/xuat-xlsx/"):
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200

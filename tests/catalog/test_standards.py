"""Standards, code lists and plans: public with their validity, kept by staff, cited by services."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import CodeListEntry, ServiceVersion, Standard
from catalog.services.code_entries import export_entries, import_entries, open_preview, show_preview
from catalog.services.standards import (
    end_standard,
    load_standards,
    replace_standard,
    set_standard,
    set_standard_services,
)
from catalog.services.versions import publish_version
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB

ROOM = "/quan-tri/catalog/standard"
HEADERS = ["Mã", "Tên", "Mã cấp trên", "Có hiệu lực từ", "Đến hết ngày"]


@pytest.fixture
def standard(db: None) -> Callable[..., Standard]:
    """Enter a standard."""

    def make(number: str = "TCVN 1:2020", **fields: Any) -> Standard:
        values = {"kind": "standard", "title": "Trao đổi dữ liệu", "issuer": "Bộ", "source": "Công báo", **fields}
        return set_standard(actor=JOB, number=number, **values)

    return make


@pytest.fixture
def staff(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """A signed-in person of SKHCN."""

    def make(role: str = "operator") -> Client:
        return signed_in(person(f"{role.replace('_', '-')}@lgsp.example", agency("H60.02", is_operator=True), role))

    return make


def table(*rows: list[Any]) -> bytes:
    """Return a workbook of codes."""
    book = Workbook()
    sheet: Any = book.active
    for row in (HEADERS, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.clause("QC4.2")
def test_everybody_finds_what_is_in_force_and_what_replaced_it(standard: Callable[..., Standard]) -> None:
    old, new = standard(valid_from=date(2020, 1, 1)), standard("TCVN 2:2026", title="Trao đổi dữ liệu, bản mới")
    standard("60/KH-UBND", kind="plan", title="Kế hoạch", valid_from=clock.today() + timedelta(days=9))
    yesterday = clock.today() - timedelta(days=1)
    replace_standard(actor=JOB, standard=old, by=new, last_day=yesterday)
    client = Client()

    def numbers(**query: Any) -> set[str]:
        return {row[0].number for row in client.get("/tieu-chuan/", query).context["rows"]}

    assert numbers() == {"TCVN 1:2020", "TCVN 2:2026", "60/KH-UBND"}
    assert numbers(q="trao doi DU LIEU") == {"TCVN 1:2020", "TCVN 2:2026"}
    assert numbers(standing="now") == {"TCVN 2:2026"}
    assert numbers(standing="ended") == {"TCVN 1:2020"}
    assert numbers(kind="plan") == numbers(standing="later") == {"60/KH-UBND"}
    text = client.get("/tieu-chuan/").content.decode()
    for part in ("Còn hiệu lực", "Được thay thế", "Chưa có hiệu lực"):
        assert part in text
    page = client.get(f"/tieu-chuan/{old.pk}/").content.decode()
    assert f'href="/tieu-chuan/{new.pk}/"' in page
    assert "Thay thế cho" in client.get(f"/tieu-chuan/{new.pk}/").content.decode()
    assert client.get("/tieu-chuan/999999/").status_code == 404
    assert client.get(f"/tieu-chuan/{old.pk}/ma.xlsx").status_code == 404


@pytest.mark.clause("QC11.1")
def test_a_service_shows_the_standards_it_follows(
    standard: Callable[..., Standard], draft: Callable[..., ServiceVersion], staff: Callable[..., Client]
) -> None:
    found, version = standard(), draft()
    publish_version(actor=JOB, version=version)
    client = staff()
    page = f"{ROOM}/{found.pk}/dich-vu/"
    assert "Đơn vị hành chính" in client.get(page).content.decode()
    assert client.post(page, {"services": [version.service_id]}).status_code == 302
    assert "TCVN 1:2020: còn hiệu lực" in Client().get("/danh-muc/administrative-units/").content.decode()
    assert "Đơn vị hành chính" in Client().get(f"/tieu-chuan/{found.pk}/").content.decode()
    assert client.post(page, {"services": [999]}).status_code == 200
    assert found.services.count() == 1
    assert Fact.objects.filter(deed="standard.services_set").count() == 1
    assert client.post(page, {}).status_code == 302
    assert not found.services.exists()


@pytest.mark.clause("Q50-15.2")
@pytest.mark.clause("Q50-13.1")
def test_staff_enter_replace_and_end_on_pages(staff: Callable[..., Client]) -> None:
    client = staff()
    typed = {
        "kind": "standard",
        "number": "TCVN 1:2020",
        "title": "Trao đổi dữ liệu",
        "issuer": "Bộ",
        "issued_on": "01/02/2020",
        "valid_from": "01/01/2020",
        "source": "Công báo",
    }
    wrong = client.post(f"{ROOM}/add/", typed)
    assert "không thể trước ngày ban hành" in wrong.content.decode()
    assert not Standard.objects.exists()
    typed["valid_from"] = "01/03/2020"
    assert client.post(f"{ROOM}/add/", typed).status_code == 302
    assert "cùng loại mang số này" in client.post(f"{ROOM}/add/", typed).content.decode()
    client.post(f"{ROOM}/add/", {**typed, "number": "TCVN 2:2026"})
    old, new = Standard.objects.order_by("pk")
    page = f"{ROOM}/{old.pk}/thay/"
    form = {"by": new.pk, "last_day": "01/01/2019", "revision": old.revision}
    assert "không thể trước ngày có hiệu lực" in client.post(page, form).content.decode()
    assert client.post(page, {**form, "last_day": "31/12/2025"}).status_code == 302
    assert Standard.objects.get(pk=old.pk).replaced_by == new
    circle = {"by": old.pk, "last_day": "31/12/2026", "revision": new.revision}
    assert "đã được chính văn bản này thay" in client.post(f"{ROOM}/{new.pk}/thay/", circle).content.decode()
    end = f"{ROOM}/{new.pk}/het-hieu-luc/"
    ending = {"last_day": "31/12/2025", "reason": "", "revision": new.revision}
    assert "Nhập lý do" in client.post(end, ending).content.decode()
    assert client.post(end, {**ending, "reason": "Bãi bỏ"}).status_code == 302
    assert client.get(f"{ROOM}/{old.pk}/change/").status_code == 200
    deeds = list(Fact.objects.filter(subject_type="catalog.standard").order_by("id").values_list("deed", flat=True))
    assert deeds == ["standard.entered", "standard.entered", "standard.replaced", "standard.ended"]


def test_refusals_of_the_deeds_change_nothing(standard: Callable[..., Standard], people: Any) -> None:
    found, facts = standard(valid_from=date(2020, 1, 1)), Fact.objects.count()
    stranger, today = people("agency_officer"), clock.today()
    for deed in (
        lambda: set_standard(actor=stranger, kind="plan", number="1", title="x", issuer="x", source="x"),
        lambda: replace_standard(actor=stranger, standard=found, by=found, last_day=today),
        lambda: end_standard(actor=stranger, standard=found, last_day=today, reason="x"),
        lambda: set_standard_services(actor=stranger, standard=found, services=[]),
    ):
        with pytest.raises(PermissionRefused):
            deed()
    for bad in (
        lambda: set_standard(actor=JOB, standard=found, valid_to=date(2019, 1, 1)),
        lambda: set_standard(actor=JOB, standard=found, issued_on=date(2199, 1, 1)),
        lambda: set_standard(actor=JOB, standard=found, title=""),
        lambda: replace_standard(actor=JOB, standard=found, by=found, last_day=today),
        lambda: replace_standard(actor=JOB, standard=found, by=None, last_day=today),
        lambda: end_standard(actor=JOB, standard=found, last_day=date(2019, 1, 1), reason="x"),
    ):
        with pytest.raises(InvalidInput):
            bad()
    with pytest.raises(StateRefused):
        set_standard(actor=JOB, standard=found, revision=99, title="Khác")
    assert Fact.objects.count() == facts
    assert Standard.objects.get().valid_to is None


@pytest.mark.django_db
def test_what_we_bring_is_labelled_and_loaded_once(staff: Callable[..., Client]) -> None:
    made = load_standards(actor=JOB)
    assert made == Standard.objects.count() > 5
    assert load_standards(actor=JOB) == 0
    assert not Standard.objects.filter(is_default=False).exists()
    found = Standard.objects.get(number="QCVN 09:2025/BCA")
    assert (found.valid_from, found.needs_check) == (date(2025, 8, 10), False)
    page = Client().get("/tieu-chuan/", {"q": "11930"}).content.decode()
    assert "Cần kiểm tra với văn bản gốc" in page
    assert "Chờ kiểm tra hiệu lực" in page
    known = {row[0].number for row in Client().get("/tieu-chuan/", {"standing": "now"}).context["rows"]}
    assert "QCVN 09:2025/BCA" in known
    assert "TCVN 11930:2017" not in known


@pytest.mark.clause("Q50-15.1")
def test_codes_of_a_list_come_from_a_file_and_are_public(
    standard: Callable[..., Standard], staff: Callable[..., Client]
) -> None:
    found, client = standard("19/2025/QĐ-TTg", kind="code_list", title="Đơn vị hành chính"), staff()
    address = f"{ROOM}/{found.pk}/ma/nhap/"
    assert "Mã cấp trên" in client.get(address).content.decode()
    file = table(["08", "Tỉnh Tuyên Quang", "", "01/07/2025"], ["00691", "Phường Hà Giang 2", "08", "01/07/2025"])
    chosen = client.post(address, {"file": SimpleUploadedFile("ma.xlsx", file)})
    assert chosen.status_code == 302
    text = client.get(chosen["Location"]).content.decode()
    assert "Mã mới (2)" in text
    mark = str(re.search(r'name="fingerprint"\s+value="(\w+)"', text)[1])  # type: ignore[index]
    done = client.post(chosen["Location"], {"fingerprint": mark, "reason": "Quyết định 19"}, follow=True)
    assert "2 mã mới" in done.content.decode()
    page = Client().get(f"/tieu-chuan/{found.pk}/", {"q": "ha giang"}).content.decode()
    assert "00691" in page
    assert "Tỉnh Tuyên Quang" not in page
    sheet: Any = load_workbook(io.BytesIO(Client().get(f"/tieu-chuan/{found.pk}/ma.xlsx").content)).active
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["00691", "08"]
    for part in ("mau/", "xuat/"):
        assert client.get(f"{ROOM}/{found.pk}/ma/{part}").status_code == 200
    same = open_preview(found, actor=JOB, content=export_entries(found)[1], file_name="x.xlsx", max_rows=100)
    assert show_preview(found, actor=JOB, preview=same)[0].counts() == {"unchanged": 2}


@pytest.mark.parametrize(
    ("row", "column", "text"),
    [
        (["", "Tên"], "Mã", "Nhập mã"),
        (["1", ""], "Tên", "Nhập tên"),
        (["1", "Tên", "99"], "Mã cấp trên", "Không có mã cấp trên 99"),
        (["1", "Tên", "1"], "Mã cấp trên", "Không có mã cấp trên 1"),
        (["1", "Tên", "", "02/01/2026", "01/01/2026"], "Đến hết ngày", "phải sau hoặc bằng"),
        (["1", "Tên", "", "x"], "Có hiệu lực từ", "dạng ngày/tháng/năm"),
        (["1", "=1+1"], "Tên", "Ô có công thức"),
    ],
)
def test_each_wrong_code_says_where_and_how_to_mend(
    standard: Callable[..., Standard], row: list[Any], column: str, text: str
) -> None:
    found = standard(kind="code_list")
    facts = Fact.objects.count()
    preview = open_preview(found, actor=JOB, content=table(row), file_name="x.xlsx", max_rows=10)
    plan, _moved = show_preview(found, actor=JOB, preview=preview)
    [wrong] = [item for planned in plan.rows for item in planned.wrong]
    assert wrong.header == column
    assert text in wrong.text
    with pytest.raises(InvalidInput):
        import_entries(found, actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert (Fact.objects.count(), CodeListEntry.objects.count()) == (facts, 0)


def test_only_code_lists_take_codes_and_a_moved_list_refuses(standard: Callable[..., Standard], people: Any) -> None:
    with pytest.raises(StateRefused):
        open_preview(standard("A"), actor=JOB, content=table(["1", "x"]), file_name="x.xlsx", max_rows=10)
    found = standard("B", kind="code_list")
    with pytest.raises(PermissionRefused):
        open_preview(found, actor=people("evaluator", "H60.02"), content=table(["1", "x"]), file_name="x", max_rows=10)
    preview = open_preview(found, actor=JOB, content=table(["1", "x"]), file_name="x.xlsx", max_rows=10)
    show_preview(found, actor=JOB, preview=preview)
    CodeListEntry.objects.create(standard=found, code="1", title="Nhanh hơn")
    with pytest.raises(StateRefused, match="Chưa có gì được ghi"):
        import_entries(found, actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert CodeListEntry.objects.get().title == "Nhanh hơn"
    with pytest.raises(InvalidInput):
        set_standard(actor=JOB, standard=found, kind="plan")


def test_the_list_takes_the_same_queries_for_many(
    standard: Callable[..., Standard], django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(12):
        standard(f"TCVN {number}")
    with django_assert_num_queries(3):
        assert Client().get("/tieu-chuan/").status_code == 200

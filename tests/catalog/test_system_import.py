"""The register of systems from a file: every row judged before anything is written, then all of it or nothing."""

import io
import re
import zipfile
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import InformationSystem
from catalog.services.system_codes import replace_system_code
from catalog.services.system_import import import_systems, open_preview, show_preview
from catalog.services.system_table import TABLE, export_systems
from catalog.services.systems import change_system, retire_system
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB, SYSTEM
from tests.house.checkers.pages import of_page

Systems = Callable[..., InformationSystem]
People = Callable[..., Any]
IMPORT = "/quan-tri/catalog/informationsystem/nhap/"
NEW = {
    "code": "",
    "name": "Hệ thống một cửa",
    "kind": "Phần mềm",
    "owner": "H60.90",
    "purpose": "Giải quyết thủ tục hành chính",
    "security_level": 2,
    "security_decision": "12/QĐ-UBND",
    "security_decided_on": "19/03/2026",
    "environments": "Thử nghiệm; Chính thức",
    "networks": "10.20.30.40; 10.20.31.0/24",
    "technologies": "PostgreSQL; Java",
}


def workbook(*rows: dict[str, Any]) -> bytes:
    """Return the workbook a person would send."""
    fields = tuple(dict.fromkeys(name for row in rows for name in row))
    book = Workbook()
    sheet: Any = book.active
    sheet.append([TABLE.header_of(name) if name in TABLE.by_field else name for name in fields])
    for row in rows:
        sheet.append([row.get(name) for name in fields])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def planned(*rows: dict[str, Any]) -> Any:
    """Return the preview of a file and what it would do."""
    preview = open_preview(actor=JOB, content=workbook(*rows), file_name="tep.xlsx", max_rows=10_000)
    return preview, show_preview(actor=JOB, preview=preview)[0]


def bring_in(*rows: dict[str, Any]) -> dict[str, int]:
    """Preview a file and confirm it."""
    preview, _plan = planned(*rows)
    return import_systems(actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="Công văn 1")


def said(plan: Any) -> list[tuple[int, str, str]]:
    """Return (row, column, text) of everything wrong."""
    return [(row.number, wrong.header, wrong.text) for row in plan.rows for wrong in row.wrong]


@pytest.mark.clause("QC7.6")
def test_new_and_changed_rows_are_shown_field_by_field_and_then_done(system: Systems) -> None:
    known = system("H60.90", supplier="Nhà thầu A")
    change: dict[str, Any] = {
        "code": known.code,
        "name": known.name,
        "supplier": "Nhà thầu B",
        "hosting": "Trung tâm dữ liệu tỉnh",
    }
    rows: list[dict[str, Any]] = [
        {**NEW, "supplier": None, "hosting": None},
        {**change, **dict.fromkeys(("technologies",), "Java")},
    ]
    rows[1] |= {name: TABLE.written(name, getattr(known, name)) for name in ("purpose", "environments", "networks")}
    rows[1] |= {"security_level": 2}
    preview, plan = planned(*rows)
    assert said(plan) == []
    assert dict(plan.counts()) == {"new": 1, "changed": 1}
    assert [tuple(item) for item in plan.rows[1].changes] == [
        ("Đơn vị cung cấp phần mềm", "Nhà thầu A", "Nhà thầu B"),
        ("Công nghệ sử dụng", "", "Java"),
        ("Nơi đặt hệ thống", "", "Trung tâm dữ liệu tỉnh"),
    ]
    assert InformationSystem.objects.count() == 1
    import_systems(actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="Công văn 1")
    made = InformationSystem.objects.exclude(pk=known.pk).get()
    assert (made.code, made.state, made.technologies) == ("H60.90.HT02", "registered", ["PostgreSQL", "Java"])
    assert made.networks == ["10.20.30.40", "10.20.31.0/24"]
    assert InformationSystem.objects.get(pk=known.pk).hosting == "Trung tâm dữ liệu tỉnh"
    assert Fact.objects.filter(deed="system.changed", reason__contains="tep.xlsx").count() == 1


def test_importing_an_export_changes_nothing_and_runs_nothing(system: Systems) -> None:
    odd = system("H60.90", name="=1+1 Hệ thống", supplier="@x", purpose="Dòng một\r\n-dòng hai", hosting="'=A1")
    retire_system(actor=JOB, system=system("H60.91", technologies=["C++", "-x"]), reason="Hết dùng")
    replace_system_code(actor=JOB, system=odd, code="H60.90.TT1", basis="Văn bản 1")
    name, content = export_systems(InformationSystem.objects.select_related("owner", "operating_unit"))
    assert name.endswith(".xlsx")
    cells = [cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    preview = open_preview(actor=JOB, content=content, file_name="x.xlsx", max_rows=100)
    plan = show_preview(actor=JOB, preview=preview)[0]
    assert said(plan) == []
    assert dict(plan.counts()) == {"unchanged": 2}
    facts = Fact.objects.count()
    with pytest.raises(StateRefused, match="không có gì khác"):
        import_systems(actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert Fact.objects.count() == facts


@pytest.mark.parametrize(
    ("fields", "column", "text"),
    [
        ({"owner": "H99.1"}, "Mã cơ quan chủ quản", "Không có cơ quan mang mã H99.1"),
        ({"owner": None}, "Mã cơ quan chủ quản", "Nhập mã cơ quan chủ quản"),
        ({"operating_unit": "H99"}, "Mã đơn vị vận hành", "Không có cơ quan mang mã H99"),
        ({"security_level": 6}, "Cấp độ an toàn", "số từ 1 đến 5"),
        ({"security_level": "=1+1"}, "Cấp độ an toàn", "Ô có công thức"),
        ({"name": '=HYPERLINK("x")'}, "Tên hệ thống thông tin", "Ô có công thức"),
        ({"name": None}, "Tên hệ thống thông tin", "Nhập tên hệ thống"),
        ({"name": "x" * 301}, "Tên hệ thống thông tin", "300"),
        ({"purpose": "x" * 2001}, "Mục đích sử dụng", "tối đa 2000"),
        ({"purpose": None}, "Mục đích sử dụng", "Nhập mục đích sử dụng"),
        ({"security_decided_on": "31/02/2026"}, "Ngày quyết định", "dạng ngày/tháng/năm"),
        ({"security_decided_on": "01/01/2199"}, "Ngày quyết định", "không thể sau hôm nay"),
        ({"security_decided_on": None}, "Ngày quyết định", "phải đi cùng nhau"),
        ({"networks": "10.0.0; máy chủ"}, "Địa chỉ mạng", "«10.0.0» chưa phải địa chỉ IP"),
        ({"networks": "0.0.0.0/0"}, "Địa chỉ mạng", "chưa phải địa chỉ IP"),
        ({"environments": "Chính thức; Khác"}, "Môi trường", "Không có môi trường này"),
        ({"kind": "Máy chủ"}, "Loại hệ thống", "Phần mềm; Cơ sở dữ liệu"),
        ({"state": "Ngừng sử dụng"}, "Tình trạng", "Bản nháp hoặc Đã đăng ký"),
        ({"code": "H60.90.HT77"}, "Mã hệ thống", "Không có hệ thống mang mã H60.90.HT77"),
        ({"name": "hệ  thống THỬ"}, "Tên hệ thống thông tin", "đã có hệ thống cùng tên, mã H60.90.HT01"),
        ({"official_code": "h60", "code_basis": "x"}, "Mã chính thức", "chữ in hoa"),
        ({"official_code": "H60.90.HT01", "code_basis": "x"}, "Mã chính thức", "đã cấp cho Hệ thống thử"),
        ({"official_code": "H60.90.A"}, "Căn cứ của mã chính thức", "Nhập căn cứ"),
        ({"technologies": "; ".join(map(str, range(40)))}, "Công nghệ sử dụng", "30"),
    ],
)
def test_each_wrong_cell_says_where_and_how_to_mend(
    system: Systems, fields: dict[str, Any], column: str, text: str
) -> None:
    system("H60.90")
    facts = Fact.objects.count()
    preview, plan = planned({**NEW, **fields})
    [(number, header, told)] = said(plan)
    assert (number, header) == (2, column)
    assert text in told
    with pytest.raises(InvalidInput, match="Còn 1 dòng chưa đúng"):
        import_systems(actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert (Fact.objects.count(), InformationSystem.objects.count()) == (facts, 1)


def test_twins_inside_a_file_are_refused_on_each_row(system: Systems) -> None:
    known = system("H60.90")
    again = {"code": known.code, "name": "Một"}
    _preview, plan = planned(NEW, NEW, again, again)
    texts = said(plan)
    assert (3, "Tên hệ thống thông tin", "Hệ thống này đã có ở dòng 2; giữ lại một dòng") in texts
    assert {number for number, _column, text in texts if "có ở các dòng 4, 5" in text} == {4, 5}


def test_a_state_or_a_retired_system_is_not_changed_by_a_file(system: Systems) -> None:
    known, gone = system("H60.90"), system("H60.91", name="Cũ")
    retire_system(actor=JOB, system=gone, reason="Hết dùng")
    _preview, plan = planned(
        {"code": known.code, "name": known.name, "state": "Bản nháp"}, {"code": gone.code, "name": "Mới", "state": ""}
    )
    assert [text for _row, _column, text in said(plan)] == [
        "Tình trạng đổi bằng việc đăng ký hoặc ngừng sử dụng, không bằng tệp",
        "Hệ thống đã ngừng sử dụng nên không sửa được nữa",
    ]


def test_official_codes_come_in_bulk_with_their_basis(system: Systems) -> None:
    known = system("H60.90")
    row = {"code": known.code, "name": known.name, "official_code": "H60.90.TT1", "code_basis": "Văn bản 7"}
    assert bring_in(row) == {"changed": 1}
    found = InformationSystem.objects.get()
    assert (found.code, found.code_is_official, found.former_codes) == ("H60.90.TT1", True, ["H60.90.HT01"])
    assert planned({**row, "code": "H60.90.HT01"})[1].counts() == {"unchanged": 1}


def test_one_row_that_fails_takes_everything_back(system: Systems, monkeypatch: pytest.MonkeyPatch) -> None:
    known = system("H60.90")
    preview, _plan = planned(NEW, {"code": known.code, "name": "Tên mới"})
    change_system(actor=JOB, system=known, supplier="Nhanh hơn")
    before = Fact.objects.count()
    with pytest.raises(StateRefused, match=r"ở các dòng: 3 \(H60.90.HT01\). Chưa có gì được ghi"):
        import_systems(actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert (InformationSystem.objects.count(), Fact.objects.count()) == (1, before)
    assert InformationSystem.objects.get().name == "Hệ thống thử"


@pytest.mark.parametrize("role", ["evaluator", "agency_officer", "department_leader"])
def test_only_who_keeps_the_register_imports(people: People, agency: Callable[..., Agency], role: str) -> None:
    agency("H60.90")
    actor = people(role, "H60.90" if role == "agency_officer" else "H60.02")
    with pytest.raises(PermissionRefused):
        open_preview(actor=actor, content=workbook(NEW), file_name="x.xlsx", max_rows=10)
    preview, _plan = planned(NEW)
    with pytest.raises(PermissionRefused):
        import_systems(actor=actor, preview=preview, fingerprint=preview.fingerprint, reason="x")
    assert not InformationSystem.objects.exists()


@pytest.mark.django_db
def test_a_million_empty_rows_cost_little(agency: Callable[..., Agency]) -> None:
    agency("H60.90")
    source = workbook(NEW)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_003))
                data = data.replace(b"</sheetData>", rows + b"</sheetData>")
            new.writestr(item.filename, data)
    started = monotonic()
    with pytest.raises(InvalidInput) as refused:
        open_preview(actor=JOB, content=out.getvalue(), file_name="x.xlsx", max_rows=1000)
    assert monotonic() - started < 10
    assert any(text in str(refused.value.errors["file"]) for text in ("hơn 1000 dòng", "giải nén ra quá lớn"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Tệp rỗng"),
        (b"%PDF-1.7", "không phải bảng tính"),
        ("Mã hệ thống\nH60".encode(), "Thiếu cột «Tên hệ thống thông tin»"),
        ("Mã hệ thống,Tên hệ thống thông tin,Màu\nH60,x,y".encode(), "Cột «Màu» không có trong mẫu"),
        ("Mã hệ thống,Tên hệ thống thông tin".encode(), "chỉ có dòng tiêu đề"),
    ],
)
def test_a_file_that_is_no_register_is_refused_on_its_field(
    staff: Callable[..., Client], content: bytes, told: str
) -> None:
    page = staff().post(IMPORT, {"file": SimpleUploadedFile("x.csv", content)})
    assert page.status_code == 200
    assert told in page.content.decode()
    assert of_page(page.content.decode(), "import") == []


@pytest.fixture
def staff(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """A signed-in person of SKHCN."""

    def make(role: str = "operator") -> Client:
        return signed_in(person(f"{role.replace('_', '-')}@lgsp.example", agency("H60.02", is_operator=True), role))

    return make


def test_staff_preview_and_confirm_on_pages(staff: Callable[..., Client], system: Systems) -> None:
    client, known = staff(), system("H60.90")
    file = workbook(NEW, {"code": known.code, "name": "Tên mới"})
    chosen = client.post(IMPORT, {"file": SimpleUploadedFile("danh-muc.xlsx", file)})
    assert chosen.status_code == 302
    page = client.get(chosen["Location"])
    text = page.content.decode()
    assert "<del>Hệ thống thử</del> → <ins>Tên mới</ins>" not in text
    assert "Chưa đúng (1)" in text
    assert of_page(text, "preview") == []
    whole = {name: TABLE.written(name, getattr(known, name)) for name in ("purpose", "environments", "networks")}
    row = {"code": known.code, "name": "Tên mới", "security_level": 2, **whole}
    chosen = client.post(IMPORT, {"file": SimpleUploadedFile("danh-muc.xlsx", workbook(row))})
    text = client.get(chosen["Location"]).content.decode()
    assert "<del>Hệ thống thử</del> → <ins>Tên mới</ins>" in text
    mark = str(re.search(r'name="fingerprint"\s+value="(\w+)"', text)[1])  # type: ignore[index]
    assert "Nhập lý do" in client.post(chosen["Location"], {"fingerprint": mark, "reason": ""}).content.decode()
    done = client.post(chosen["Location"], {"fingerprint": mark, "reason": "Công văn 5"}, follow=True)
    assert "0 hệ thống mới, 1 hệ thống thay đổi" in done.content.decode()
    assert InformationSystem.objects.get().name == "Tên mới"
    assert client.get(f"{IMPORT}{'a' * 22}/").status_code == 410


def test_staff_take_away_the_template_and_the_register(staff: Callable[..., Client], system: Systems) -> None:
    system("H60.90")
    client = staff()
    for address, rows in (("mau-nhap/", 1), ("xuat-xlsx/", 2)):
        page = client.get(f"/quan-tri/catalog/informationsystem/{address}")
        sheet: Any = load_workbook(io.BytesIO(page.content)).active
        assert (page.status_code, sheet.max_row) == (200, rows)
    assert SYSTEM["purpose"]

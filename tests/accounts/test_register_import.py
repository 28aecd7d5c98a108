"""The register from a file: every row judged before anything is written, then all of it or nothing."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from accounts.models import Agency, AgencyCode
from accounts.services.agencies import create_agency, end_agency, replace_code
from accounts.services.register import load_register
from accounts.services.register_columns import COLUMNS, NEW_CODE
from accounts.services.register_export import export_register
from accounts.services.register_import import import_register, open_preview, show_preview
from accounts.services.register_plan import Plan, plan_import
from audit.models import Fact
from core.actor import Actor, system_actor
from core.problems import InvalidInput, StateRefused
from core.sheets import disarmed, read_sheet, rearmed
from tests.shelf import SHELF

JOB = system_actor("kiểm thử")
HEADERS = {column.field: str(column.header) for column in (*COLUMNS, NEW_CODE)}
BASE = {"code": "H60.90", "name": "Sở Thử nghiệm", "kind": "Sở, ban, ngành", "source": "kiểm thử"}
pytestmark = pytest.mark.usefixtures("db")


def as_csv(*rows: dict[str, Any], columns: tuple[str, ...] = (), encoding: str = "utf-8-sig") -> bytes:
    """Return the csv file a person would send."""
    fields = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([HEADERS.get(name, name) for name in fields])
    writer.writerows([[row.get(name, "") for name in fields] for row in rows])
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: dict[str, Any]) -> bytes:
    """Return the workbook a person would send."""
    fields = tuple(dict.fromkeys(name for row in rows for name in row))
    book = Workbook()
    sheet: Any = book.active
    sheet.append([HEADERS.get(name, name) for name in fields])
    for row in rows:
        sheet.append([row.get(name) for name in fields])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan_of(content: bytes) -> Plan:
    """Return what the file would do."""
    return plan_import(read_sheet(content, max_rows=10_000))


def said(plan: Plan) -> list[tuple[int, str, str]]:
    """Return (row, column, text) of everything wrong."""
    return [(row.number, wrong.header, wrong.text) for row in plan.rows for wrong in row.wrong]


def bring_in(content: bytes, *, reason: str = "Công văn 1", source: str = "", actor: Actor = JOB) -> dict[str, int]:
    """Preview a file and confirm it."""
    preview = open_preview(actor=actor, content=content, file_name="tep.csv", source=source, max_rows=10_000)
    show_preview(actor=actor, preview=preview)
    return import_register(actor=actor, preview=preview, fingerprint=preview.fingerprint, reason=reason)


def counts() -> tuple[int, int, int]:
    """Return what must stay the same when nothing happened."""
    return Agency.objects.count(), AgencyCode.objects.count(), Fact.objects.count()


@pytest.mark.parametrize("kind", [True, False], ids=["csv", "xlsx"])
def test_importing_an_export_changes_nothing(kind: bool) -> None:
    SHELF.take("register", lambda: load_register(actor=JOB))
    odd = {
        "name": "=1+1 Sở",
        "address": "-Tổ 1",
        "note": "'=A1",
        "phone": "+84207",
        "short_name": "@x",
        "symbol": "''=",
    }
    made = create_agency(actor=JOB, code="H60.90", kind="department", source="kiểm thử", **odd)
    end_agency(
        actor=JOB, agency=made, valid_to=date(2026, 1, 31), reason="Thử", successor=Agency.objects.get(code="H60.02")
    )
    name, content = export_register(actor=JOB, as_csv=kind)
    assert name.endswith(".csv" if kind else ".xlsx")
    plan = plan_of(content)
    assert said(plan) == []
    assert dict(plan.counts()) == {"unchanged": Agency.objects.count()}
    before = counts()
    with pytest.raises(StateRefused, match="không có gì khác"):
        bring_in(content)
    assert counts() == before


def test_an_export_opens_with_diacritics_and_runs_nothing() -> None:
    create_agency(actor=JOB, code="H60.90", kind="department", source="kiểm thử", name='=HYPERLINK("http://x")')
    content = export_register(actor=JOB, as_csv=True)[1]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "'=HYPERLINK" in content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(export_register(actor=JOB, as_csv=False)[1]))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if str(cell.value).startswith("'=HYPERLINK")]


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@a", "'=1", "''-", "'a", "a=", "", "\t=1"])
def test_disarming_can_be_undone(value: str) -> None:
    assert rearmed(disarmed(value)) == value
    assert not disarmed(value).startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.clause("QC2.1")
def test_new_and_changed_rows_are_shown_and_then_done_with_reason_and_source() -> None:
    create_agency(actor=JOB, code="H60.91", name="Sở Cũ", kind="department", source="cũ", phone="1")
    content = as_csv(
        {"code": "H60.91", "name": "Sở Mới", "kind": "Sở, ban, ngành", "parent": "H60.92", "valid_from": "1/7/2025"},
        {"code": "H60.92", "name": "Ban Trên", "kind": "so, ban, nganh", "parent": "", "valid_from": ""},
    )
    plan = plan_of(content)
    changed, new = plan.rows
    assert [(item.header, item.old, item.new) for item in changed.changes] == [
        ("Tên cơ quan", "Sở Cũ", "Sở Mới"),
        ("Mã cơ quan cấp trên", "", "H60.92"),
        ("Có từ ngày", "", "01/07/2025"),
    ]
    assert (changed.action, new.action) == ("changed", "wrong")
    assert said(plan) == [(3, "Nguồn", "Nhập nguồn của thông tin")]
    done = bring_in(content, reason="Công văn 12", source="Sở Nội vụ gửi")
    assert done == {"changed": 1, "new": 1}
    moved = Agency.objects.get(code="H60.91")
    assert (moved.name, str(moved.parent), moved.valid_from, moved.phone) == (
        "Sở Mới",
        "Ban Trên",
        date(2025, 7, 1),
        "1",
    )
    assert Agency.objects.get(code="H60.92").source == "Sở Nội vụ gửi"
    facts = Fact.objects.filter(reason__contains="Công văn 12").filter(reason__contains="SHA-256")
    assert sorted(facts.values_list("deed", flat=True)) == ["agency.changed", "agency.created"]
    assert AgencyCode.objects.filter(value="H60.92", agency__code="H60.92").exists()


def test_real_excel_dates_and_numbers_are_read() -> None:
    row = {**BASE, "valid_from": date(2025, 7, 1), "phone": 2073822001, "may_file": False, "is_operator": True}
    assert bring_in(as_xlsx(row)) == {"new": 1}
    made = Agency.objects.get(code="H60.90")
    assert (made.valid_from, made.phone, made.may_file, made.is_operator) == (
        date(2025, 7, 1),
        "2073822001",
        False,
        True,
    )


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({"code": "h60"}, "code", "ví dụ H60.02"),
        ({"code": ""}, "code", "Nhập mã"),
        ({"code": "H60." + "A" * 40}, "code", "35"),
        ({"code": "H60.71"}, "code", "nay có mã H60.72"),
        ({"name": ""}, "name", "Nhập tên"),
        ({"name": "Sở \0 Lỗi"}, "name", "ký tự điều khiển"),
        ({"name": "Ắ" * 301}, "name", "tối đa 300"),
        ({"note": "x" * 2001}, "note", "tối đa 2000"),
        ({"kind": "Bộ"}, "kind", "Nhập một trong"),
        ({"kind": ""}, "kind", "Chọn loại"),
        ({"parent": "H60.XX"}, "parent", "Không có mã H60.XX"),
        ({"parent": "H60.71"}, "parent", "nay có mã H60.72"),
        ({"parent": "H60.90"}, "parent", "Vòng lặp"),
        ({"parent": "H60.80"}, "parent", "đã kết thúc ngày 31/01/2026"),
        ({"valid_from": "02/01/2026", "valid_to": "01/01/2026"}, "valid_to", "02/01/2026"),
        ({"valid_from": "31/02/2026"}, "valid_from", "ngày/tháng/năm"),
        ({"valid_from": "07/2025"}, "valid_from", "ngày/tháng/năm"),
        ({"valid_from": "01/01/0026"}, "valid_from", "Năm phải"),
        ({"may_file": "có lẽ"}, "may_file", "«Có» hoặc «Không»"),
        ({"admin_unit_code": "8"}, "admin_unit_code", "5 chữ số"),
        ({"legacy_code": "1"}, "legacy_code", "000.00.01.H60"),
        ({"shared_mailbox": "a@"}, "shared_mailbox", "thư điện tử"),
        ({"website": "khong co"}, "website", "https://"),
        ({"successor": "H60.72"}, "successor", "Kết thúc, sáp nhập"),
        ({"code": "H60.72", "valid_to": "01/01/2026"}, "valid_to", "Kết thúc, sáp nhập"),
        ({"code": "H60.72", "new_code": "H60.71x"}, "new_code", "ví dụ H60.02"),
        ({"code": "H60.72", "new_code": "H60.80"}, "new_code", "không bao giờ dùng lại"),
    ],
)
def test_a_wrong_row_names_the_column_and_the_mend_and_nothing_is_written(
    changes: dict[str, Any], column: str, text: str
) -> None:
    other = create_agency(actor=JOB, code="H60.71", name="Sở Đổi mã", kind="department", source="x")
    replace_code(actor=JOB, agency=other, code="H60.72", is_official=True, reason="Công bố")
    over = create_agency(actor=JOB, code="H60.80", name="Sở Đã thôi", kind="department", source="x")
    end_agency(actor=JOB, agency=over, valid_to=date(2026, 1, 31), reason="Giải thể")
    content = as_csv({**BASE, "code": "H60.70"}, {**BASE, **changes})
    assert [(row, header) for row, header, _text in said(plan_of(content))] == [(3, HEADERS[column])]
    assert text in said(plan_of(content))[0][2]
    before = counts()
    with pytest.raises(InvalidInput, match="1 dòng chưa đúng"):
        bring_in(content)
    assert counts() == before


def test_rows_that_repeat_a_code_name_each_other() -> None:
    twins = said(plan_of(as_csv(BASE, {**BASE, "code": "H60.91"}, BASE)))
    assert [(row, header) for row, header, _text in twins] == [(2, HEADERS["code"]), (4, HEADERS["code"])]
    assert "các dòng 2, 4" in twins[0][2]
    assert (
        len(said(plan_of(as_csv(*({**BASE, "code": f"H60.9{n}", "legacy_code": "000.00.01.H60"} for n in (1, 2))))))
        == 2
    )


def test_circles_of_parents_are_refused_and_moves_past_each_other_are_not() -> None:
    rows = [{**BASE, "code": f"H60.9{n}", "parent": f"H60.9{(n + 1) % 3}"} for n in range(3)]
    assert {(row, text.split(":")[0]) for row, _header, text in said(plan_of(as_csv(*rows)))} == {
        (number, "Vòng lặp cơ quan cấp trên") for number in (2, 3, 4)
    }
    top = create_agency(actor=JOB, **{**BASE, "kind": "department", "code": "H60.91"})
    low = create_agency(actor=JOB, **{**BASE, "kind": "department", "code": "H60.92", "parent": top})
    lowest = create_agency(actor=JOB, **{**BASE, "kind": "department", "code": "H60.93", "parent": low})
    swap = as_csv(
        {"code": "H60.92", "parent": "H60.93"}, {"code": "H60.93", "parent": "H60.91"}, columns=("code", "parent")
    )
    assert bring_in(swap) == {"changed": 2}
    assert Agency.objects.get(pk=low.pk).parent == lowest
    assert Agency.objects.get(pk=lowest.pk).parent == top


def test_an_official_code_may_replace_a_sample_one_by_file() -> None:
    made = create_agency(actor=JOB, **{**BASE, "kind": "department"})
    kept = create_agency(actor=JOB, **{**BASE, "kind": "department", "code": "H60.91"})
    content = as_csv(
        {"code": "H60.90", "new_code": "H60.50", "phone": "1"},
        {"code": "H60.91", "code_is_official": "Có", "phone": ""},
    )
    assert bring_in(content) == {"changed": 2}
    made.refresh_from_db()
    kept.refresh_from_db()
    assert (made.code, made.code_is_official, made.phone) == ("H60.50", True, "1")
    assert (kept.code, kept.code_is_official) == ("H60.91", True)
    ledger = dict(AgencyCode.objects.values_list("value", "retired_on"))
    assert ledger["H60.90"] is not None
    assert ledger["H60.50"] is None
    assert AgencyCode.objects.get(value="H60.91").is_official

"""Tables from outside: refused with a mend when they are none, read the same from csv and xlsx when they are."""

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.problems import InvalidInput
from core.sheets import Formula, Sheet, disarmed, read_sheet, rearmed, write_csv, write_xlsx


def read(content: bytes, max_rows: int = 10) -> Sheet:
    """Read with a small bound."""
    return read_sheet(content, max_rows=max_rows)


def workbook(*rows: list) -> bytes:
    """Return a workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """Return the workbook with one part put in or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item.filename, old.read(item))
        new.writestr(name, data)
    return out.getvalue()


GOOD = workbook(["Mã", "Tên"], ["H60.1", "Sở"])
BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb">]><worksheet>&b;</worksheet>'
FAR = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
CELL = b'<row r="%d"><c r="%s%d" t="inlineStr"><is><t>x</t></is></c></row>'


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "Tệp rỗng"),
        (b" \r\n ", "Tệp rỗng"),
        ("Mã;Tên\nH60.1;Sở".encode("utf-16"), "CSV UTF-8"),
        ("Mã;Tên\nH60.1;Sở".encode().replace("ở".encode(), b"\xf2"), "CSV UTF-8"),
        (b"%PDF-1.7 x", "không phải bảng tính"),
        (b"<!doctype html><html><body>", "không phải bảng tính"),
        (b"PK\x03\x04 broken", "lưu lại thành XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "mật khẩu"),
        (b'a,b\n"1,2', "Tệp CSV hỏng"),
        (b"a\n" + b"x" * 200_000, "Tệp CSV hỏng"),
        (b"a\n" + b"x\n" * 11, "hơn 10 dòng"),
        (b",,\n,,\n", "không có dòng nào"),
        (workbook(*[["x"]] * 12), "hơn 10 dòng"),
        (workbook(), "không có dòng nào"),
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), "mã lệnh"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", BOMB), "khai báo"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet>"), "lưu lại thành XLSX"),
        (with_part(GOOD, "xl/media/image1.png", b"\0" * 60_000_000), "giải nén ra quá lớn"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", FAR % (CELL % (900_000, b"A", 900_000))), "hơn 10 dòng"),
    ],
)
def test_what_is_no_table_is_refused_with_a_mend(content: bytes, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(content)
    assert list(refused.value.errors) == ["file"]
    assert text in str(refused.value.errors["file"][0])


def test_a_zip_of_something_else_is_no_table() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr("word/document.xml", "<w/>")
    with pytest.raises(InvalidInput, match="không phải bảng tính"):
        read(out.getvalue())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_by_what_separates_its_header(delimiter: str) -> None:
    content = f'Mã{delimiter}Tên\r\n\r\nH60.1{delimiter}"Sở ""A"""\r\n'.encode("utf-8-sig")
    assert read(content) == Sheet(("Mã", "Tên"), [(3, ("H60.1", 'Sở "A"'))])


def test_xlsx_keeps_dates_names_formulas_and_skips_empty_rows() -> None:
    content = workbook(["Mã", "Ngày", "Tính"], [], ["H60.1", date(2025, 7, 1), "=1+1"], [None, None, None])
    sheet = read(content)
    [(number, cells)] = sheet.rows
    assert number == 3
    assert str(cells[1]) == "2025-07-01 00:00:00"
    assert isinstance(cells[2], Formula)


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    far = FAR % b"".join(CELL % (number, b"XFD", number) for number in range(1, 8))
    with pytest.raises(InvalidInput, match="không có dòng nào"):
        read(with_part(GOOD, "xl/worksheets/sheet1.xml", far))


@pytest.mark.parametrize("rounds", [25, pytest.param(100, marks=pytest.mark.heavy)], ids=["in small", "many"])
def test_every_text_comes_back_from_both_kinds_of_file(rounds: int) -> None:
    texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)
    settings(max_examples=rounds, deadline=None)(given(texts)(comes_back))()


def comes_back(value: str) -> None:
    for content in (
        write_csv(["Mã", "Tên"], [["x", value]]),
        write_xlsx(["Mã", "Tên"], [["x", value]], title="Danh bạ"),
    ):
        [(_number, cells)] = read(content).rows
        assert rearmed(str(cells[1])) == value


@given(st.text())
def test_disarmed_text_starts_no_formula_and_can_be_rearmed(value: str) -> None:
    assert rearmed(disarmed(value)) == value
    assert not disarmed(value).startswith(("=", "+", "-", "@", "\t", "\r"))

"""The workbook holds real numbers, native charts, no formula, and is ready to print (QC14.5)."""

import io
import re
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from core.documents.qr import qr_png
from reports.choices import Unit
from reports.documents.outline import check_address
from reports.documents.sheets import Book, measure_cell, shown
from reports.documents.workbook import render
from tests.reports.made_report import CODE, NARRATIVE, made_frozen, made_run

#: Row of the heads of the first chart's numbers.
HEAD = 12


@pytest.fixture(scope="module")
def raw() -> bytes:
    """The workbook of the made-up report."""
    return render(made_run(), made_frozen(), NARRATIVE)


@pytest.fixture
def book(raw: bytes) -> Any:
    """The same, opened again."""
    return load_workbook(io.BytesIO(raw))


def row_of(sheet: Any, name: str) -> list[Any]:
    """Return the cells of the row in whose second column *name* stands."""
    return next(list(row) for row in sheet.iter_rows() if row[1].value == name)


def parts(raw: bytes, folder: str) -> Iterator[str]:
    """Give the parts of a workbook below *folder*."""
    with ZipFile(io.BytesIO(raw)) as archive:
        assert archive.testzip() is None
        yield from (archive.read(name).decode() for name in archive.namelist() if name.startswith(folder))


@pytest.mark.clause("QC14.5")
def test_there_is_a_sheet_for_each_section_and_appendix(book: Any) -> None:
    assert book.sheetnames == [
        "Thông tin báo cáo",
        "I. Khai thác dữ liệu qua nền tả",
        "II. Giải quyết hồ sơ kết nối",
        "III. Cơ quan chưa có kết nối",
        "Phụ lục I. Khai thác theo cơ qu",
        "Phụ lục II. Khai thác theo dịch",
        "Cách tính số liệu",
    ]
    info = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows() if row[0].value}
    assert info["Mã báo cáo"] == CODE
    assert f"{info['Đến hết ngày']:%d/%m/%Y}" == "14/12/2026"
    assert f"{info['Số liệu đến']:%H:%M %d/%m/%Y}" == "00:00 15/12/2026"
    assert info["Kiểm tra báo cáo tại"].endswith(f"/xac-minh-bao-cao/{CODE}/")
    assert "Thực hiện Quy chế quản lý, vận hành Nền tảng." in info
    assert "– Bổ sung cán bộ kỹ thuật cho cấp xã." in info


@pytest.mark.clause("QC14.5")
def test_the_check_stands_as_a_picture_too_and_the_same_each_time(raw: bytes) -> None:
    with ZipFile(io.BytesIO(raw)) as archive:
        assert [name for name in archive.namelist() if "/media/" in name] == ["xl/media/image1.png"]
        assert archive.read("xl/media/image1.png") == qr_png(check_address(CODE))
        assert 'Extension="png"' in archive.read("[Content_Types].xml").decode()
    drawing = next(part for part in parts(raw, "xl/drawings/drawing") if "<pic>" in part)
    assert f'descr="Mã QR: {check_address(CODE)}"' in drawing
    assert "Picture" not in drawing
    # 28 mm, in English Metric Units, and the row as tall.
    assert 'cx="1009650" cy="1009650"' in drawing
    assert render(made_run(), made_frozen(), NARRATIVE) == raw


def test_figures_are_numbers_to_reckon_with_in_vietnamese_form(book: Any) -> None:
    sheet = book.worksheets[1]
    total, rate, slow = (
        row_of(sheet, name) for name in ("Tổng số lượt khai thác", "Tỷ lệ thành công", "Thời gian xử lý, phân vị 95")
    )
    assert (total[2].value, total[2].number_format) == (1_234_567, "[$-42A]#,##0")
    assert [cell.value for cell in total[3:7]] == [0, 1_234_567, "–", "Không có số liệu"]
    assert (rate[2].value, rate[2].number_format) == (0.9857, "[$-42A]0.00%")
    assert (rate[4].value, "điểm %" in rate[4].number_format) == (1.07, True)
    assert (slow[2].value, slow[2].number_format) == (1234, '[$-42A]#,##0" ms"')
    assert (slow[5].value, slow[5].number_format[-3:]) == (round(-266 / 1500, 6), ";0%")
    # Zero is a number, no data is not.
    assert row_of(sheet, "Lượt xử lý trên 30 giây")[2].value == 0
    assert [cell.value for cell in row_of(sheet, "Tỷ lệ chưa phát sinh")[2:4]] == [
        "Chưa phát sinh",
        "Không có số liệu",
    ]
    annex = book.worksheets[4]
    assert [cell.data_type for cell in annex[3]] == ["n", "s", "s", "n", "n", "n", "n", "n", "n"]


def test_charts_are_drawn_from_cells_and_gaps_are_empty(book: Any, raw: bytes) -> None:
    sheet = book.worksheets[1]
    assert [type(chart).__name__ for chart in sheet._charts] == ["BarChart", "LineChart"]
    bars, line = sheet._charts
    names = [one.tx.strRef.f for one in bars.series]
    values = [one.val.numRef.f for one in bars.series]
    assert [re.sub(r".*!", "", one) for one in names] == [f"C{HEAD}", f"D{HEAD}"]
    assert [re.sub(r".*!", "", one) for one in values] == [
        f"$C${HEAD + 1}:$C${HEAD + 12}",
        f"$D${HEAD + 1}:$D${HEAD + 12}",
    ]
    assert re.sub(r".*!", "", bars.series[0].cat.strRef.f) == f"$B${HEAD + 1}:$B${HEAD + 12}"
    assert len(line.series) == 1
    drawn = list(parts(raw, "xl/charts/chart"))
    assert all('dispBlanksAs val="gap"' in part for part in drawn)
    head = next(row for row in sheet.iter_rows() if row[1].value == "Nội dung" and row[3].value == "Năm trước")
    assert head[0].row == HEAD
    first = [sheet.cell(row=HEAD + 1, column=column).value for column in range(1, 5)]
    assert first == [1, "Tháng 1", 12_000, None]


def test_sheets_are_ready_to_read_and_print(book: Any) -> None:
    for sheet in book.worksheets:
        assert int(sheet.page_setup.paperSize) == 9
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert CODE in sheet.oddFooter.left.text
        assert all(dimension.width >= 7 for dimension in sheet.column_dimensions.values())
    annex = book.worksheets[4]
    assert (annex.freeze_panes, annex.print_title_rows) == ("A3", "$2:$2")
    assert annex.page_setup.orientation == "landscape"
    assert annex.auto_filter.ref == "A2:I26"
    assert book.worksheets[-1].freeze_panes == "A3"
    # Other tables follow on the sheet of a section with charts: its head stays in sight and heads no other page.
    assert (book.worksheets[1].freeze_panes, book.worksheets[1].print_title_rows) == ("A3", None)


def test_there_is_no_formula_and_no_clock_of_this_machine(raw: bytes) -> None:
    hostile = render(made_run(), made_frozen(word="=1+1"), {"use": "=cmd|' /C calc'!A0\n\n@x\n\n+1"})
    for content in (raw, hostile):
        assert not any(re.search(r"<f[ >]", part) for part in parts(content, "xl/worksheets"))
    # Nothing begins like a formula, for whoever saves the sheet as CSV.
    cells = [cell for sheet in load_workbook(io.BytesIO(hostile)) for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if isinstance(cell.value, str) and cell.value[:1] in "=+@\t\r-"[:5]]
    assert "'=cmd|' /C calc'!A0" in [cell.value for cell in cells]
    (core,) = parts(raw, "docProps/core.xml")
    assert core.count("2026-12-15T01:02:03Z") == 2
    with ZipFile(io.BytesIO(raw)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_texts_longer_than_a_cell_go_on_in_the_next_row() -> None:
    words = "dài " * 12_000
    sheet = load_workbook(io.BytesIO(render(made_run(), made_frozen(), {"dossiers": words}))).worksheets[2]
    found = "".join(str(row[0].value) for row in sheet.iter_rows() if str(row[0].value).startswith("dài"))
    assert found.count("dài") == 12_000
    assert max(len(str(cell.value)) for row in sheet.iter_rows() for cell in row) <= 32_767


def test_names_of_sheets_are_allowed_and_differ() -> None:
    book = Book()
    for name in ("Tên [1]: a/b?*\\'", "Trùng", "TRÙNG", "x" * 40, "x" * 50):
        book.sheet(name, widths=(10,), foot="a & b")
    assert book.names == ["Tên  1   a b", "Trùng", "TRÙNG (2)", "x" * 31, f"{'x' * 27} (2)"]


@pytest.mark.parametrize(
    ("value", "unit", "cell"),
    [
        (None, Unit.COUNT, ("Chưa phát sinh", "quiet", "@")),
        (0, Unit.PERCENT, (0.0, "number", "[$-42A]0.00%")),
        (12.5, Unit.COUNT, (12.5, "number", "[$-42A]#,##0.00")),
        (3.7, Unit.MILLISECONDS, (3.7, "number", '[$-42A]#,##0" ms"')),
    ],
)
def test_cells_of_figures(value: float | None, unit: Unit, cell: tuple[Any, ...]) -> None:
    assert measure_cell(value, unit) == cell


def test_what_a_cell_shows() -> None:
    assert [shown(text) for text in ("=1", "+1", "-1", "@a", "- một", "a\u202eb")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "– một",
        "ab",
    ]

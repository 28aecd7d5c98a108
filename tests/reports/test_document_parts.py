"""What stands in which order in a report's files: words, comparisons, charts, appendices (QC14.5)."""

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import docx
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.documents.glyphs import MISSING
from core.documents.layout import ChartBlock, Document, Grid, Heading, Paragraph
from core.text import printable
from reports.choices import Format
from reports.content.figures import Frozen
from reports.documents import workbook
from reports.documents.files import CONTENT_TYPES, render_files
from reports.documents.outline import MOST_PRINTED, roman
from reports.documents.periodic import compose
from tests.reports.made_report import CODE, NARRATIVE, made_frozen, made_run

MARKUP = '#strong[x] {{ y }} {% z %} %(a)s <w:p>&amp; "'
UNSEEN = "\u202egnol\u2066 \u200b\x07\x0b\ufffex 👍 漢 \U0001f468\u200d\U0001f469 e\u0302\u0323"
HOSTILE = (f"=HYPERLINK(1) {MARKUP}", UNSEEN, "x" * 2000)


def said(document: Document) -> list[str]:
    """Return heads and paragraphs of the body."""
    return [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]


@cache
def whole_files() -> dict[Format, bytes]:
    """Return its files."""
    return render_files(made_run(), made_frozen(), NARRATIVE)


@pytest.fixture
def document() -> Document:
    """The made-up report."""
    return compose(made_run(), made_frozen(), NARRATIVE)


@pytest.mark.clause("QC14.5")
def test_the_parts_stand_in_their_order_with_the_words_of_staff(document: Document) -> None:
    texts = said(document)
    assert texts[0] == "Thực hiện Quy chế quản lý, vận hành Nền tảng."
    assert texts[1].endswith("như sau:")
    assert [text for text in texts if text.split(".")[0] in map(roman, range(1, 9))] == [
        "I. Khai thác dữ liệu qua nền tảng",
        "II. Giải quyết hồ sơ kết nối",
        "III. Cơ quan chưa có kết nối",
        "IV. Đánh giá chung",
        "V. Kiến nghị, đề xuất",
    ]
    assert texts[3:5] == ["Lượt khai thác tăng so với kỳ trước.", "Các sở khai thác nhiều nhất chiếm hơn nửa số lượt."]
    # A section nobody worded says what was drafted with its figures.
    assert "Trong kỳ nhận 12 hồ sơ." in texts
    assert texts[-1] == "Trên đây là báo cáo của Sở Khoa học và Công nghệ./."


def test_figures_stand_beside_earlier_periods_and_no_data_is_not_zero(document: Document) -> None:
    grid = next(block for block in document.blocks if isinstance(block, Grid))
    assert grid.heads == ("STT", "Chỉ tiêu", "Kỳ này", "Kỳ trước", "Tăng/giảm", "Cùng kỳ năm trước")
    by_name = {row[1]: row[2:] for row in grid.rows}
    assert by_name["Tổng số lượt khai thác"] == ("1.234.567", "0", "tăng 1.234.567", "Không có số liệu")
    assert by_name["Tỷ lệ thành công"] == ("98,57%", "97,5%", "tăng 1,07 điểm phần trăm", "Không có số liệu")
    assert by_name["Lượt xử lý trên 30 giây"] == ("0", "3", "giảm 100%", "12")
    assert by_name["Tỷ lệ chưa phát sinh"] == ("Chưa phát sinh", "Không có số liệu", "–", "Không có số liệu")


def test_a_report_without_earlier_periods_has_one_column_of_figures() -> None:
    frozen = made_frozen()
    section = frozen.sections[1]
    alone = replace(section, figures=tuple(replace(figure, previous=None) for figure in section.figures))
    grid = next(b for b in compose(made_run(), Frozen(frozen.letterhead, (alone,))).blocks if isinstance(b, Grid))
    assert grid.heads == ("STT", "Chỉ tiêu", "Số liệu")


def test_each_chart_has_its_numbers_as_a_table_once(document: Document) -> None:
    charts = [block for block in document.blocks if isinstance(block, ChartBlock)]
    assert [block.chart.code for block in charts] == ["calls_by_month", "rate_by_month"]
    assert all(block.alt.startswith(f"Biểu đồ. {block.chart.title}") for block in charts)
    twins = [block for block in document.blocks if isinstance(block, Grid) and "Số liệu của biểu đồ" in block.title]
    assert twins[0].rows[0] == ("1", "Tháng 1", "12.000 lượt", "Chưa có số liệu")
    assert "Lượt gọi chưa có: chưa có số liệu." in said(document)
    frozen = made_frozen()
    use = frozen.sections[0]
    known = replace(use, charts=(replace(use.charts[0], code="use_by_agency"),))
    again = compose(made_run(), Frozen(frozen.letterhead, (known,)))
    assert not [block for block in again.blocks if isinstance(block, Grid) and "biểu đồ" in block.title]


def test_long_tables_stand_behind_the_text_and_are_named_in_it(document: Document) -> None:
    titles = [appendix.title for appendix in document.appendices]
    assert titles == [
        "Phụ lục I\nKHAI THÁC THEO CƠ QUAN",
        "Phụ lục II\nKHAI THÁC THEO DỊCH VỤ DỮ LIỆU",
        "Phụ lục III\nCÁCH TÍNH SỐ LIỆU",
    ]
    assert [appendix.landscape for appendix in document.appendices] == [True, True, False]
    assert all(appendix.note.startswith("(Kèm theo Báo cáo số ") for appendix in document.appendices)
    assert "Khai thác theo cơ quan: chi tiết tại Phụ lục I." in said(document)
    assert "Xếp theo số lượt." in [b.text for b in document.appendices[0].blocks if isinstance(b, Paragraph)]
    definitions = document.appendices[-1].blocks[0]
    assert isinstance(definitions, Grid)
    assert ("Tỷ lệ thành công", "Thành công chia cho tổng.") in {row[1:] for row in definitions.rows}


def test_a_table_too_long_for_paper_is_in_the_workbook_and_the_text_says_so() -> None:
    frozen = made_frozen(pairs=MOST_PRINTED + 1)
    long = compose(made_run(), frozen)
    assert len(long.appendices) == 3
    assert "Khai thác theo cơ quan và dịch vụ: chi tiết tại tệp Excel của báo cáo." in said(long)
    book = load_workbook(io.BytesIO(workbook.render(made_run(), frozen, {})))
    sheet = next(sheet for sheet in book if sheet.title.startswith("Khai thác theo cơ quan và dịch"))
    assert sheet.max_row == 2 + MOST_PRINTED + 1


def test_more_than_ten_sections_are_all_there() -> None:
    frozen = made_frozen()
    many = tuple(replace(frozen.sections[2], code=f"s{n}", title=f"Phần {n}") for n in range(14))
    assert "XIV. Phần 13" in said(compose(made_run(), Frozen(frozen.letterhead, many)))


@pytest.mark.clause("QC14.5")
def test_the_foot_of_every_page_leads_to_the_check() -> None:
    files = whole_files()
    reader = pypdf.PdfReader(io.BytesIO(files[Format.PDF]))
    for page in reader.pages:
        text = page.extract_text()
        assert f"/xac-minh-bao-cao/{CODE}/" in text
        assert CODE in text
    assert set(files) == set(CONTENT_TYPES) == set(Format)


def test_another_process_makes_the_same_bytes() -> None:
    files = whole_files()
    ours = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
    code = (
        "import django, hashlib; django.setup()\n"
        "from tests.reports.made_report import *\n"
        "from reports.documents.files import render_files\n"
        "for kind, content in render_files(made_run(), made_frozen(), NARRATIVE).items():\n"
        "    print(kind.value, hashlib.sha256(content).hexdigest())"
    )
    other = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run([sys.executable, "-c", code], env=other, capture_output=True, text=True, check=True)
    assert dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2) == ours


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_text_of_others_is_text_in_all_three_files(word: str) -> None:
    files = render_files(made_run(), made_frozen(agencies=1, services=1, word=f" {word}"), {"use": word})
    kept = printable(f" {word}").strip()
    file = docx.Document(io.BytesIO(files[Format.DOCX]))
    assert kept in "\n".join(item.text for item in file.paragraphs)
    assert f"Tiếp nhận {kept}" in [cell.text for table in file.tables for cell in table._cells]
    drawn = "".join(char if ord(char) < 0x2000 else MISSING for char in kept if not char.isspace())
    pages = pypdf.PdfReader(io.BytesIO(files[Format.PDF])).pages
    everything = "".join("".join(page.extract_text().replace("\u200b", "").split()) for page in pages[:2])
    assert drawn in everything
    book = load_workbook(io.BytesIO(files[Format.XLSX]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).endswith(kept) for cell in cells)


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_text_stops_a_report_from_being_made(word: str) -> None:
    files = render_files(made_run(), made_frozen(agencies=1, services=1, word=word), {"use": word, "opening": word})
    docx.Document(io.BytesIO(files[Format.DOCX]))
    load_workbook(io.BytesIO(files[Format.XLSX]))
    assert len(pypdf.PdfReader(io.BytesIO(files[Format.PDF])).pages) > 3

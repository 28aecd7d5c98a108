"""The Word file is laid out as Nghị định 30/2020/NĐ-CP orders and says every figure (QC14.5)."""

import io
import re
import unicodedata
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import _Cell

from core.clock import VIETNAM
from core.documents.wording import long_date, moment, number
from core.text import printable
from reports.choices import Unit
from reports.content.figures import thaw
from reports.documents.blocks import cell_text
from reports.documents.outline import check_address
from reports.models import ReportRun, ReportTemplate
from reports.services.writing import document_of
from reports.wording import NOTHING, measured
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.house.checkers.language import leaks
from tests.reports.conftest import Desk
from tests.reports.keeping import kept

# Word keeps lengths in twentieths of a point (635 EMU).
TWIP = 635


def texts(file: Any) -> list[str]:
    """Return every text of the document's body, in order."""
    return [paragraph.text for paragraph in paragraphs(file)]


def paragraphs(file: Any) -> list[Any]:
    """Return every paragraph of the body, of tables too."""
    cells = (_Cell(inside, table) for table in file.tables for inside in table._tbl.iter_tcs())
    return [*file.paragraphs, *(item for cell in cells for item in cell.paragraphs)]


def rows_of(file: Any) -> set[tuple[str, ...]]:
    """Return the texts of every row of every table."""
    return {
        tuple(_Cell(cell, table).text for cell in row.tc_lst) for table in file.tables for row in table._tbl.tr_lst
    }


@pytest.fixture
def run(chain: Chain, desk: Desk) -> ReportRun:
    """A written report with calls, refusals and dossiers."""
    chain.live()

    def write() -> ReportRun:
        grant = chain.request.grants.open().get(environment="live")
        log_calls(grant, count=3)
        log_calls(grant, count=2, verdict="G", status=403, side="consumer", reason="grant-missing")
        return desk.write()

    return kept("written of calls", write)


#: The file of what was written then: the same run gives the same bytes (test_document_parts.py).
_RENDERED: dict[datetime, bytes] = {}


@pytest.fixture
def content(run: ReportRun) -> bytes:
    """Its file."""
    assert run.drafted_at is not None
    if run.drafted_at not in _RENDERED:
        _RENDERED[run.drafted_at] = document_of(run)
    return _RENDERED[run.drafted_at]


@pytest.fixture
def file(content: bytes) -> Any:
    """Its file, opened again."""
    return docx.Document(io.BytesIO(content))


@pytest.mark.clause("QC14.5")
def test_every_figure_and_every_row_is_there(run: ReportRun, file: Any) -> None:
    flat = {row[1:] for row in rows_of(file)}
    everything = texts(file)
    for section in thaw(run.figures).sections:
        assert any(text.endswith(section.title) for text in everything)
        assert section.summary in everything
        for figure in section.figures:
            assert (figure.label, measured(figure.value, figure.unit)) in flat
            assert (figure.label, figure.definition) in flat
        for table in section.tables:
            for row in table.rows:
                assert tuple(cell_text(*pair) for pair in zip(row, table.columns, strict=True)) in flat


def test_texts_are_whole_vietnamese_without_leftovers(file: Any) -> None:
    found = texts(file)
    everything = "\n".join(found)
    assert unicodedata.is_normalized("NFC", everything)
    assert not re.search(r"\{\{|\}\}|%\(|\bNone\b|\bnan\b|�", everything)
    assert "verdict-" not in everything
    # U17 on paper: nothing foreign but the codes of things.
    words = [(place, re.sub(r"\w+(?:-\w+)+", "", text)) for place, text in enumerate(found)]
    assert list(leaks("docx", words)) == []
    for said in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BÁO CÁO", "Nơi nhận:"):
        assert said in found
    assert "hạn nội bộ" in everything
    assert "Số:          /BC-SKHCN" in found
    assert any(text.startswith("Tuyên Quang, ngày ") for text in found)
    assert "GIÁM ĐỐC" in found
    assert found[-1] != ""


@pytest.mark.clause("QC8.2")
def test_nobody_is_named(run: ReportRun, file: Any, chain: Chain, desk: Desk) -> None:
    everything = (
        "\n".join(texts(file)) + run.code + file.core_properties.author + file.core_properties.last_modified_by
    )
    for user in [*chain.users.values(), *desk.users.values()]:
        assert user.full_name not in everything
        assert user.email not in everything


def test_a_preliminary_report_says_so_in_its_head_and_body(run: ReportRun, file: Any) -> None:
    found = texts(file)
    assert run.preliminary
    assert found.count(f"(Số liệu tạm tính đến {moment(run.data_until)})") == 1
    assert any(text.startswith("Kỳ báo cáo chưa kết thúc.") for text in found)


def test_paper_margins_font_and_sizes(file: Any) -> None:
    section = file.sections[0]
    assert (section.page_width, section.page_height) == pytest.approx((Mm(210), Mm(297)), abs=TWIP)
    assert Mm(30) - TWIP <= section.left_margin <= Mm(35) + TWIP
    assert Mm(15) - TWIP <= section.right_margin <= Mm(20) + TWIP
    assert Mm(20) - TWIP <= section.top_margin <= Mm(25) + TWIP
    assert Mm(20) - TWIP <= section.bottom_margin <= Mm(25) + TWIP
    fonts = file.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {"Times New Roman"}
    body = [item for item in file.paragraphs if item.paragraph_format.first_line_indent]
    assert len(body) > 5
    assert {run.font.size.pt for item in body for run in item.runs} <= {13.0, 14.0}
    assert all(item.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.JUSTIFY for item in body)


def test_pages_are_numbered_above_from_the_second_and_named_below(run: ReportRun, file: Any) -> None:
    section = file.sections[0]
    assert section.different_first_page_header_footer
    number_field = section.header.paragraphs[0]
    assert [item.get(qn("w:instr")) for item in number_field._p.iter(qn("w:fldSimple"))] == ["PAGE"]
    assert number_field.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER
    assert "".join(item.text for item in section.first_page_header.paragraphs) == ""
    for foot in (section.footer, section.first_page_footer):
        said = foot.tables[0].rows[0].cells[0].text
        assert run.code in said
        assert moment(run.data_until) in said
        assert check_address(run.code) in said


def test_tables_repeat_their_heads_and_keep_rows_whole_inside_the_margins(file: Any) -> None:
    ruled = [table for table in file.tables if table.style.name == "Table Grid"]
    assert len(ruled) > 5
    for table in ruled:
        head = table.rows[0]._tr.trPr
        assert head.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        room = Mm(247) if len(table.columns) > 7 else Mm(160)
        assert sum(column.width for column in table.columns) <= room + TWIP * len(table.columns)


def test_the_rules_of_the_head_are_lines_and_not_typed(file: Any) -> None:
    left, right = file.tables[0].rows[0].cells
    for cell in (left, right):
        ruled = [
            item for item in cell.paragraphs if item._p.pPr is not None and item._p.pPr.find(qn("w:pBdr")) is not None
        ]
        assert len(ruled) == 1
        assert ruled[0].text == ""
    assert not any(re.search(r"_{3}|-{3}|\*{3}", text) for text in texts(file))


def test_the_archive_holds_no_clock_of_this_machine(content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert len(archive.namelist()) == len(set(archive.namelist()))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "<w:p>&amp;", "\u202egnol", "Ủy ban" * 60, "e\u0302\u0323"])
def test_text_of_others_stays_text(chain: Chain, desk: Desk, few_parts: None, text: str) -> None:
    chain.live()
    chain.agency.name = text[:300]
    chain.agency.save()
    log_calls(chain.request.grants.open().get(environment="live"))
    again = docx.Document(io.BytesIO(document_of(desk.write())))
    assert any(printable(text[:300]) == item for item in texts(again))


def test_a_period_without_anything_says_so_and_invents_no_rows(desk: Desk) -> None:
    run = desk.write()
    sections = {section.code: section for section in thaw(run.figures).sections}
    assert {item.value for item in sections["use"].figures} == {0, None}
    assert all(table.rows == () for table in sections["use"].tables)
    assert "chưa phát sinh" in sections["use"].summary
    rates = {item.code: item.value for item in sections["dossiers"].figures}
    assert rates["steps_on_time_rate"] is None
    everything = texts(docx.Document(io.BytesIO(document_of(run))))
    assert NOTHING in everything
    assert any("Chưa phát sinh lượt khai thác trong kỳ." in text for text in everything)
    rate = next(item for item in sections["use"].figures if item.code == "calls_success_rate")
    assert rate.value is None


def test_a_template_changed_later_leaves_the_written_report_as_it_was(run: ReportRun, content: bytes) -> None:
    template = ReportTemplate.objects.get(kind="month")
    template.signer, template.place = "PHÓ GIÁM ĐỐC", "Hà Giang"
    template.save()
    assert document_of(ReportRun.objects.get()) == content


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(0, 0, "0"), (1234567, 0, "1.234.567"), (1234567.891, 2, "1.234.567,89"), (98.5, 2, "98,5"), (100.0, 2, "100")],
)
def test_numbers_in_vietnamese(value: float, places: int, text: str) -> None:
    assert number(value, places) == text


def test_dates_moments_and_units_in_vietnamese() -> None:
    assert long_date(date(2026, 2, 5)) == "ngày 05 tháng 02 năm 2026"
    assert long_date(date(2026, 11, 25)) == "ngày 25 tháng 11 năm 2026"
    assert long_date(date(2026, 3, 9)) == "ngày 09 tháng 3 năm 2026"
    assert moment(datetime(2026, 2, 5, 8, 3, tzinfo=VIETNAM)) == "08 giờ 03 phút ngày 05/02/2026"
    assert (measured(None, Unit.PERCENT), measured(99.5, Unit.PERCENT)) == (NOTHING, "99,5%")
    assert measured(1234.4, Unit.MILLISECONDS) == "1.234 ms"

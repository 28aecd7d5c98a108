"""P12: an agency's statement of use says what it declares beside what the log holds (QC15.5)."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import docx as word
import pypdf
import pytest

from accounts.models import Agency
from connections.printouts.letterheads import Body
from core.documents.layout import Letterhead
from reports.choices import Format
from reports.documents.use import UseRow, UseStatement, compose_use, render_use

HOSTILE = '=1+1 #strong[x] {{ y }} <w:p> "\u202e" ệ'


def statement() -> UseStatement:
    """Return a statement with every kind of row."""
    head = Letterhead("ỦY BAN NHÂN DÂN\nTỈNH TUYÊN QUANG", "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG", "", place="Tuyên Quang")
    return UseStatement(
        code="KT-2026-0007",
        body=Body(Agency(name="Sở Nông nghiệp và Môi trường"), head, ("GIÁM ĐỐC",)),
        addressee="Sở Khoa học và Công nghệ",
        period_start=date(2026, 1, 1),
        period_end=date(2026, 12, 31),
        rows=(
            UseRow("Đơn vị hành chính", "administrative-units", 1500, 1234, "Giải quyết thủ tục"),
            UseRow("Tra cứu đất đai", "bh-002", None, 7),
            UseRow(HOSTILE, "", 0, None, note=HOSTILE),
        ),
        made_at=datetime(2027, 1, 5, 1, 2, 3, 456, tzinfo=UTC),
        legal_bases=("Quyết định thứ nhất", "Công văn thứ hai."),
        remarks=(("Hiệu quả", "Đoạn một.\n\nĐoạn hai."), ("Kiến nghị", "")),
        attachments=("bang-ke.xlsx",),
    )


@pytest.mark.clause("QC15.5")
def test_both_files_say_declared_and_logged_with_the_difference() -> None:
    files = render_use(statement())
    assert set(files) == {Format.DOCX, Format.PDF}
    file = word.Document(io.BytesIO(files[Format.DOCX]))
    rows = [tuple(cell.text for cell in row.cells) for row in file.tables[1].rows]
    assert rows[1][3:6] == ("1.500", "1.234", "+266")
    assert rows[2][3:6] == ("Chưa kê khai", "7", "–")
    assert rows[3][3:6] == ("0", "Chưa có số liệu", "–")
    said = " ".join(pypdf.PdfReader(io.BytesIO(files[Format.PDF])).pages[0].extract_text().split())
    for text in ("1.500", "+266", "Chưa kê khai", "Tổng số lượt kê khai: 1.500", "1.241", "KT-2026-0007"):
        assert text in said
    assert render_use(statement()) == files


def test_the_paper_has_its_order_its_blank_number_and_its_parts() -> None:
    document = compose_use(statement())
    texts = [getattr(block, "text", "") for block in document.blocks]
    assert document.head.number == "Số: ………/………"
    assert document.place_and_date == "Tuyên Quang, ngày       tháng       năm 2027"
    assert document.legal_bases == ("Căn cứ Quyết định thứ nhất;", "Căn cứ Công văn thứ hai.")
    assert document.recipients == ("- Như trên;", "- Lưu: VT.")
    assert [text for text in texts if text[:2] in ("1.", "2.", "3.", "4.")] == [
        "1. Số lượt khai thác theo dịch vụ dữ liệu",
        "2. Hiệu quả",
        "3. Kiến nghị",
        "4. Tài liệu kèm theo",
    ]
    assert texts.count("Không có.") == 1
    assert "- bang-ke.xlsx." in texts
    given = replace(statement(), number="05/BC-SNNMT", number_date=date(2027, 1, 6), rows=(), remarks=(), draft=True)
    numbered = compose_use(given)
    assert (numbered.head.number, numbered.place_and_date) == (
        "Số: 05/BC-SNNMT",
        "Tuyên Quang, ngày 06 tháng 01 năm 2027",
    )
    assert "(Bản dự thảo, chưa gửi)" in numbered.subject
    assert any("không khai thác" in getattr(block, "text", "") for block in numbered.blocks)

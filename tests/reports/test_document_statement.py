"""P12: an agency's statement of use says what it declares beside what the log holds (QC15.5)."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import docx as word
import pypdf
import pytest

from accounts.models import Agency
from catalog.models import DataService
from connections.printouts.files import FORMATS
from connections.printouts.letterheads import Body
from core.documents.layout import Letterhead
from reports.documents.statements import Stated, compose_statement
from reports.models import Campaign, StatementRow

HOSTILE = '=1+1 #strong[x] {{ y }} <w:p> "\u202e" ệ'


def row(title: str, code: str, declared: int, logged: int, explanation: str = "") -> StatementRow:
    """Return one row, not stored."""
    return StatementRow(
        service=DataService(title=title, code=code), declared=declared, logged=logged, explanation=explanation
    )


def stated() -> Stated:
    """Return what a statement with every kind of row says."""
    head = Letterhead("ỦY BAN NHÂN DÂN\nTỈNH TUYÊN QUANG", "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG", "", place="Tuyên Quang")
    return Stated(
        code="DBC-1-001-L1",
        body=Body(Agency(name="Sở Nông nghiệp và Môi trường"), head, ("GIÁM ĐỐC",)),
        agency_name="Sở Nông nghiệp và Môi trường",
        addressee="Sở Khoa học và Công nghệ",
        campaign=Campaign(
            title="Năm 2026", code="DBC-1", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31)
        ),
        rows=(
            row("Đơn vị hành chính", "administrative-units", 1500, 1234, "Hai hệ thống\n cùng gọi"),
            row("Tra cứu đất đai", "bh-002", 0, 7),
            row(HOSTILE, "bh-003", 5, 5, HOSTILE),
        ),
        answers=(("Hiệu quả", "Đoạn một.\n\nĐoạn hai."), ("Kiến nghị", "")),
        files=("bang-ke.xlsx",),
        at=datetime(2027, 1, 5, 1, 2, 3, 456, tzinfo=UTC),
    )


@pytest.mark.clause("QC15.5")
def test_both_files_say_declared_and_logged_with_the_difference() -> None:
    document = compose_statement(stated())
    files = {ending: drawn(document) for ending, (_kind, drawn) in FORMATS.items()}
    assert set(files) == {"docx", "pdf"}
    file = word.Document(io.BytesIO(files["docx"]))
    rows = [tuple(cell.text for cell in line.cells) for line in file.tables[1].rows]
    assert rows[1][2:] == ("1.234", "1.500", "266")
    assert rows[2][2:] == ("7", "0", "-7")
    assert rows[3][1].startswith("=1+1 #strong[x]")
    said = " ".join(pypdf.PdfReader(io.BytesIO(files["pdf"])).pages[0].extract_text().split())
    for text in ("1.500", "266", "Hai hệ thống cùng gọi", "#strong[x] {{ y }} <w:p>", "DBC-1-001-L1"):
        assert text in said
    assert {ending: drawn(compose_statement(stated())) for ending, (_kind, drawn) in FORMATS.items()} == files


def test_the_paper_has_its_order_its_blank_number_and_its_parts() -> None:
    document = compose_statement(stated())
    texts = [getattr(block, "text", "") for block in document.blocks]
    assert document.place_and_date == "Tuyên Quang, ngày       tháng       năm 2027"
    assert [text for text in texts if text.split(".")[0] in ("I", "II", "III", "1", "2")] == [
        "I. Số lượt khai thác theo dịch vụ dữ liệu",
        "II. Nội dung khác",
        "1. Hiệu quả",
        "2. Kiến nghị",
        "III. Tài liệu kèm theo",
    ]
    assert texts.count("Không nêu.") == 1
    assert any("bang-ke.xlsx" in text for text in texts)
    empty = compose_statement(replace(stated(), rows=(), files=()))
    assert any("không có lượt gọi nào" in getattr(block, "text", "") for block in empty.blocks)

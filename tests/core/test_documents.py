"""One model, two files: the layout of Nghị định 30/2020/NĐ-CP as Word and PDF (U19, U25)."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx as word
import pypdf
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from core.documents import docx, pdf
from core.documents.frozen import freeze, thaw
from core.documents.glyphs import MISSING, drawable
from core.documents.layout import (
    Appendix,
    Check,
    Document,
    Facts,
    Grid,
    Heading,
    HeadStyle,
    Letterhead,
    Paragraph,
    Sign,
)
from core.text import printable

ADDRESS = "https://lgsp.example/xac-minh/0123456789ABCDEFGHJK/"
LETTERS = "Ặ Ễ Ữ Ợ ỷ ẫ ộ ằ Ỵ đ Đ"
HOSTILE = '#strong[x] *b* _i_ $a^2$ `q` <nhan> @ref // c /* d */ \\ " ] ) } {{ x }} {% y %} %(z)s <w:p>&amp; =cmd'


def made(**changes: Any) -> Document:
    """Return a document with every kind of block, changed as asked."""
    whole = Document(
        head=Letterhead("ỦY BAN NHÂN DÂN\nTỈNH TUYÊN QUANG", "SỞ NÔNG NGHIỆP\nVÀ MÔI TRƯỜNG", "Số: ………/………"),
        place_and_date="Tuyên Quang, ngày       tháng       năm 2026",
        kind="THÔNG BÁO",
        subject=("Về việc thử",),
        addressee="Kính gửi: Sở Khoa học và Công nghệ.",
        legal_bases=("Căn cứ thứ nhất;", "Căn cứ thứ hai."),
        blocks=(
            Heading("I. PHẦN MỘT"),
            Facts((("Tên", LETTERS), ("Ghi chú", HOSTILE))),
            Grid(
                ("STT", "Nội dung", "Số"),
                tuple((str(n), f"Dòng {n}", "1.234") for n in range(1, 81)),
                (False, False, True),
                (8, 67, 25),
                "Bảng",
            ),
            Paragraph("Hết./.", with_next=True),
        ),
        recipients=("- Như trên;", "- Lưu: VT."),
        signs=(Sign(("GIÁM ĐỐC",)),),
        foot="Mã hồ sơ: H60.02-261125-0001.\nKiểm tra: " + ADDRESS,
        code="H60.02-261125-0001",
        made_at=datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC),
        check=Check(ADDRESS, "0123456789ABCDEFGHJK"),
    )
    return replace(whole, **changes)


def read_pdf(document: Document) -> pypdf.PdfReader:
    """Return the PDF of *document*, opened again."""
    return pypdf.PdfReader(io.BytesIO(pdf.render(document)))


def opened(document: Document) -> Any:
    """Return the Word file of *document*, opened again."""
    return word.Document(io.BytesIO(docx.render(document)))


def pages(document: Document) -> list[str]:
    """Return what each page of the PDF says, spaces made one."""
    return [" ".join(page.extract_text().split()) for page in read_pdf(document).pages]


def test_both_files_are_the_same_bytes_for_the_same_document() -> None:
    document = made()
    assert pdf.render(document) == pdf.render(thaw(freeze(document)))
    assert docx.render(document) == docx.render(thaw(freeze(document)))
    later = replace(document, made_at=datetime(2026, 11, 26, tzinfo=UTC))
    assert pdf.render(document) != pdf.render(later)


def test_a_document_comes_back_from_json_as_it_was() -> None:
    whole = made(
        appendix=Appendix("Phụ lục", (Grid(("a",), (("1",),), (False,), (1,)),)),
        signs=(Sign(("A",), "(Ký)", ("Tên",)), Sign(("B",))),
        wide=True,
    )
    assert thaw(freeze(whole)) == whole
    with pytest.raises(ValueError, match="not lgsp-document-1"):
        thaw({**freeze(whole), "format": "khac"})


def test_the_pdf_is_tagged_pdf_a_with_its_own_fonts_and_the_moment_it_was_made() -> None:
    reader = read_pdf(made())
    root: Any = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", xmp)
    assert re.search(r"<pdfaid:conformance>B</pdfaid:conformance>", xmp)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "vi-VN"
    assert root["/OutputIntents"]
    fonts = {font for page in reader.pages for font in _fonts(page)}
    assert {name.split("+")[1].split("-")[0] for name, _embedded in fonts} == {"Tinos"}
    assert all(embedded for _name, embedded in fonts)
    assert reader.metadata is not None
    assert reader.metadata.creation_date == datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
    assert reader.metadata.title == "Về việc thử"


def _fonts(page: Any) -> list[tuple[str, bool]]:
    found = []
    for font in page["/Resources"]["/Font"].values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = inner["/FontDescriptor"].get_object()
        found.append((str(inner["/BaseFont"]), any(key in descriptor for key in ("/FontFile2", "/FontFile3"))))
    return found


def test_paper_margins_and_page_numbers() -> None:
    reader = read_pdf(made())
    assert [round(float(side) / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    said = pages(made())
    assert len(said) == 3
    assert said[0].startswith("ỦY BAN NHÂN DÂN")
    assert [text.split(" ", 1)[0] for text in said[1:]] == ["2", "3"]
    section = opened(made()).sections[0]
    assert section.different_first_page_header_footer
    assert "".join(item.text for item in section.first_page_header.paragraphs) == ""
    assert Mm(20) <= section.bottom_margin <= Mm(25) + 635
    turned = opened(made(wide=True)).sections[0]
    assert turned.page_width > turned.page_height
    assert float(read_pdf(made(wide=True)).pages[0].mediabox.width) > 800


def test_every_page_has_its_foot_and_every_part_of_a_table_its_head() -> None:
    for text in pages(made()):
        assert "Mã hồ sơ: H60.02-261125-0001." in text
        assert ADDRESS in text
        assert "STT Nội dung Số" in text
    file = opened(made())
    for foot in (file.sections[0].footer, file.sections[0].first_page_footer):
        assert ADDRESS in foot.tables[0].rows[0].cells[0].text
        assert foot._element.findall(f".//{qn('a:blip')}")
    ruled = next(table for table in file.tables if table.style.name == "Table Grid")
    assert ruled.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in ruled.rows)


def test_a_row_longer_than_a_page_runs_over_it() -> None:
    long = made(blocks=(Grid(("STT", "Nội dung"), (("1", "rất dài " * 500),), (False, False), (8, 92)),))
    said = pages(long)
    assert len(said) > 1
    assert " ".join(said).count("rất dài") == 500
    table = opened(long).tables[1]
    assert table.rows[1]._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None


def test_the_heads_of_state_and_party() -> None:
    party = made(head=replace(made().head, style=HeadStyle.PARTY, number="Số ………-………/………"))
    state = pages(made())[0]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in state
    said = pages(party)[0]
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in said
    assert "CỘNG HÒA" not in said
    assert "*" in said.split("Số")[0]
    cells = opened(party).tables[0].rows[0].cells
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in cells[1].text
    assert "Độc lập" not in cells[1].text


@pytest.mark.parametrize("field", ["blocks", "subject", "foot", "recipients", "head", "signs"])
def test_text_of_others_is_text_wherever_it_stands(field: str) -> None:
    text = f"{LETTERS} {HOSTILE}"
    changes: dict[str, Any] = {
        "blocks": (Heading(text), Paragraph(text), Grid((text,), ((text,),), (False,), (1,), text)),
        "subject": (text,),
        "foot": text,
        "recipients": (text,),
        "head": Letterhead(text, text, text, place=text),
        "signs": (Sign((text,), text, (text,)),),
    }
    document = made(**{field: changes[field]})
    assert _bare(text) in _bare(" ".join(pages(document)))
    with ZipFile(io.BytesIO(docx.render(document))) as archive:
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert any(escaped in part for part in parts)


def _bare(text: str) -> str:
    """Return *text* without spaces and places to break: a narrow column breaks lines anywhere."""
    return "".join(text.replace("\u200b", "").split())


def test_what_hides_or_turns_text_is_left_out_and_what_no_font_draws_is_a_box() -> None:
    text = "đầu\u202ecuối\u200b\x07 giữa 👍 漢"
    document = made(blocks=(Paragraph(text), Paragraph("e\u0302\u0323")))
    assert printable(text) == "đầucuối giữa 👍 漢"
    kept = thaw(freeze(document))
    said = " ".join(pages(kept))
    assert f"đầucuối giữa {MISSING} {MISSING}" in said
    assert "ệ" in said
    assert "giữa 👍 漢" in _texts(opened(kept))


def test_words_longer_than_their_column_stay_inside_it() -> None:
    word = "x" * 300
    long = made(blocks=(Paragraph(word), Grid(("STT", word), (("1", word),), (False, False), (50, 50))))
    reader = read_pdf(long)
    assert _bare(" ".join(page.extract_text() for page in reader.pages)).count(word) == 3
    ends: list[float] = []

    def see(text: str, _cm: Any, matrix: Any, _font: Any, size: float) -> None:
        ends.append(matrix[4] + 0.3 * size * len(text.strip()))

    reader.pages[0].extract_text(visitor_text=see)
    assert max(ends) < float(reader.pages[0].mediabox.width) - 40


def test_the_font_draws_vietnamese_and_says_what_it_lacks() -> None:
    assert drawable(LETTERS + "«»–…“”") == LETTERS + "«»–…“”"
    assert drawable("a👍\n漢") == f"a{MISSING}\n{MISSING}"


def test_texts_longer_than_a_file_property_may_be_are_cut_there_only() -> None:
    long = "Tên rất dài " * 40
    document = made(subject=(long,), head=Letterhead("", long, "Số: ………/………"))
    file = opened(document)
    assert len(file.core_properties.title) == 255
    assert long.strip() in _texts(file)


def _texts(file: Any) -> str:
    return "\n".join(item.text for item in file.paragraphs)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed: Word files stay unopened")
def test_word_files_open_in_libreoffice(tmp_path: Path) -> None:
    for name, document in (
        ("a", made()),
        ("b", made(wide=True, check=None)),
        ("c", made(signs=(Sign(("A",)), Sign(("B",))))),
    ):
        (tmp_path / f"{name}.docx").write_bytes(docx.render(document))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, tmp_path.glob("*.docx"))], check=True, capture_output=True, timeout=120)
    for name in "abc":
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / f"{name}.pdf").pages)
        assert "STT" in text
        assert "H60.02-261125-0001" in text

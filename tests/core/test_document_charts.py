"""Charts and appendices of a document, and that no text breaks a file (U19)."""

from typing import Any

import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.charts import Chart, Series
from core.documents import docx, pdf
from core.documents.frozen import freeze, thaw
from core.documents.glyphs import MISSING, drawable
from core.documents.layout import Appendix, ChartBlock, Document, Facts, Grid, Letterhead, Paragraph
from core.text import printable
from tests.core.test_documents import ADDRESS, _bare, _texts, made, opened, pages, read_pdf

BARS = ChartBlock(
    Chart("calls", "Lượt gọi <b> = 👍", "bars", ("Quý I", "Quý II"), (Series("Kỳ này", (12.0, None)),), "lượt"),
    "Biểu đồ: quý I 12 lượt.",
)


def with_parts() -> Document:
    """Return a document with a chart and appendices of its own, two of them turned."""
    wide = Grid(("STT", "Nội dung"), tuple((str(n), f"Dòng {n}") for n in range(60)), (False, False), (8, 92))
    appendices = (
        Appendix("Phụ lục I\nTHEO CƠ QUAN", (wide,), landscape=True, note="(Kèm theo Báo cáo số …)"),
        Appendix("Phụ lục II\nCÁCH TÍNH", (Paragraph("Cách tính."),)),
        Appendix("Phụ lục III", (BARS,), landscape=True),
    )
    return made(blocks=(Paragraph("Đoạn."), BARS), appendices=appendices)


def told_instead(document: Document) -> set[str]:
    """Return the words that stand for pictures in the PDF (ISO 14289-1)."""
    reader = read_pdf(document)
    size: Any = reader.trailer["/Size"]
    found: list[Any] = [reader.get_object(number) for number in range(1, size)]
    return {str(item["/Alt"]) for item in found if isinstance(item, dict) and "/Alt" in item}


def test_a_chart_is_a_picture_with_words_for_it_in_both_files() -> None:
    document = with_parts()
    assert thaw(freeze(document)) == document
    said = pages(document)[0]
    assert f"Lượt gọi <b> = {MISSING}" in said
    assert "Quý II" in said
    assert told_instead(document) == {BARS.alt}
    file = opened(document)
    drawn = file.element.body.findall(f".//{qn('wp:docPr')}")
    assert [item.get("descr") for item in drawn] == [BARS.alt, BARS.alt]
    widths = [int(item.get("cx")) for item in file.element.body.findall(f".//{qn('wp:extent')}")]
    assert widths == pytest.approx([Mm(160), Mm(247)], abs=Mm(1))
    assert docx.render(document) == docx.render(thaw(freeze(document)))
    assert pdf.render(document) == pdf.render(thaw(freeze(document)))


def test_a_tall_chart_finds_room_on_one_page() -> None:
    labels = tuple(f"Ủy ban nhân dân xã có tên rất dài số {n}" for n in range(60))
    chart = Chart("tall", "Theo cơ quan", "bars", labels, (Series("Kỳ này", (5.0,) * 60),), "lượt")
    document = made(blocks=(ChartBlock(chart, "Sáu mươi cơ quan."),), appendices=())
    assert len(pages(document)) == 2
    extent = opened(document).element.body.find(f".//{qn('wp:extent')}")
    assert int(extent.get("cy")) < Mm(200)


def test_appendices_have_pages_numbers_and_feet_of_their_own() -> None:
    document = with_parts()
    reader = read_pdf(document)
    turned = [float(page.mediabox.width) > float(page.mediabox.height) for page in reader.pages]
    assert turned == [False, True, True, True, False, True]
    said = pages(document)
    assert [text.split()[0] for text in said] == ["ỦY", "Phụ", "2", "3", "Phụ", "Phụ"]
    assert "(Kèm theo Báo cáo số …)" in said[1]
    assert all(ADDRESS in text for text in said)
    sections = opened(document).sections
    assert [item.page_width > item.page_height for item in sections] == [False, True, False, True]
    for section in list(sections)[1:]:
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
        room = section.page_width - section.left_margin - section.right_margin
        for foot in (section.footer, section.first_page_footer):
            assert ADDRESS in foot.tables[0].rows[0].cells[0].text
            assert sum(column.width for column in foot.tables[0].columns) == pytest.approx(room, abs=Mm(1))


def test_what_was_frozen_before_there_were_such_appendices_is_read() -> None:
    old = made(appendix=Appendix("Phụ lục", (Paragraph("x"),)))
    kept = freeze(old)
    del kept["appendices"]
    kept["appendix"] = {name: kept["appendix"][name] for name in ("title", "blocks")}
    assert thaw(kept) == old
    assert docx.render(thaw(kept)) == docx.render(old)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_a_file(text: str) -> None:
    document = made(
        head=Letterhead("A", text or "B", "Số: 1"),
        blocks=(Paragraph(text), Grid((text,), ((text,),), (False,), (1,), text), Facts(((text, text),))),
        foot=text,
    )
    assert printable(text).strip() in _texts(opened(document)) or "\t" in text
    drawn = _bare(drawable(printable(text)))
    assert set(drawn) <= set(_bare(" ".join(pages(document)))) | set("\u2010\u2011")

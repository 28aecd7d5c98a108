"""Building blocks of an official document in Word: paragraphs, rules, head, tail, tables."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordFile
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from core.text import nfc
from reports.documents.layout import Document

FONT, BODY_SIZE = "Times New Roman", 14
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def element(name: str, **attributes: Any) -> Any:
    """Return the WordprocessingML element *name* with its attributes."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def base_style(word: WordFile) -> None:
    """Let every text be Times New Roman, black, Vietnamese; no space but what is asked for."""
    style = word.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(BODY_SIZE), RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    properties.append(element("lang", val="vi-VN", eastAsia="vi-VN"))
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.0


def say(
    paragraph: Paragraph,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: int = BODY_SIZE,
    align: WD_ALIGN_PARAGRAPH | None = None,
) -> Paragraph:
    """Write *text* in NFC into *paragraph*."""
    run = paragraph.add_run(nfc(text))
    run.bold, run.italic, run.font.size = bold or None, italic or None, Pt(size)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def body(paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False) -> Paragraph:
    """Write a paragraph of the body: justified, first line indented, 6 pt after it."""
    say(paragraph, text, bold=bold, italic=italic, align=WD_ALIGN_PARAGRAPH.JUSTIFY)
    layout = paragraph.paragraph_format
    layout.first_line_indent, layout.space_after, layout.line_spacing = Mm(10), Pt(6), 1.15
    return paragraph


def rule(paragraph: Paragraph, *, side: int) -> None:
    """Make *paragraph* a thin rule, *side* (EMU) away from both edges."""
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = side
    layout.line_spacing, layout.space_before, layout.space_after = Pt(6), Pt(4), Pt(4)
    borders = element("pBdr")
    borders.append(element("top", val="single", sz=6, space=1, color="000000"))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def page_number(paragraph: Paragraph) -> None:
    """Put the page's number in the middle of *paragraph*."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = element("fldSimple", instr="PAGE")
    run, text = element("r"), element("t")
    text.text = "2"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def head(word: WordFile, document: Document) -> None:
    """Write the two columns at the top: the body that issues, number; the State's name and motto, place and date."""
    left, right = _columns(word, (Mm(68), Mm(92)))
    center = WD_ALIGN_PARAGRAPH.CENTER
    say(left.paragraphs[0], document.superior, size=12, align=center)
    say(left.add_paragraph(), document.issuer, bold=True, size=12, align=center)
    rule(left.add_paragraph(), side=Mm(20))
    say(left.add_paragraph(), document.number, size=13, align=center)
    say(right.paragraphs[0], MOTTO[0], bold=True, size=12, align=center)
    say(right.add_paragraph(), MOTTO[1], bold=True, size=13, align=center)
    rule(right.add_paragraph(), side=Mm(18))
    say(right.add_paragraph(), document.place_and_date, italic=True, size=13, align=center)


def tail(word: WordFile, document: Document) -> None:
    """Write who receives it on the left, the office that signs on the right with room for the signature."""
    left, right = _columns(word, (Mm(80), Mm(80)))
    say(left.paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=12)
    for one in document.recipients:
        say(left.add_paragraph(), one, size=11)
    say(right.paragraphs[0], document.signer, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    right.add_paragraph().paragraph_format.space_after = Mm(24)


def _columns(word: WordFile, widths: Sequence[int]) -> Any:
    made = word.add_table(rows=1, cols=len(widths))
    _shape(made, widths)
    _keep_whole(made.rows[0])
    padding = element("tblCellMar")
    padding.extend(element(side, w=0, type="dxa") for side in ("left", "right"))
    made._tbl.tblPr.insert_element_before(padding, "w:tblLook", "w:tblCaption", "w:tblDescription")
    return made.rows[0].cells


def table(word: WordFile, *, rows: int, widths: Sequence[int]) -> Any:
    """Make a ruled table with columns of *widths* (EMU), its rows never cut by a page's end."""
    made = word.add_table(rows=rows, cols=len(widths), style="Table Grid")
    _shape(made, widths)
    for row in made.rows:
        _keep_whole(row)
    return made


def _shape(made: Any, widths: Sequence[int]) -> None:
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    columns = len(widths)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for place, cell in enumerate(made._cells):
        cell.width = widths[place % columns]


def _keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def repeat_on_each_page(row: Any) -> None:
    """Let *row* head the table on every page it runs over."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))

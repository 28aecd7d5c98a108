"""Building blocks of an official document in Word: paragraphs, rules, head, tail, tables."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from docx.document import Document as WordFile
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor, Twips
from docx.text.paragraph import Paragraph

from core.documents.layout import Document, HeadStyle, Sign
from core.text import printable

FONT, BODY_SIZE = "Times New Roman", 14
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"


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
    """Write *text* into *paragraph*: NFC, without what prints nothing."""
    run = paragraph.add_run(printable(text))
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


def number_from_one(section: Any) -> None:
    """Let the pages of *section* be counted from 1."""
    known = section._sectPr
    for old in known.findall(qn("w:pgNumType")):
        known.remove(old)
    known.find(qn("w:cols")).addprevious(element("pgNumType", start=1))


def close_section(section: Any) -> None:
    """Make the empty paragraph that ends the section before *section* so small that it needs no page of its own."""
    last = section._sectPr.getprevious()
    spacing = element("spacing", before=0, after=0, line=20, lineRule="exact")
    last.get_or_add_pPr().insert_element_before(spacing, "w:ind", "w:jc", "w:rPr", "w:sectPr")


def foot_with_code(foot: Any, text: str, code: bytes, room: int) -> None:
    """Write *text* on the left of a foot and the QR code (PNG) that leads to its check on the right."""
    made = foot.add_table(rows=1, cols=2, width=room)
    _shape(made, (room - Mm(18), Mm(18)))
    left, right = made.rows[0].cells
    left.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    lines = text.split("\n")
    say(left.paragraphs[0], lines[0], size=10)
    for line in lines[1:]:
        say(left.add_paragraph(), line, size=10)
    right.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    right.paragraphs[0].add_run().add_picture(BytesIO(code), width=Mm(15))
    last = foot.paragraphs[0]
    last.paragraph_format.line_spacing = Pt(1)
    made._tbl.addnext(last._p)


def picture(paragraph: Paragraph, png: bytes, *, width: int, alt: str) -> None:
    """Put the picture *png* into the middle of *paragraph*, *width* (EMU) wide; *alt* says what it shows."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(6)
    shape = paragraph.add_run().add_picture(BytesIO(png), width=width)
    shape._inline.docPr.set("descr", printable(alt))


def head(word: WordFile, document: Document, room: int) -> None:
    """Write the two columns at the top: the body that issues, number; whose paper it is, place and date."""
    widths = (room * 68 // 160, room * 92 // 160)
    left, right = _columns(word, widths)
    center, said = WD_ALIGN_PARAGRAPH.CENTER, document.head
    lines = (left.paragraphs[0], left.add_paragraph()) if said.superior else (None, left.paragraphs[0])
    if lines[0] is not None:
        say(lines[0], said.superior, size=12, align=center)
    say(lines[1], said.issuer, bold=True, size=12, align=center)
    if said.style == HeadStyle.PARTY:
        say(left.add_paragraph(), "*", size=13, align=center)
        say(right.paragraphs[0], PARTY, bold=True, size=15, align=center)
    else:
        rule(left.add_paragraph(), side=(widths[0] - Mm(28)) // 2)
        say(right.paragraphs[0], MOTTO[0], bold=True, size=12, align=center)
        say(right.add_paragraph(), MOTTO[1], bold=True, size=13, align=center)
    say(left.add_paragraph(), said.number, size=13, align=center)
    rule(right.add_paragraph(), side=(widths[1] - Mm(56)) // 2)
    say(right.add_paragraph(), document.place_and_date, italic=True, size=13, align=center)


def tail(word: WordFile, document: Document, room: int) -> None:
    """Write who signs, with room for it: one office right of the recipients, or both sides above them."""
    left, right = _columns(word, (room // 2, room // 2))
    if len(document.signs) == 1:
        _recipients(left, document.recipients, left.paragraphs[0])
        _sign(right, document.signs[0])
        return
    for cell, sign in zip((left, right), document.signs, strict=True):
        _sign(cell, sign)
    if document.recipients:
        _recipients(word, document.recipients, word.add_paragraph())


def _recipients(place: Any, recipients: Sequence[str], first: Paragraph) -> None:
    if recipients:
        say(first, "Nơi nhận:", bold=True, italic=True, size=12)
    for one in recipients:
        say(place.add_paragraph(), one, size=11)


def _sign(cell: Any, sign: Sign) -> None:
    center = WD_ALIGN_PARAGRAPH.CENTER
    for place, line in enumerate(sign.lines):
        say(cell.add_paragraph() if place else cell.paragraphs[0], line, bold=True, align=center)
    if sign.note:
        say(cell.add_paragraph(), sign.note, italic=True, size=12, align=center)
    cell.add_paragraph().paragraph_format.space_after = Mm(24)
    for place, line in enumerate(sign.below):
        say(cell.add_paragraph(), line, bold=not place, size=BODY_SIZE if not place else 11, align=center)


def _columns(word: WordFile, widths: Sequence[int]) -> Any:
    made = word.add_table(rows=1, cols=len(widths))
    _shape(made, widths)
    keep_whole(made, [True])
    padding = element("tblCellMar")
    padding.extend(element(side, w=0, type="dxa") for side in ("left", "right"))
    made._tbl.tblPr.insert_element_before(padding, "w:tblLook", "w:tblCaption", "w:tblDescription")
    return made.rows[0].cells


def table(word: WordFile, *, rows: int, widths: Sequence[int]) -> Any:
    """Make a ruled table with columns of *widths* (EMU)."""
    made = word.add_table(rows=rows, cols=len(widths), style="Table Grid")
    _shape(made, widths)
    return made


def fill(
    made: Any,
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[int],
    sides: Sequence[str],
    size: int,
    whole: Sequence[bool],
) -> None:
    """Add *rows* of text to a table: *widths* (EMU) and *sides* ("left"…) by column, *whole* rows are not cut.

    Written as text and read at once: cell by cell, thousands of rows take minutes.
    """
    head = [
        f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{round(width / Twips(1))}"/></w:tcPr>'
        f'<w:p><w:pPr><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr><w:sz w:val="{2 * size}"/></w:rPr>'
        for width, side in zip(widths, sides, strict=True)
    ]
    found = []
    for values, keep in zip(rows, whole, strict=True):
        cells = "".join(f"{start}{_text(value)}</w:r></w:p></w:tc>" for start, value in zip(head, values, strict=True))
        found.append(f"<w:tr>{'<w:trPr><w:cantSplit/></w:trPr>' if keep else ''}{cells}</w:tr>")
    made._tbl.extend(list(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(found)}</w:tbl>")))


def _text(value: str) -> str:
    """Return *value* as the inside of a run: NFC, without what prints nothing, its lines and tabs kept."""
    said = escape(printable(value)).replace("\t", "</w:t><w:tab/><w:t>")
    return f'<w:t xml:space="preserve">{said}</w:t>'.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')


def _shape(made: Any, widths: Sequence[int]) -> None:
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    columns = len(widths)
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for place, cell in enumerate(made._cells):
        cell.width = widths[place % columns]


def keep_whole(made: Any, whole: Sequence[bool]) -> None:
    """Let the rows named by *whole* not be cut by a page's end."""
    for row, keep in zip(made.rows, whole, strict=True):
        if keep:
            row._tr.get_or_add_trPr().insert(0, element("cantSplit"))


def repeat_on_each_page(row: Any) -> None:
    """Let *row* head the table on every page it runs over."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))

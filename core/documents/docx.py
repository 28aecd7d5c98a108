"""An official document as a Word file (python-docx), byte for byte the same for the same document."""

from datetime import UTC
from io import BytesIO

import docx
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.section import Section
from docx.shared import Mm, Pt

from core.documents import docx_parts as parts
from core.documents.archive import steady
from core.documents.layout import Appendix, Block, ChartBlock, Document, Facts, Grid, Heading, Paragraph
from core.documents.pictures import chart_picture
from core.documents.qr import qr_png
from core.text import printable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# A4 with the margins of Nghị định 30/2020/NĐ-CP, Phụ lục I: left 30–35, right 15–20, top and bottom 20–25 mm.
_SHORT, _LONG = Mm(210), Mm(297)
_LEFT, _RIGHT, _EDGE, _EDGE_WITH_CODE = Mm(30), Mm(20), Mm(20), Mm(25)
# Longest property a Word file may have (ISO 29500-1).
_PROPERTY = 255
# A row with a cell longer than this may run over a page's end; others stay whole.
WHOLE = 900


def render(document: Document) -> bytes:
    """Return the file of *document*: A4, Times New Roman, head and tail as Nghị định 30/2020/NĐ-CP orders."""
    word = docx.Document()
    _set_up(word, document)
    room = _room(document)
    parts.head(word, document, room)
    _title(word, document, room)
    for block in document.blocks:
        _block(word, block, room)
    parts.tail(word, document, room)
    if document.appendix is not None:
        _appendix(word, document.appendix, room)
    for appendix in document.appendices:
        _own_pages(word, document, appendix)
    raw = BytesIO()
    word.save(raw)
    return steady(raw)


def _set_up(word: WordFile, document: Document) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = (_LONG, _SHORT) if document.wide else (_SHORT, _LONG)
    if document.wide:
        section.orientation = WD_ORIENT.LANDSCAPE
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin = section.bottom_margin = _EDGE
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    parts.base_style(word)
    parts.page_number(section.header.paragraphs[0])
    if document.check is not None:
        section.bottom_margin, section.footer_distance = _EDGE_WITH_CODE, Mm(7)
    _feet(section, document)
    _describe(word, document)


def _feet(section: Section, document: Document) -> None:
    """Write the foot of *section*, as wide as its text."""
    code = qr_png(document.check.address) if document.check else b""
    for foot in (section.footer, section.first_page_footer):
        if code:
            parts.foot_with_code(foot, document.foot, code, _room_of(section))
        else:
            parts.say(foot.paragraphs[0], document.foot, size=10)


def _describe(word: WordFile, document: Document) -> None:
    properties = word.core_properties
    properties.title, properties.subject = printable(" ".join(document.subject))[:_PROPERTY], document.code
    properties.author = properties.last_modified_by = printable(document.head.issuer)[:_PROPERTY]
    properties.comments, properties.keywords, properties.language = "", "", "vi-VN"
    properties.created = properties.modified = document.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _room(document: Document) -> int:
    """Return the width of the text (EMU)."""
    return (_LONG if document.wide else _SHORT) - _LEFT - _RIGHT


def _room_of(section: Section) -> int:
    """Return the width of the text of *section* (EMU)."""
    return int(section.page_width or _SHORT) - _LEFT - _RIGHT


def _title(word: WordFile, document: Document, room: int) -> None:
    kind = parts.say(word.add_paragraph(), document.kind, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER)
    kind.paragraph_format.space_before = Pt(12)
    for line in document.subject:
        parts.say(word.add_paragraph(), line, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    parts.rule(word.add_paragraph(), side=(room - Mm(44)) // 2)
    if document.addressee:
        addressee = parts.say(word.add_paragraph(), document.addressee, align=WD_ALIGN_PARAGRAPH.CENTER)
        addressee.paragraph_format.space_after = Pt(6)
    for basis in document.legal_bases:
        parts.body(word.add_paragraph(), basis, italic=True)


def _block(word: WordFile, block: Block, room: int) -> None:
    if isinstance(block, Heading):
        parts.body(word.add_paragraph(), block.text, bold=True).paragraph_format.keep_with_next = True
    elif isinstance(block, Paragraph):
        paragraph = parts.body(word.add_paragraph(), block.text, bold=block.strong, italic=block.italic)
        paragraph.paragraph_format.keep_with_next = block.with_next or None
    elif isinstance(block, Facts):
        for term, value in block.rows:
            parts.body(word.add_paragraph(), f"{term}: {value}").paragraph_format.space_after = Pt(3)
    elif isinstance(block, ChartBlock):
        _chart(word, block, room)
    else:
        _grid(word, block, room)


def _chart(word: WordFile, block: ChartBlock, room: int) -> None:
    title = parts.say(word.add_paragraph(), block.chart.title, italic=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    layout = title.paragraph_format
    # Without room between them LibreOffice lays the picture over the descenders of its title.
    layout.space_before, layout.space_after, layout.keep_with_next = Pt(6), Pt(4), True
    drawn = chart_picture(block.chart)
    parts.picture(word.add_paragraph(), drawn.png(), width=int(room * drawn.share), alt=block.alt)


def _grid(word: WordFile, grid: Grid, room: int) -> None:
    if grid.title:
        title = parts.say(word.add_paragraph(), grid.title, italic=True, align=WD_ALIGN_PARAGRAPH.CENTER)
        title.paragraph_format.space_before, title.paragraph_format.keep_with_next = Pt(6), True
    whole, size = sum(grid.widths), 10 if room > _SHORT else 12
    widths = [room * part // whole for part in grid.widths]
    table = parts.table(word, rows=1, widths=widths)
    for cell, text in zip(table.rows[0].cells, grid.heads, strict=True):
        parts.say(cell.paragraphs[0], text, bold=True, size=size, align=WD_ALIGN_PARAGRAPH.CENTER)
    parts.repeat_on_each_page(table.rows[0])
    parts.keep_whole(table, [True])
    sides = ["center", *("right" if number else "left" for number in grid.numeric[1:])]
    kept = [max(map(len, values)) <= WHOLE for values in grid.rows]
    parts.fill(table, grid.rows, widths=widths, sides=sides, size=size, whole=kept)
    word.add_paragraph().paragraph_format.space_after = Pt(0)


def _appendix(word: WordFile, appendix: Appendix, room: int) -> None:
    last = word.add_paragraph()
    last.add_run().add_break(WD_BREAK.PAGE)
    parts.say(last, appendix.title, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER)
    for block in appendix.blocks:
        _block(word, block, room)


def _own_pages(word: WordFile, document: Document, appendix: Appendix) -> None:
    """Add *appendix* on pages of its own, turned where it asks for it, numbered from 1."""
    before = word.sections[-1].page_width
    section = word.add_section(WD_SECTION.NEW_PAGE)
    parts.close_section(section)
    turned = appendix.landscape or document.wide
    section.page_width, section.page_height = (_LONG, _SHORT) if turned else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
    parts.number_from_one(section)
    if section.page_width != before:
        section.footer.is_linked_to_previous = section.first_page_footer.is_linked_to_previous = False
        _feet(section, document)
    center = WD_ALIGN_PARAGRAPH.CENTER
    parts.say(word.add_paragraph(), appendix.title, bold=True, size=14, align=center)
    if appendix.note:
        note = parts.say(word.add_paragraph(), appendix.note, italic=True, size=14, align=center)
        note.paragraph_format.space_after = Pt(6)
    for block in appendix.blocks:
        _block(word, block, _room_of(section))

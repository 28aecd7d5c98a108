"""An official document as a Word file (python-docx), byte for byte the same for the same document."""

from datetime import UTC
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Mm, Pt

from core.text import nfc
from reports.documents.layout import Appendix, Block, Document, Grid, Heading, Paragraph
from reports.renderers import docx_parts as parts

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Earliest moment a zip archive can name; the real one stands in the document's properties.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
# A4 with the margins of Nghị định 30/2020/NĐ-CP, Phụ lục I: left 30–35, right 15–20, top and bottom 20–25 mm.
_LEFT, _RIGHT, _EDGE = Mm(30), Mm(20), Mm(20)


def render(document: Document) -> bytes:
    """Return the file of *document*: A4, Times New Roman, head and tail as Nghị định 30/2020/NĐ-CP orders."""
    word = docx.Document()
    _set_up(word, document)
    parts.head(word, document)
    _title(word, document)
    for block in document.blocks:
        _block(word, block)
    parts.tail(word, document)
    _appendix(word, document.appendix)
    raw = BytesIO()
    word.save(raw)
    return _steady(raw)


def _set_up(word: WordFile, document: Document) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = _LEFT, _RIGHT
    section.top_margin = section.bottom_margin = _EDGE
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    parts.base_style(word)
    parts.page_number(section.header.paragraphs[0])
    for foot in (section.footer, section.first_page_footer):
        parts.say(foot.paragraphs[0], document.foot, size=10)
    properties = word.core_properties
    properties.title, properties.subject = nfc(" ".join(document.subject)), document.code
    properties.author = properties.last_modified_by = document.issuer
    properties.comments, properties.keywords, properties.language = "", "", "vi-VN"
    properties.created = properties.modified = document.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _title(word: WordFile, document: Document) -> None:
    kind = parts.say(word.add_paragraph(), document.kind, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER)
    kind.paragraph_format.space_before = Pt(12)
    for line in document.subject:
        parts.say(word.add_paragraph(), line, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    parts.rule(word.add_paragraph(), side=Mm(58))
    addressee = parts.say(word.add_paragraph(), document.addressee, align=WD_ALIGN_PARAGRAPH.CENTER)
    addressee.paragraph_format.space_after = Pt(6)
    for basis in document.legal_bases:
        parts.body(word.add_paragraph(), basis, italic=True)


def _block(word: WordFile, block: Block) -> None:
    if isinstance(block, Heading):
        parts.body(word.add_paragraph(), block.text, bold=True).paragraph_format.keep_with_next = True
    elif isinstance(block, Paragraph):
        paragraph = parts.body(word.add_paragraph(), block.text, bold=block.strong, italic=block.italic)
        paragraph.paragraph_format.keep_with_next = block.with_next or None
    else:
        _grid(word, block)


def _grid(word: WordFile, grid: Grid) -> None:
    if grid.title:
        title = parts.say(word.add_paragraph(), grid.title, italic=True, align=WD_ALIGN_PARAGRAPH.CENTER)
        title.paragraph_format.space_before, title.paragraph_format.keep_with_next = Pt(6), True
    room = Mm(210) - _LEFT - _RIGHT
    table = parts.table(
        word, rows=len(grid.rows) + 1, widths=[room * part // sum(grid.widths) for part in grid.widths]
    )
    for cell, text in zip(table.rows[0].cells, grid.heads, strict=True):
        parts.say(cell.paragraphs[0], text, bold=True, size=12, align=WD_ALIGN_PARAGRAPH.CENTER)
    parts.repeat_on_each_page(table.rows[0])
    cells = table._cells
    for place, values in enumerate(grid.rows, start=1):
        for column, value in enumerate(values):
            align = WD_ALIGN_PARAGRAPH.RIGHT if grid.numeric[column] else WD_ALIGN_PARAGRAPH.LEFT
            paragraph = cells[place * len(values) + column].paragraphs[0]
            parts.say(paragraph, value, size=12, align=WD_ALIGN_PARAGRAPH.CENTER if column == 0 else align)
    word.add_paragraph().paragraph_format.space_after = Pt(0)


def _appendix(word: WordFile, appendix: Appendix) -> None:
    last = word.add_paragraph()
    last.add_run().add_break(WD_BREAK.PAGE)
    parts.say(last, appendix.title, bold=True, size=14, align=WD_ALIGN_PARAGRAPH.CENTER)
    for block in appendix.blocks:
        _block(word, block)


def _steady(raw: BytesIO) -> bytes:
    """Return the archive *raw* with the clock of this machine taken out of it."""
    steady = BytesIO()
    with ZipFile(raw) as made, ZipFile(steady, "w") as kept:
        for name in sorted(made.namelist(), key=lambda item: (item != "[Content_Types].xml", item)):
            entry = ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o600 << 16
            kept.writestr(entry, made.read(name))
    return steady.getvalue()

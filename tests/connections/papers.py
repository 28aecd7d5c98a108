"""Reading papers back from their files, as somebody who got one by mail would."""

import io
import unicodedata
from typing import Any

import docx
import pypdf

from connections.models import Printout
from connections.printouts.files import file_of


def pdf_text(content: bytes) -> str:
    """Return the text of a PDF, spaces and line ends made one, places to break inside words left out."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return _even("\n".join(page.extract_text() for page in pages).replace("\u200b", ""))


def docx_text(content: bytes) -> str:
    """Return the text of a Word file, its tables and feet too, spaces and line ends made one."""
    return _even("\n".join(_texts(docx.Document(io.BytesIO(content)))))


def text_of(printout: Printout, ending: str) -> str:
    """Return what a paper says in the file of this *ending*."""
    content = file_of(printout, ending)
    return pdf_text(content) if ending == "pdf" else docx_text(content)


def _texts(file: Any) -> list[str]:
    section = file.sections[0]
    found = [item.text for item in file.paragraphs]
    for place in (file, section.footer, section.first_page_footer):
        found += [item.text for table in place.tables for cell in table._cells for item in cell.paragraphs]
    return found


def _even(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()) if unicodedata.is_normalized("NFC", text) else text

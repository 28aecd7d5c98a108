"""A paper of the registers as a file: drawn from what was frozen when it was issued."""

from dataclasses import replace

from connections.printouts.files import FORMATS
from connections.printouts.letterheads import numbered, place_and_date
from core.clock import VIETNAM
from core.documents.frozen import thaw
from core.documents.layout import Document
from incidents.models import RegisterPaper


def file_of(paper: RegisterPaper, ending: str) -> bytes:
    """Return the paper as a file; the same bytes as long as its number stays. Raises KeyError for another ending."""
    return FORMATS[ending][1](document_of(paper))


def document_of(paper: RegisterPaper) -> Document:
    """Return the paper with number and date in its head where the clerk has recorded them."""
    document = thaw(paper.content)
    if not paper.number:
        return document
    head = replace(document.head, number=numbered(document.head, paper.number))
    year = document.made_at.astimezone(VIETNAM).year
    return replace(document, head=head, place_and_date=place_and_date(head, paper.number_date, year))


def file_name(paper: RegisterPaper, ending: str) -> str:
    """Return what the file is called."""
    return f"{paper.get_kind_display()} {paper.case.code}.{ending}"

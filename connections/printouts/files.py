"""A paper as a file: rendered from what was frozen when it was issued, with the number it has got since."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from connections.models import Printout
from connections.printouts.letterheads import numbered, place_and_date
from core.clock import VIETNAM
from core.documents import docx, pdf
from core.documents.frozen import thaw
from core.documents.layout import Document
from core.enclosures import Enclosure

#: Ending of a file -> (its media type, what renders it).
FORMATS: Mapping[str, tuple[str, Callable[[Document], bytes]]] = {
    "pdf": (pdf.CONTENT_TYPE, pdf.render),
    "docx": (docx.CONTENT_TYPE, docx.render),
}


def file_of(printout: Printout, ending: str) -> bytes:
    """Return the paper as a file; the same bytes as long as its number stays."""
    return FORMATS[ending][1](document_of(printout))


def enclosed(pk: int) -> Enclosure | None:
    """Return the paper for a letter, None once another has taken its place (``core.enclosures``)."""
    printout = Printout.objects.in_force().filter(pk=pk).first()
    if printout is None:
        return None
    return Enclosure(file_name(printout, "pdf"), file_of(printout, "pdf"), pdf.CONTENT_TYPE)


def document_of(printout: Printout) -> Document:
    """Return the paper with number and date in its head where the clerk has recorded them."""
    document = thaw(printout.content)
    if not printout.number:
        return document
    return _stamped(document, printout.number, printout.number_date)


def file_name(printout: Printout, ending: str) -> str:
    """Return what the file is called: kind and number of the dossier."""
    return f"{printout.get_kind_display()} {printout.request.number}.{ending}"


def _stamped(document: Document, number: str, day: date | None) -> Document:
    head = replace(document.head, number=numbered(document.head, number))
    year = document.made_at.astimezone(VIETNAM).year
    return replace(document, head=head, place_and_date=place_and_date(head, day, year))

"""All files of a report from one model: frozen figures and the words beside them (QC14.5)."""

from collections.abc import Mapping

from core.documents import docx, pdf
from reports.choices import Format
from reports.content.figures import Frozen
from reports.documents import workbook
from reports.documents.periodic import compose
from reports.models import ReportRun

CONTENT_TYPES: Mapping[Format, str] = {
    Format.DOCX: docx.CONTENT_TYPE,
    Format.XLSX: workbook.CONTENT_TYPE,
    Format.PDF: pdf.CONTENT_TYPE,
}


def render_files(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str]) -> dict[Format, bytes]:
    """Return the files of *run* by format; the same run, figures and words give the same bytes for ever.

    *narrative*: section code -> text as staff worded it, paragraphs parted by blank lines; a section without one says
    its summary. "opening", "assessment" and "recommendations" are parts of their own.
    """
    document = compose(run, frozen, narrative)
    return {
        Format.DOCX: docx.render(document),
        Format.XLSX: workbook.render(run, frozen, narrative),
        Format.PDF: pdf.render(document),
    }

"""Pictures on the sheets of a workbook, put in as they are: the library itself would want an imaging library."""

from openpyxl.drawing.fill import Blip
from openpyxl.drawing.geometry import PresetGeometry2D
from openpyxl.drawing.image import Image
from openpyxl.drawing.picture import PictureFrame
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils.units import pixels_to_EMU

from reports.documents.sheets import Page

_POINTS_A_PIXEL = 0.75


class Picture(Image):
    """A square PNG in a cell, so many pixels (1/96 inch) wide, with words for those who do not see it."""

    def __init__(self, content: bytes, side: int, *, row: int, column: int, words: str) -> None:
        # The library's own constructor reads the size from the file, which is known here.
        self.content, self.width, self.height, self.format = content, side, side, "png"
        edge = pixels_to_EMU(side)
        self.anchor = OneCellAnchor(AnchorMarker(column - 1, 0, row - 1, 0), XDRPositiveSize2D(edge, edge))
        self.anchor.pic = _frame(words)

    def _data(self) -> bytes:
        """Return the file; the library calls this when it writes the archive."""
        return self.content


def put_picture(page: Page, column: int, content: bytes, *, side: int, words: str) -> None:
    """Lay a square PNG into the row written last, which becomes as tall as it; *side* in pixels."""
    row = page.at - 1
    page.sheet.row_dimensions[row].height = side * _POINTS_A_PIXEL
    page.sheet.add_image(Picture(content, side, row=row, column=column, words=words))


def _frame(words: str) -> PictureFrame:
    frame = PictureFrame()
    known = frame.nvPicPr.cNvPr
    known.id, known.name, known.descr = 1, words, words
    frame.blipFill.blip = Blip(cstate="print")
    frame.spPr.prstGeom = PresetGeometry2D(prst="rect")
    frame.spPr.ln = None
    return frame

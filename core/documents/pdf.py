"""An official document as PDF/A-2b (typst): tagged, fonts embedded, the same bytes for the same document."""

import json
import re
from datetime import UTC
from textwrap import wrap
from typing import Any

import typst

from core.documents.docx import WHOLE
from core.documents.frozen import freeze, thaw_chart
from core.documents.glyphs import FONTS, drawable, our_fonts
from core.documents.layout import Document
from core.documents.pictures import chart_picture
from core.documents.qr import qr_svg

CONTENT_TYPE = "application/pdf"
# Longest word, by part of the document, that always finds room in a line; the foot's addresses are left whole.
_WORD = {"head": 18, "foot": 10_000, "blocks": 40}
_CELL_WORD = 14
_TEMPLATE = FONTS.parent / "document.typ"


def render(document: Document) -> bytes:
    """Return the file of *document*. Texts reach the template as JSON strings: nothing in them is markup."""
    said = freeze(document)
    said = {name: _texts(value, _WORD.get(name, _WORD["blocks"])) for name, value in said.items()}
    said["qr"] = qr_svg(document.check.address) if document.check else None
    said["qr_alt"] = document.check.address if document.check else ""
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        font_paths=our_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(said, ensure_ascii=False)},
        pdf_standards=["a-2b"],
        timestamp=int(document.made_at.astimezone(UTC).timestamp()),
    )
    return bytes(made)


def _texts(value: Any, word: int) -> Any:
    """Return the JSON *value* fit for the template: texts drawable, words longer than *word* breakable.

    A table says which of its rows stay whole; its words break earlier than those of a line.
    """
    if isinstance(value, str):
        return _breakable(drawable(value), word)
    if isinstance(value, list):
        return [_texts(item, word) for item in value]
    if isinstance(value, dict):
        if value.get("block") == "chart":
            return _chart(value)
        grid = value.get("block") == "grid"
        said = {name: _texts(item, _CELL_WORD if grid else word) for name, item in value.items()}
        if grid:
            said["whole"] = [max(map(len, row)) <= WHOLE for row in value["rows"]]
        return said
    return value


def _chart(value: dict[str, Any]) -> dict[str, Any]:
    """Return what the template needs of a chart: title, picture, share of the width (percent), words instead of it."""
    block = thaw_chart(value)
    drawn = chart_picture(block.chart)
    title = _breakable(drawable(block.chart.title), _WORD["blocks"])
    share = round(100 * drawn.share, 2)
    return {"block": "chart", "title": title, "svg": drawn.svg, "share": share, "alt": drawable(block.alt)}


def _breakable(text: str, longest: int) -> str:
    """Return *text* with places to break inside words longer than *longest*, which no hyphen or slash divides."""
    return re.sub(
        rf"[^\s/-]{{{longest + 1},}}", lambda match: "\u200b".join(wrap(match.group(), max(longest // 2, 1))), text
    )

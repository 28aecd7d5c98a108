"""QR codes as pictures: SVG for the PDF, PNG for Word. The same text gives the same bytes.

The files of one document carry the same code: it is reckoned once for them.
"""

from functools import lru_cache

import typst
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

_SIDE_MM, _PPI = 30, 300
_PICTURE = (
    f"#set page(width: {_SIDE_MM}mm, height: {_SIDE_MM}mm, margin: 0mm)\n"
    '#image(bytes(sys.inputs.code), format: "svg", width: 100%)'
)


@lru_cache(maxsize=64)
def qr_svg(text: str) -> str:
    """Return the QR code of *text* as SVG, with the quiet zone of four modules; 15 % may be damaged."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    return str(code.make_image(image_factory=SvgPathImage).to_string(encoding="unicode"))


@lru_cache(maxsize=64)
def qr_png(text: str) -> bytes:
    """Return the same picture as PNG."""
    made = typst.compile(
        _PICTURE.encode(), format="png", ppi=_PPI, sys_inputs={"code": qr_svg(text)}, ignore_system_fonts=True
    )
    return bytes(made)

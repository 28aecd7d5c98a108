"""Which characters the fonts of our documents can draw, read from the fonts themselves (OpenType, table cmap)."""

import struct
from functools import cache
from pathlib import Path

import typst

FONTS = Path(__file__).resolve().parent / "fonts"
#: What stands for a character that no font of ours can draw.
MISSING = "\u25a1"


def drawable(text: str) -> str:
    """Return *text* with a box for each character that the fonts lack; line breaks stay."""
    known = _known()
    return "".join(char if char == "\n" or ord(char) in known else MISSING for char in text)


@cache
def our_fonts() -> typst.Fonts:
    """Return our fonts and no others for typst, read once a process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@cache
def _known() -> frozenset[int]:
    """Return the code points that every style of the font has."""
    return frozenset.intersection(*(_code_points(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))))


def _code_points(font: bytes) -> frozenset[int]:
    """Return the code points of the Windows Unicode subtable, format 4, that lead to a glyph."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {entry[0]: entry[1] for entry in struct.iter_unpack(">4s4xI4x", font[12 : 12 + 16 * count])}
    cmap = tables[b"cmap"]
    subtables = struct.unpack_from(">H", font, cmap + 2)[0]
    listed = struct.iter_unpack(">HHI", font[cmap + 4 : cmap + 4 + 8 * subtables])
    start = cmap + next(place for platform, coding, place in listed if (platform, coding) == (3, 1))
    twice = struct.unpack_from(">H", font, start + 6)[0]
    half = f">{twice // 2}H"
    ends, begins, deltas, offsets = (
        struct.unpack_from(half, font, start + 14 + skip + twice * column)
        for column, skip in ((0, 0), (1, 2), (2, 2), (3, 2))
    )
    found: set[int] = set()
    for place, (first, last) in enumerate(zip(begins, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if offsets[place]:
                cell = start + 16 + 3 * twice + 2 * place + offsets[place] + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, cell)[0]
                if not glyph:
                    continue
            if (glyph + deltas[place]) & 0xFFFF:
                found.add(code)
    return frozenset(found - {0xFFFF})

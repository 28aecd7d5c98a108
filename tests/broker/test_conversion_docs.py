"""docs/conversion.md shows what is: its examples are the mapping's, there and back."""

import re
from pathlib import Path

from core.formats import from_xml, name_of, read_json, read_xml, to_xml, write_json
from core.formats.xml_reading import CHARSETS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "conversion.md").read_text(encoding="utf-8")
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'


def blocks(kind: str) -> list[bytes]:
    return [text.encode() for text in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)]


def test_each_example_is_the_other() -> None:
    pairs = list(zip(blocks("json"), blocks("xml"), strict=True))
    assert len(pairs) == 2
    for json, xml in pairs:
        value, element = read_json(json), read_xml(xml)
        assert write_json(from_xml(element)) == write_json(value)
        again = to_xml(value, name_of(element)).split(b"?>\n")[1]
        assert again == re.sub(rb">\s+<", b"><", xml.strip()).removeprefix(HEAD)


def test_every_charset_is_named() -> None:
    named = PAGE.lower()
    for name in CHARSETS:
        if name in ("utf8", "latin1", "ascii", "utf-16le", "utf-16be"):
            continue
        assert name in named

"""How a word may be written where it was left: as it is, escaped, encoded."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from core.text import fold

# A word that can stand anywhere by chance proves nothing.
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Needle:
    """A word to look for, and its spellings: those found whatever their case, and those found as they are."""

    word: str
    folded: Mapping[bytes, str]
    exact: Mapping[bytes, str]


def needle(word: str) -> Needle:
    """Return the spellings of *word*. Raises ValueError when it is too short to mean anything."""
    if len(word) < SHORTEST:
        raise ValueError(word)
    folded = {**_escaped(word), **_wide(word)}
    folded[word.encode().hex().encode()] = "hex"
    for code in ("utf-16-le", "utf-16-be"):
        folded[word.encode(code).hex().encode()] = f"hex of {code}"
    folded |= {_plain(form): "without diacritics" for form in (fold(word),) if len(form) >= SHORTEST}
    folded |= {_plain(form): "plain" for form in (word, word.lower(), word.upper())}
    exact = {spelling: "base64" for form in (word.encode(), *_wides(word)) for spelling in _base64(form)}
    return Needle(word, {spelling.lower(): name for spelling, name in folded.items()}, exact)


def find(needles: Iterable[Needle], content: bytes) -> list[tuple[str, str]]:
    """Return (word, spelling) of each that stands in *content*."""
    small = content.lower()
    found = []
    for one in needles:
        found += [(one.word, name) for spelling, name in one.folded.items() if spelling in small]
        found += [(one.word, name) for spelling, name in one.exact.items() if spelling in content]
    return list(dict.fromkeys(found))


def longest(needles: Iterable[Needle]) -> int:
    """Return the bytes of the longest spelling: so much of a piece is looked at again with the next."""
    return max((len(spelling) for one in needles for spelling in (*one.folded, *one.exact)), default=0)


def _plain(word: str) -> bytes:
    return word.encode()


def _escaped(word: str) -> dict[bytes, str]:
    """Return it percent-encoded, every byte and only those that must be, and as JSON and COPY escape it."""
    every = "".join(f"%{byte:02X}" for byte in word.encode())
    escaped = word.encode("unicode_escape").replace(b"\\x", b"\\u00")
    return {
        quote(word, safe="").encode(): "percent-encoded",
        quote(word).encode(): "percent-encoded",
        quote_plus(word).encode(): "percent-encoded",
        every.encode(): "percent-encoded",
        escaped: "escaped",
        word.encode().replace(b"\\", b"\\\\"): "escaped",
    }


def _wides(word: str) -> tuple[bytes, bytes]:
    return word.encode("utf-16-le"), word.encode("utf-16-be")


def _wide(word: str) -> dict[bytes, str]:
    return dict.fromkeys(_wides(word), "utf-16")


def _base64(content: bytes) -> set[bytes]:
    """Return the part of each of the three alignments that does not depend on what stands beside it."""
    found = set()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + content)
        begin = -(-offset * 8 // 6)
        end = (offset + len(content)) * 8 // 6
        part = coded[begin:end]
        found |= {part, part.translate(bytes.maketrans(b"+/", b"-_"))}
    return found

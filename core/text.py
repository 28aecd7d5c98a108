"""Vietnamese text: one normal form, one way to search, one way to sort.

Input arrives in NFC (Windows) and NFD (macOS); search must find "Đất đai" for "dat dai"; lists must follow the
Vietnamese alphabet, which neither byte order nor a C locale gives. Pure functions, no Django.
"""

import re
import unicodedata

# NUL counts as space: PostgreSQL cannot hold it, and nobody types it.
_SPACES = re.compile(r"[\s\x00]+")
# What prints nothing and hides or turns what stands beside it: controls, direction marks, zero widths, half pairs.
_UNPRINTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_D_WITH_STROKE = str.maketrans({"đ": "d", "Đ": "D"})
# The 29 letters of the alphabet plus the four foreign ones, in dictionary order.
_LETTERS = tuple("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
# Tones in dictionary order: level, grave, hook, tilde, acute, dot below.
_TONES = {"": "0", "\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_RANK = {letter: chr(ord("A") + index) for index, letter in enumerate(_LETTERS)}
# What a person cannot see that they pasted.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def nfc(value: str) -> str:
    """Return *value* in Unicode NFC, the only form we store."""
    return unicodedata.normalize("NFC", value)


def tidy(value: str) -> str:
    """Return *value* in NFC with outer space removed and inner runs of space made one."""
    return _SPACES.sub(" ", nfc(value)).strip()


def visible(value: str) -> str:
    """Return *value* in NFC with single spaces and without characters that show nothing.

    A NUL is kept for the rules to refuse: in a register nothing is mended in silence.
    """
    return value if "\0" in value else tidy(_INVISIBLE.sub("", value))


def printable(value: str) -> str:
    """Return *value* in NFC without what prints nothing; line breaks stay. On paper text must be what it looks.

    >>> printable("abc\u202edef")
    'abcdef'
    """
    return _UNPRINTED.sub("", nfc(value))


def fold(value: str) -> str:
    """Return the search form of *value*: lower case, no diacritics, đ as d, single spaces.

    >>> fold("  Đất   ĐAI ")
    'dat dai'
    """
    bare = unicodedata.normalize("NFD", value.translate(_D_WITH_STROKE))
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return _SPACES.sub(" ", kept).strip().lower()


def slug(value: str) -> str:
    """Return an ASCII slug that keeps đ (``slugify`` alone turns "Đất đai" into "at-ai")."""
    return re.sub(r"[^a-z0-9]+", "-", fold(value)).strip("-")


def sort_key(value: str) -> str:
    """Return a key whose plain (C) order is Vietnamese dictionary order: letters first, then tones.

    Digits and other characters keep their place before the letters.
    """
    letters: list[str] = []
    tones: list[str] = []
    for char in tidy(value).lower():
        parts = unicodedata.normalize("NFD", char)
        tone = next((mark for mark in parts if mark in _TONES), "")
        base = nfc("".join(mark for mark in parts if mark not in _TONES))
        letters.append(_RANK.get(base, base if base < "A" else f"~{base}"))
        tones.append(_TONES[tone])
    return "".join(letters) + " " + "".join(tones)


def person_sort_key(full_name: str) -> str:
    """Return the sort key of a person: given name first, as Vietnamese lists of people are ordered."""
    words = tidy(full_name).split(" ")
    return sort_key(" ".join([words[-1], *words[:-1]])) if words[0] else ""

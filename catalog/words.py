"""Words as the catalogue is searched by them: folded, without signs; and what a mistyped one may have meant. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from core.text import fold

LONGEST = 40
MOST = 8
_SIGNS = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def words_of(text: str) -> list[str]:
    """Return the folded words of *text*: "Đất-ĐAI (QSDĐ)" gives dat, dai, qsdd."""
    return [word[:LONGEST] for word in _SIGNS.split(fold(text)) if word]


def words_of_name(name: str) -> list[str]:
    """Return the words of a field's name, whole and taken apart: "soDinhDanh" gives sodinhdanh, so, dinh, danh."""
    parts = words_of(_HUMP.sub(" ", name))
    return parts if len(parts) == 1 else [*words_of(name.replace("_", "")), *parts]


def spaced(words: Iterable[str]) -> str:
    """Return *words* between single spaces, one at each end; "" for none."""
    text = " ".join(words)
    return f" {text} " if text else ""


def pairs_of(words: Sequence[str]) -> list[str]:
    """Return each two of *words* that stand beside each other."""
    return [f"{left} {right}" for left, right in pairwise(words)]


def holding(words: Iterable[str], *, whole: bool = False) -> str:
    """Return the text query that every one of *words* begins some word, or is one when they are *whole*."""
    return " & ".join(f"'{word}'" if whole else f"'{word}':*" for word in words)


def near(word: str) -> set[str]:
    """Return what is one slip away from *word*: a letter too few, too many, wrong, or two of them swapped."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    lost = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    wrong = {left + letter + right[1:] for left, right in cuts if right for letter in _LETTERS}
    added = {left + letter + right for left, right in cuts for letter in _LETTERS}
    return (lost | swapped | wrong | added) - {word, ""}

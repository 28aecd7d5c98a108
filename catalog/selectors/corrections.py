"""What a reader may have meant by words that find nothing: one slip put right, or the nearest word known."""

from collections.abc import Iterable
from itertools import islice, product

from django.db import connection

from catalog.models import SearchWord
from catalog.words import near, spaced

ALTERNATIVES, COMBINATIONS, LONG = 6, 24, 5

_NEAREST = """
select given.word, close.word from unnest(%s::text[]) as given(word)
 cross join lateral (
  select word from catalog_searchword where word %% given.word order by similarity(word, given.word) desc, word limit 5
 ) as close
"""


def corrected(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return *words* with what was mistyped put right so that some service is found; () when nothing comes near.

    Words that stand beside each other in a service win over those that are merely both in it.
    """
    choices = _choices(words)
    combinations = [mix for mix in islice(product(*choices), COMBINATIONS) if mix != words]
    if not combinations:
        return ()
    parts, values = [], []
    for place, mix in enumerate(combinations):
        each = " and ".join(["whole like %s"] * len(mix))
        parts.append(
            f"select {place}, exists(select from catalog_serviceentry where whole like %s),"  # noqa: S608
            f" exists(select from catalog_serviceentry where {each})"
        )
        values += [f"%{spaced(mix)}%", *(f"%{spaced([word])}%" for word in mix)]
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), values)
        rows = sorted((not beside, place) for place, beside, together in cursor.fetchall() if together)
    return combinations[rows[0][1]] if rows else ()


def _choices(words: tuple[str, ...]) -> list[list[str]]:
    """Return for each word what it may stand for, the likeliest first; words known stay unless every one is known."""
    slips = {word: near(word) for word in words}
    asked = set(words).union(*slips.values())
    known = set(SearchWord.objects.filter(word__in=asked).values_list("word", flat=True))
    doubtful = [word for word in words if word not in known] or list(words)
    nearest = _nearest(word for word in doubtful if len(word) >= LONG)
    return [
        [word] if word not in doubtful else _ranked(word, known & slips[word], nearest.get(word, ())) for word in words
    ]


def _ranked(word: str, slips: set[str], nearest: Iterable[str]) -> list[str]:
    """Return *word*'s alternatives: same length and same first letter first, then by how many letters they share."""

    def unlikely(other: str) -> tuple[bool, int, int, str]:
        same = sum(a == b for a, b in zip(word, other, strict=False))
        return (other[:1] != word[:1], abs(len(other) - len(word)), -same, other)

    found = dict.fromkeys([*sorted(slips, key=unlikely), *nearest])
    return [word, *list(found)[:ALTERNATIVES]]


def _nearest(words: Iterable[str]) -> dict[str, list[str]]:
    asked = list(words)
    found: dict[str, list[str]] = {}
    if not asked:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, [asked])
        for word, close in cursor.fetchall():
            found.setdefault(word, []).append(close)
    return found

"""What a reader may have meant by words that find nothing: one slip put right, or the nearest word known."""

from collections.abc import Iterable
from itertools import islice, product

from django.db import connection

from catalog.words import holding, near, pairs_of

ALTERNATIVES, COMBINATIONS, LONG = 6, 24, 5

_NEAREST = """
select given.word, close.word from unnest(%s::text[]) as given(word)
 cross join lateral (
  select word from catalog_searchword where word %% given.word order by similarity(word, given.word) desc, word limit 5
 ) as close
"""
# The query is a column here, so that the planner asks the index and never reads the table for a word it thinks common.
_HELD = """
select asked.place from unnest(%s::text[]) with ordinality as asked(query, place)
 cross join lateral (select count(*) as n from catalog_serviceentry where words @@ asked.query::tsquery) as held
 where held.n > 0
"""
_KNOWN = "select word from catalog_searchword where word = any(%s)"


def corrected(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return *words* with what was mistyped put right so that some service is found; () when nothing comes near.

    Words that stand beside each other in a service win over those that are merely both in it.
    """
    choices = _choices(words)
    combinations = [mix for mix in islice(product(*choices), COMBINATIONS) if mix != words]
    if not combinations:
        return ()
    together = [holding(mix, whole=True) for mix in combinations]
    beside = [holding(pairs_of(mix) or mix, whole=True) for mix in combinations]
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [[*together, *beside]])
        held = {place - 1 for (place,) in cursor.fetchall()}
    found = [place for place in range(len(combinations)) if place in held]
    likely = [place for place in found if place + len(combinations) in held] or found
    return combinations[likely[0]] if likely else ()


def _choices(words: tuple[str, ...]) -> list[list[str]]:
    """Return for each word what it may stand for, the likeliest first; words known stay unless every one is known."""
    slips = {word: near(word) for word in words}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(set(words).union(*slips.values()))])
        known = {word for (word,) in cursor.fetchall()}
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

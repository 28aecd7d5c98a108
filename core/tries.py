"""Counting tries, so that nobody guesses a code: in Valkey, for all processes at once; without Valkey nobody may try.

Where there is nothing to guess and the count only bounds work (``guessing=False``), each process counts for itself
while Valkey is away.

A try is counted before it is judged, so tries made at the same time cannot slip through together.
"""

import hashlib
from collections.abc import Iterable

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core.problems import DomainError, TooMany

_OWN = LocMemCache("tries", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def take_try(room: str, keys: Iterable[str], *, limit: int, seconds: int, guessing: bool = True) -> None:
    """Count one try in *room* under each of *keys*, in order.

    Raises TooMany at the first key with more than *limit* tries within *seconds*; from then on it is closed for the
    whole *seconds*, and later keys are left alone. Raises DomainError ``unavailable`` where tries cannot be counted
    and somebody might be *guessing*.
    """
    places = [_place(room, key) for key in keys]
    try:
        _take(cache, places, limit, seconds)
    except (RedisError, OSError) as error:
        if not guessing:
            _take(_OWN, places, limit, seconds)
            return
        text = _("Tra cứu tạm thời chưa sẵn sàng. Thử lại sau ít phút.")
        raise DomainError(text, code="unavailable") from error


def _take(counts: BaseCache, places: Iterable[str], limit: int, seconds: int) -> None:
    for place in places:
        count = _count(counts, place, seconds)
        if count == limit + 1:
            counts.touch(place, seconds)
        if count > limit:
            text = _("Đã thử quá nhiều lần. Thử lại sau %(minutes)s phút.") % {"minutes": -(-seconds // 60)}
            raise TooMany(text, retry_after=seconds)


def give_back(room: str, keys: Iterable[str]) -> None:
    """Take back the try just counted under each of *keys*, because it was right."""
    for key in keys:
        try:
            cache.decr(_place(room, key))
        except (ValueError, RedisError, OSError):
            continue  # over meanwhile, or Valkey left: the count only stays higher


def _count(counts: BaseCache, place: str, seconds: int) -> int:
    counts.add(place, 0, seconds)
    try:
        count = int(counts.incr(place))
    except ValueError:  # it ended between the two
        counts.add(place, 1, seconds)
        return 1
    if count <= 1:
        counts.touch(place, seconds)
    return count


def _place(room: str, key: str) -> str:
    """Return where a key is counted; what was typed is not kept."""
    return f"tries:{room}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"

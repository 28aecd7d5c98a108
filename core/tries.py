"""Counting tries, so that nobody guesses a code: in Valkey, for all processes at once; without Valkey nobody may try.

A try is counted before it is judged, so tries made at the same time cannot slip through together.
"""

import hashlib
from collections.abc import Iterable

from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core.problems import DomainError, TooMany


def take_try(room: str, keys: Iterable[str], *, limit: int, seconds: int) -> None:
    """Count one try in *room* under each of *keys*, in order.

    Raises TooMany at the first key with more than *limit* tries within *seconds*; from then on it is closed for the
    whole *seconds*, and later keys are left alone. Raises DomainError ``unavailable`` where tries cannot be counted.
    """
    try:
        for key in keys:
            place = _place(room, key)
            count = _count(place, seconds)
            if count == limit + 1:
                cache.touch(place, seconds)
            if count > limit:
                text = _("Đã thử quá nhiều lần. Thử lại sau %(minutes)s phút.") % {"minutes": -(-seconds // 60)}
                raise TooMany(text, retry_after=seconds)
    except (RedisError, OSError) as error:
        text = _("Tra cứu tạm thời chưa sẵn sàng. Thử lại sau ít phút.")
        raise DomainError(text, code="unavailable") from error


def give_back(room: str, keys: Iterable[str]) -> None:
    """Take back the try just counted under each of *keys*, because it was right."""
    for key in keys:
        try:
            cache.decr(_place(room, key))
        except (ValueError, RedisError, OSError):
            continue  # over meanwhile, or Valkey left: the count only stays higher


def _count(place: str, seconds: int) -> int:
    cache.add(place, 0, seconds)
    try:
        count = int(cache.incr(place))
    except ValueError:  # it ended between the two
        cache.add(place, 1, seconds)
        return 1
    if count <= 1:
        cache.touch(place, seconds)
    return count


def _place(room: str, key: str) -> str:
    """Return where a key is counted; what was typed is not kept."""
    return f"tries:{room}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"

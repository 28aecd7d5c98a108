"""Names of deeds, and of the details facts keep, as people read them.

Each floor names its own and the roof lists them in ``DEED_NAMES``; a deed nobody named is shown as it was written.
"""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django_stubs_ext import StrOrPromise


@cache
def _names() -> Mapping[str, StrOrPromise]:
    found: dict[str, StrOrPromise] = {}
    for path in settings.DEED_NAMES:
        found |= import_string(path)
    return found


def named(word: str) -> str:
    """Return the name of the deed (``noun.verb``) or detail *word*."""
    return str(_names().get(word, word))


def all_deeds() -> list[tuple[str, str]]:
    """Return every deed that has a name, in order of the names."""
    return sorted(((word, str(name)) for word, name in _names().items() if "." in word), key=lambda pair: pair[1])

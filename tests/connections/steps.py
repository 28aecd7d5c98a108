"""A step of the way of a dossier, kept on the shelf with what everybody holds after it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings

from tests.shelf import SHELF, named

_GROUND: dict[str, Any] = {}  # the settings under which the running test began its chain


def begin_under_these_settings() -> None:
    """A chain begins under the settings of now: its steps are kept for tests that rule the same."""
    _GROUND["settings"] = settings._wrapped


def step(take: Callable[..., Any]) -> Callable[..., Any]:
    """Make a deed on a chain, with plain values given, one that is taken once and copied in from then on."""
    name = take.__name__

    @wraps(take)
    def take_or_copy(chain: Any, *given: Any, **fields: Any) -> Any:
        if settings._wrapped is not _GROUND.get("settings"):
            return take(chain, *given, **fields)  # the test rules otherwise than those before it
        key = named(name, *given, fields) if given or fields else name
        result, held = SHELF.take(key, lambda: (take(chain, *given, **fields), vars(chain)))
        vars(chain).update(held)
        return result

    return take_or_copy

"""Thousands of visits by the same few people: what cannot have changed between two of them is asked for once.

The first visit of each person goes the whole way to the database: session, person, standings, second step.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from typing import Any
from unittest.mock import patch

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.template.response import SimpleTemplateResponse

from accounts.web import middleware


@contextmanager
def recognised() -> Iterator[Callable[[], None]]:
    """Let each visitor be recognised as the last time, for visits that change no person, role or second step.

    A session that was written is read again, and every session after the call given: what was written may have been
    undone. The log does not name every closed door.
    """
    sessions: dict[str, dict[str, Any]] = {}
    load, save = SessionStore.load, SessionStore.save

    def loaded(store: SessionStore) -> dict[str, Any]:
        if store.session_key not in sessions:
            read = load(store)
            if store.session_key is None:
                return read
            sessions[store.session_key] = read
        return deepcopy(sessions[store.session_key])

    def saved(store: SessionStore, must_create: bool = False) -> None:
        sessions.pop(store.session_key, None)
        save(store, must_create)

    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with (
            patch.object(SessionStore, "load", loaded),
            patch.object(SessionStore, "save", saved),
            patch.object(ModelBackend, "get_user", _once(ModelBackend.get_user, lambda _backend, pk: pk, copy)),
            patch.object(middleware, "standings_of", _once(middleware.standings_of, lambda user: user.pk, list)),
            patch.object(middleware, "needs_second_step", _once(middleware.needs_second_step, _whose)),
        ):
            yield sessions.clear
    finally:
        logging.disable(disabled)


def _whose(request: Any) -> Any:
    return request.user.pk


def _once(
    ask: Callable[..., Any], key: Callable[..., Any], given: Callable[[Any], Any] = lambda found: found
) -> Callable[..., Any]:
    """Return *ask* with what it found kept under *key*; *given* makes of it what each asker gets."""
    kept: dict[Any, Any] = {}

    def answer(*asked: Any) -> Any:
        place = key(*asked)
        if place not in kept:
            kept[place] = ask(*asked)
        return given(kept[place])

    return answer


@contextmanager
def answered_only() -> Iterator[None]:
    """Let views decide and read as ever, and leave their templates undrawn."""
    with (
        patch("django.template.loader.render_to_string", return_value=""),
        patch.object(SimpleTemplateResponse, "rendered_content", ""),
    ):
        yield

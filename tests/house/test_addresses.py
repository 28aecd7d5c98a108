"""Every address has a row that says who may open it, and answers as its row says."""

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from accounts.models import Agency, User
from accounts.roles import ROLES
from accounts.services.calendar import load_calendar
from core.actor import system_actor
from tests.house.addresses import ELSEWHERE, PAGES, ROW_PAGES
from tests.house.policies import VISITOR
from tests.house.visiting import answered_only, recognised
from tests.shelf import SHELF

JOB = system_actor("kiểm thử")
UNNAMED = re.compile(r"admin:\((r/<path:content_type_id>/<path:object_id>/|<path:object_id>/|\(\?P<url>\.\*\)\$)\)")


def names(patterns: list, prefix: str = "") -> Iterator[str]:
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from names(item.url_patterns, f"{prefix}{item.namespace}:" if item.namespace else prefix)
        elif isinstance(item, URLPattern):
            # Django's admin has three addresses without a name; ours have one each.
            yield f"{prefix}{item.name or f'({item.pattern})'}"


def without_row(patterns: list) -> list[str]:
    known = set(PAGES) | ELSEWHERE
    return sorted(
        {
            name
            for name in names(patterns)
            if name not in known and not name.endswith(ROW_PAGES) and not UNNAMED.fullmatch(name)
        }
    )


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    patterns = get_resolver().url_patterns
    assert without_row(patterns) == []
    assert sorted(set(PAGES) - set(names(patterns))) == []


def test_a_new_address_without_a_row_is_found() -> None:
    assert without_row([path("moi/", lambda request: None, name="planted")]) == ["planted"]
    assert without_row([path("moi/", lambda request: None)]) == ["(moi/)"]


@cache
def address_of(name: str) -> str:
    """Return the address that a row names."""
    return reverse(name, kwargs=PAGES[name][0])


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["", "drawn"])
@pytest.mark.parametrize("role", [VISITOR, *ROLES])
def test_each_role_gets_what_its_row_says(
    role: str,
    whole: bool,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[..., Client],
) -> None:
    """Pages are drawn by `./run heavy`, which takes the time, and for one reader in ``test_rendered_language``."""
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))
    body = agency("H60.02", is_operator=True)
    client = Client() if role == VISITOR else signed_in(person("ai@lgsp.example", body, role))
    with recognised(), nullcontext() if whole else answered_only():
        found = {name: client.get(address_of(name)).status_code for name in PAGES}
    wrong = []
    for name, (_arguments, allowed) in PAGES.items():
        expected = (200,) if role in allowed else (302, 401) if role == VISITOR else (302, 403, 404)
        if found[name] not in expected:
            wrong.append(f"{name}: {found[name]}")
    assert wrong == []

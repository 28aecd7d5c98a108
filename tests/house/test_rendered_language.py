"""U17 on real pages: whatever can be reached by a link, filled, empty or refused, speaks Vietnamese."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from accounts.models import Agency, User
from accounts.roles import ROLES
from core.web import errors
from tests.house.addresses import ELSEWHERE, PAGES
from tests.house.checkers import pages
from tests.house.policies import VISITOR
from tests.house.visiting import recognised
from tests.journeys.loaded import sample_people

LINK = re.compile(r"""(?:href|action)=["'](/[^"'#]*)""")
FORM = re.compile(r"<form\b[^>]*\bmethod=[\"']post[\"'][^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)
TYPED = re.compile(r"<textarea|<select|<input(?![^>]*type=[\"'](?:hidden|submit|checkbox)[\"'])")
ACTION = re.compile(r"action=[\"']([^\"']*)[\"']")
CODE = re.compile(r">\s*[a-z_]+(?:\.[a-z_]+)+\s*<")
OFTEN = 2  # so many pages of one address, each time with other data
NOT_PAGES = ("/static/", "/api/")


def readers() -> list[str]:
    """Return few roles that together may open every page (those who see the most first)."""
    left = {name for name, (_arguments, allowed) in PAGES.items() if allowed - {VISITOR}}
    chosen = [VISITOR]
    while left:
        best = max(ROLES, key=lambda role: sum(role in PAGES[name][1] for name in left))
        seen = {name for name in left if best in PAGES[name][1]}
        assert seen, left
        chosen.append(best)
        left -= seen
    return chosen


def starts() -> Iterator[str]:
    """Give every address that needs no more than its row says."""
    for name in chain(PAGES, ELSEWHERE - {"account_logout", "admin:logout"}):
        try:
            yield reverse(name, kwargs=PAGES[name][0] if name in PAGES else None)
        except NoReverseMatch:
            continue


@cache
def kind_of(address: str) -> str:
    """Return the name of an address and whether it asks for something, "" for what is no page of ours."""
    parts = urlsplit(unescape(address))
    if parts.path.startswith(NOT_PAGES):
        return ""
    try:
        return f"{resolve(parts.path).view_name}{'?' if parts.query else ''}"
    except Resolver404:
        return ""


class Walk:
    """One reader following links; collects what is not Vietnamese, pages that break, and the kinds seen.

    ``first``: how the first page of each kind answered.
    """

    def __init__(
        self, client: Client, signs: frozenset[str] = frozenset(), left_out: frozenset[str] = frozenset()
    ) -> None:
        self.client, self.signs, self.left_out = client, signs, left_out
        self.found: list[str] = []
        self.seen: dict[str, int] = {}
        self.first: dict[str, int] = {}

    def everywhere(self) -> "Walk":
        """Open every start and what it leads to, ``OFTEN`` pages of a kind."""
        waiting = deque(dict.fromkeys(starts()))
        known = set(waiting)
        with recognised() as forget:
            while waiting:
                address = waiting.popleft()
                kind = kind_of(address)
                if not kind or kind.rstrip("?") in self.left_out or self.seen.get(kind, 0) >= OFTEN:
                    continue
                self.seen[kind] = self.seen.get(kind, 0) + 1
                answer = self.client.get(unescape(address))
                self.first.setdefault(kind, answer.status_code)
                if html := self.read(answer, address):
                    if self.submit_empty(html, address):
                        forget()
                    fresh = [link for link in dict.fromkeys(LINK.findall(html)) if link not in known]
                    known.update(fresh)
                    waiting += fresh
        return self

    def read(self, answer: HttpResponse, address: str) -> str:
        """Judge one page; "" for what is no page."""
        if answer.status_code >= 500:
            self.found.append(f"{address}: answers {answer.status_code}")
        if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
            return ""
        html = answer.content.decode()
        # A code such as request.intake is shown as it is stored; what stands beside it is judged.
        self.found += pages.of_page(CODE.sub(">–<", html), address, self.signs)
        return html

    def submit_empty(self, html: str, address: str) -> int:
        """Send each form with nothing in it and judge the page of its errors; whatever it did is undone.

        Return how many were sent.
        """
        sent = 0
        for form in FORM.findall(html):
            if TYPED.search(form):
                action = ACTION.search(form.split(">", 1)[0])
                target = unescape(action.group(1)) if action and action.group(1) else unescape(address)
                if target.startswith("/"):
                    sent += 1
                    with transaction.atomic():
                        self.read(self.client.post(target, {}), f"{target} (empty form)")
                        transaction.set_rollback(True)
        return sent


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Path) -> dict[str, str]:
    """The real register, calendar and sample people; the address of one person by role."""
    settings.DATA_DIR = tmp_path
    return {row["role"]: row["email"] for row in reversed(sample_people(tmp_path))}


def opened_before(role: str) -> frozenset[str]:
    """Return the pages that a reader before *role* opens."""
    others = frozenset(readers()[: readers().index(role)])
    return frozenset(name for name, (_arguments, allowed) in PAGES.items() if allowed & others)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["", "all"])
@pytest.mark.parametrize("role", readers())
def test_every_page_in_reach_speaks_vietnamese(
    role: str, whole: bool, people: dict[str, str], signed_in: Callable[[User], Client]
) -> None:
    """Each page is read by one reader, by every one in reach of it by `./run heavy`.

    Here it is drawn, too, a refusal in the same words once for a reader: ``test_addresses`` draws nothing of its own.
    """
    named = Agency.objects.values_list("short_name", "symbol")
    signs = frozenset(piece for row in named for name in row for piece in re.findall(r"\w+", name))
    client = Client() if role == VISITOR else signed_in(User.objects.get(email=people[role]))
    client.raise_request_exception = False
    left_out = frozenset() if whole else opened_before(role)
    with nullcontext() if whole else refused_alike_once():
        walk = Walk(client, signs, left_out).everywhere()
    assert walk.found == [], "\n".join(dict.fromkeys(walk.found))
    mine = {name for name, (_arguments, allowed) in PAGES.items() if role in allowed and not kind_is_api(name)}
    assert {name: walk.first.get(name) for name in mine - left_out if walk.first.get(name) != 200} == {}


@contextmanager
def refused_alike_once() -> Iterator[None]:
    """Draw a refusal in the same words once."""
    drawn: set[tuple[str, str, str]] = set()
    draw = errors.render

    def once(request: Any, page: str, context: dict[str, Any], **more: Any) -> HttpResponse:
        said = (page, context["problem"].code, str(context["detail"]))
        if said in drawn:
            return HttpResponse(content_type="text/plain", **more)
        drawn.add(said)
        return draw(request, page, context, **more)

    with patch.object(errors, "render", once):
        yield


def kind_is_api(name: str) -> bool:
    """Return whether the row is an address of the API, which answers in data."""
    return urlsplit(reverse(name, kwargs=PAGES[name][0])).path.startswith(NOT_PAGES)


def test_an_english_word_on_a_page_is_found() -> None:
    walk = Walk(Client())
    walk.read(HttpResponse("<p>Xin chào</p><p>Welcome</p>"), "/gieo/")
    assert walk.found == ["/gieo/:1: not Vietnamese: Welcome (in «Welcome»)"]

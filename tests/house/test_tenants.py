"""Every address of a thing × every role × own or other agency, generated from the URL resolver (N29, N32).

A new address without a row in ``tests.house.tenants`` fails here.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import get_resolver, path, reverse

from accounts.models import Agency, User
from accounts.roles import ROLES
from tests.catalog.conftest import document, draft, service
from tests.connections.conftest import asking, chain
from tests.connections.refusing import everything
from tests.house.belongings import world
from tests.house.tenants import OFFICE, PUBLIC, row_of, unplaced, walk
from tests.house.visiting import answered_only, recognised

__all__ = ["asking", "chain", "document", "draft", "service", "world"]
pytestmark = [pytest.mark.clause("QC8.3"), pytest.mark.xdist_group("tenants")]
AGENCY_ROLES = [role.code for role in ROLES.values() if role.side == "agency"]
#: The role whose refusals are drawn to the end; one page is like another.
DRAWN = "agency_officer"
SignedIn = Callable[[User], Client]
Address = tuple[str, str]
CLOSED = (302, 403, 404)
#: Arguments of staff addresses that take no number.
STAFF_THINGS = {"app_label": "connections", "step": "publish", "action": "x", "slug": "x"}


def addresses() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Give every address of a thing outside the staff rooms that belongs to somebody."""
    for name, route, arguments in walk(get_resolver().url_patterns):
        if not name.startswith("admin:") and not route.startswith((*PUBLIC, *OFFICE)):
            yield name, route, arguments


def where(world: SimpleNamespace) -> Iterator[Address]:
    """Give name and address of every thing of A."""
    for name, route, arguments in addresses():
        row = row_of(route)
        assert row is not None, name
        values = row(world)
        yield name, reverse(name, kwargs={key: values[key] for key in arguments})


def staff_places() -> Iterator[Address]:
    """Give name and address of every page of the staff rooms."""
    for name, _route, arguments in walk(get_resolver().url_patterns):
        if name.startswith("admin:") and not name.endswith(":None"):
            yield name, reverse(name, kwargs={key: STAFF_THINGS.get(key, 1) for key in arguments})


def test_every_address_of_a_thing_has_a_row() -> None:
    assert unplaced(walk(get_resolver().url_patterns)) == []


def test_a_new_address_without_a_row_is_found() -> None:
    planted = [path("mot-viec-moi/<int:pk>/", lambda request: None, name="planted")]
    assert unplaced(walk(planted)) == ["planted (mot-viec-moi/<int:pk>/)"]


@pytest.mark.clause("QC6.6", "Q50-12.1b")
def test_another_agency_finds_nothing_and_changes_nothing(
    world: SimpleNamespace,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: SignedIn,
) -> None:
    """Every role of another agency, and a visitor, at every address of A: looked at and sent to."""
    other = agency("H60.99", name="Cơ quan khác (mẫu)")
    clients = {"visitor": Client()}
    for role in AGENCY_ROLES:
        clients[role] = signed_in(person(f"{role}.ngoai@lgsp.example", other, role))
    places, before, leaks = list(where(world)), everything(), []
    with recognised():
        for role, client in clients.items():
            with nullcontext() if role == DRAWN else answered_only():
                for name, address in places:
                    seen, done = client.get(address).status_code, client.post(address, {}).status_code
                    if seen not in (*CLOSED, 401, 405) or done not in (*CLOSED, 401, 405):
                        leaks.append(f"{role}: {name} {address}: GET {seen}, POST {done}")
    assert leaks == []
    assert everything() == before


def test_each_row_points_at_something_its_own_side_finds(world: SimpleNamespace, signed_in: SignedIn) -> None:
    """A matrix whose addresses lead nowhere could not fail."""
    people = User.objects.filter(memberships__isnull=False).distinct()
    clients = [signed_in(user) for user in people]
    unseen = []
    with recognised():
        for name, address in where(world):
            if not any(client.get(address).status_code not in (403, 404) for client in clients):
                unseen.append(f"{name} {address}")
    assert unseen == []


@pytest.mark.clause("QC6.6", "Q50-12.1b")
def test_no_agency_role_enters_a_staff_page(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignedIn
) -> None:
    """Every address of the staff rooms, with a thing or without, at every role of an agency."""
    body, entered = agency("H60.98"), []
    places = list(staff_places())
    for role in AGENCY_ROLES:
        client = signed_in(person(f"{role}@lgsp.example", body, role))
        with recognised(), nullcontext() if role == DRAWN else answered_only():
            entered += [f"{role}: {name}" for name, place in places if client.get(place).status_code not in CLOSED]
    assert entered == []

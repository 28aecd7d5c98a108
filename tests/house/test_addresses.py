"""Every address answers every role as its row says, in Vietnamese, under a strict content policy."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.test import Client
from django.urls import get_resolver, path, resolve, reverse

from accounts import roles
from accounts.models import (
    Agency,
    DayOff,
    DeadlinePolicy,
    Invitation,
    MakeUpDay,
    Membership,
    RegulationPeriod,
    RoleChange,
    User,
)
from accounts.web.access import needs
from audit.models import Fact
from audit.record import record_fact
from core import clock
from core.actor import system_actor
from lgsp import urls
from tests.house.addresses import (
    ADDRESSES,
    ANONYMOUS,
    NAMELESS,
    SIGN_IN,
    STAFF_MODELS,
    VISITORS,
    Answer,
    Row,
    permission,
)
from tests.house.checkers import pages

TOKEN = "mot-duong-dan-thu-cho-loi-moi"


@dataclass
class World:
    """One agency, its people, another agency, the operator, and a row of every model the staff see."""

    home: Agency
    away: Agency
    operator: Agency
    people: dict[str, User]
    colleagues: dict[int, Membership]
    rows: dict[str, Model]
    visitor: str = ANONYMOUS
    token: str = TOKEN
    clients: dict[str, Client] = field(default_factory=dict)

    def agency_of(self, role: str) -> Agency:
        """The agency in which *role* is held here."""
        return self.operator if role != ANONYMOUS and roles.ROLES[role].side == "operator" else self.home

    def colleague(self) -> Membership:
        """The role of somebody in the agency of the visitor."""
        return self.colleagues[self.agency_of(self.visitor).pk]


def invitation_into(agency: Agency, token: str) -> Invitation:
    return Invitation.objects.create(
        email=f"{token}@lgsp.example",
        full_name="Cán bộ được mời (mẫu)",
        agency=agency,
        role="agency_officer",
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        code_digest="0" * 64,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=7),
    )


def role_change_in(agency: Agency, proposer: User) -> RoleChange:
    return RoleChange.objects.create(
        kind="give",
        agency=agency,
        role="evaluator",
        email="nguoi-moi@lgsp.example",
        full_name="Cán bộ mới (mẫu)",
        reason="Bổ sung người",
        proposed_by=proposer,
        proposed_at=clock.now(),
    )


def calendar_rows() -> dict[str, Model]:
    days = {"name": "Ngày thử", "source": "kiểm thử"}
    return {
        "accounts_dayoff": DayOff.objects.create(date=date(2031, 1, 2), kind="public_holiday", **days),
        "accounts_makeupday": MakeUpDay.objects.create(date=date(2031, 1, 4), **days),
        "accounts_deadlinepolicy": DeadlinePolicy.objects.create(
            code="thu", name="Hạn thử", amount=3, unit="working_day", valid_from=date(2026, 1, 1)
        ),
        "accounts_regulationperiod": RegulationPeriod.objects.get_or_create(
            regulation="qc", defaults={"source": "kiểm thử"}
        )[0],
    }


@pytest.fixture
def world(agency: Callable[..., Agency], person: Callable[..., User]) -> World:
    home, away = agency("H60.90", name="Sở Thử nghiệm"), agency("H60.91", name="Sở Khác")
    operator = agency("H60.92", name="Sở Khoa học và Công nghệ", is_operator=True)
    made = World(home, away, operator, {}, {}, {})
    for role in roles.ROLES:
        name = role.replace("_", "-")
        made.people[role] = person(f"{name}@lgsp.example", made.agency_of(role), role, full_name="Cán bộ Sở (mẫu)")
    for body, role in ((home, "agency_officer"), (away, "agency_officer"), (operator, "report_officer")):
        somebody = person(f"dong-nghiep.{body.pk}@lgsp.example", body, role, full_name="Cán bộ đồng nghiệp (mẫu)")
        made.colleagues[body.pk] = Membership.objects.get(user=somebody)
    proposer = made.colleagues[operator.pk].user
    record_fact(actor=system_actor("Kiểm thử"), deed="user.sample_made", subject=proposer)
    made.rows = calendar_rows() | {
        "accounts_agency": home,
        "accounts_user": made.people["agency_officer"],
        "accounts_membership": made.colleagues[home.pk],
        "accounts_invitation": invitation_into(home, TOKEN),
        "accounts_rolechange": role_change_in(operator, proposer),
        "audit_fact": Fact.objects.latest("id"),
    }
    return made


# -- the table against the resolver ------------------------------------------------------------------------------------
def addresses(patterns: list[Any], route: str = "", space: str = "") -> Iterator[tuple[str | None, str]]:
    """Give (name, route) of every pattern, namespaces written out."""
    for item in patterns:
        here = route + str(item.pattern)
        if hasattr(item, "url_patterns"):
            yield from addresses(item.url_patterns, here, f"{space}{item.namespace}:" if item.namespace else space)
        else:
            yield f"{space}{item.name}" if item.name else None, here


def unmatched(patterns: list[Any], table: dict[str, Row]) -> list[str]:
    """Find addresses without a row, rows without an address, and patterns nobody can name."""
    found = list(addresses(patterns))
    names = {name for name, _route in found if name}
    nameless = [route for name, route in found if not name and not route.endswith(tuple(NAMELESS))]
    return (
        [f"{name}: has no row in tests/house/addresses.py" for name in sorted(names - table.keys())]
        + [f"{name}: has a row but no address" for name in sorted(table.keys() - names)]
        + [f"{route}: has no name" for route in nameless]
    )


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert unmatched(get_resolver().url_patterns, ADDRESSES) == []


def test_every_staff_model_has_a_row() -> None:
    registered = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
    assert registered == set(STAFF_MODELS)


def test_an_address_without_a_row_and_a_row_without_an_address_are_found() -> None:
    planted = [
        *urls.urlpatterns,
        path("moi/", lambda request: HttpResponse(), name="planted"),
        path("x/", HttpResponse),
    ]
    rows = {name: row for name, row in ADDRESSES.items() if name != "home"}
    assert unmatched(planted, {**rows, "gone": ADDRESSES["home"]}) == [
        "home: has no row in tests/house/addresses.py",
        "planted: has no row in tests/house/addresses.py",
        "gone: has a row but no address",
        "x/: has no name",
    ]


# -- every role opens every address ------------------------------------------------------------------------------------
def outcome(response: Any) -> Answer:
    """Return the status, or the name of the address the visitor was led to."""
    chain = getattr(response, "redirect_chain", [])
    if not chain or response.status_code != 200:
        return int(response.status_code)
    return str(resolve(chain[-1][0].split("?")[0]).view_name)


def policy_faults(response: Any, *, staff: bool) -> list[str]:
    """Find what a content policy lets through that it should not (decisions, 27)."""
    policy = response.headers.get("Content-Security-Policy", "")
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    if "default-src" not in parts:
        return ["no content policy"]
    allowed = {("script-src", "'unsafe-eval'"), ("style-src", "'unsafe-inline'")} if staff else set()
    loose = {(name, value) for name, values in parts.items() for value in values if "unsafe" in value or value == "*"}
    return [f"{name} {value}" for name, value in sorted(loose - allowed)]


def faults(client: Client, world: World, visitor: str, table: dict[str, Row]) -> list[str]:
    """Open every address of *table* as *visitor*; say which answers, words and policies are not as they should be."""
    here = replace(world, visitor=visitor)
    found = []
    for name, row in table.items():
        place = reverse(name, kwargs=row.kwargs(here))
        response = client.get(place, follow=True)
        expected, got = row.policy(visitor), outcome(response)
        if got != expected:
            found.append(f"{visitor} {name} {place}: {got}, expected {expected}")
        if "text/html" in response.headers.get("Content-Type", ""):
            staff = response.request["PATH_INFO"].startswith("/quan-tri/")
            found += [f"{visitor} {name}: {text}" for text in policy_faults(response, staff=staff and got == 200)]
            found += pages.of_page(response.content.decode(), f"{name} {place}")
    return found


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_role_opens_what_the_table_says(world: World, signed_in: Callable[[User], Client], visitor: str) -> None:
    client = Client() if visitor == ANONYMOUS else signed_in(world.people[visitor])
    assert faults(client, world, visitor, ADDRESSES) == []


FOREIGN = {
    "end_membership": ("agency_admin", lambda world: {"pk": world.colleagues[world.away.pk].pk}),
    "extend_membership": ("agency_admin", lambda world: {"pk": world.colleagues[world.away.pk].pk}),
    "decide_role_change": ("division_head", lambda world: {"pk": 0}),
    "agency": ("agency_admin", lambda world: {"code": "H60.99"}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_another_agencys_is_not_there(world: World, signed_in: Callable[[User], Client], name: str) -> None:
    role, kwargs = FOREIGN[name]
    assert signed_in(world.people[role]).get(reverse(name, kwargs=kwargs(world))).status_code == 404


def test_a_foreign_invitation_is_not_there_to_withdraw(world: World, signed_in: Callable[[User], Client]) -> None:
    foreign = invitation_into(world.away, "loi-moi-cua-so-khac")
    client = signed_in(world.people["agency_admin"])
    assert client.post(reverse("withdraw_invitation", kwargs={"pk": foreign.pk})).status_code == 404
    foreign.refresh_from_db()
    assert foreign.withdrawn_at is None


# -- planted faults ----------------------------------------------------------------------------------------------------
def page(text: str) -> Callable[..., HttpResponse]:
    source = '{% extends "base.html" %}{% block content %}<h1>' + text + "</h1>{% endblock %}"
    return lambda request: HttpResponse(Template(source).render(RequestContext(request, {})))


@pytest.fixture
def planted(settings: Any) -> Callable[..., None]:
    """Add addresses to the product for one test."""

    def plant(**views: Callable[..., HttpResponse]) -> None:
        module: Any = ModuleType("planted_urls")
        module.urlpatterns = [*urls.urlpatterns, *(path(f"{name}/", view, name=name) for name, view in views.items())]
        module.handler403, module.handler404 = urls.handler403, urls.handler404
        settings.ROOT_URLCONF = module

    return plant


def test_an_english_word_on_a_rendered_page_is_found(world: World, planted: Callable[..., None]) -> None:
    planted(moi=page("Welcome back"), cu=page("Chào mừng"))
    found = faults(Client(), world, ANONYMOUS, {name: Row(lambda visitor: 200) for name in ("moi", "cu")})
    assert [line.split(" (")[0].split("not ")[1] for line in found] == ["Vietnamese: Welcome, back"]


def test_an_open_door_and_a_locked_one_are_found(
    world: World, planted: Callable[..., None], signed_in: Callable[[User], Client]
) -> None:
    planted(mo=page("Mở"), khoa=needs("register.manage")(page("Khóa")))
    table = {"mo": Row(permission("register.manage")), "khoa": Row(lambda visitor: 200)}
    assert faults(Client(), world, ANONYMOUS, table) == [
        f"anonymous mo /mo/: 200, expected {SIGN_IN}",
        f"anonymous khoa /khoa/: {SIGN_IN}, expected 200",
    ]
    client = signed_in(world.people["agency_admin"])
    assert faults(client, world, "agency_admin", table) == [
        "agency_admin mo /mo/: 200, expected 403",
        "agency_admin khoa /khoa/: 403, expected 200",
    ]


def test_a_loose_content_policy_is_found() -> None:
    response = HttpResponse()
    assert policy_faults(response, staff=False) == ["no content policy"]
    response["Content-Security-Policy"] = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src *"
    assert policy_faults(response, staff=False) == ["script-src 'unsafe-eval'", "style-src *"]
    assert policy_faults(response, staff=True) == ["style-src *"]

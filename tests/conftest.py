"""Fixtures everybody uses: agencies, people with roles, actors and signed-in clients."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import date
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from auditlog.context import disable_auditlog
from django.conf import settings
from django.core.cache import cache, caches
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test import Client, TransactionTestCase

from accounts.models import Agency, Membership, User
from accounts.selectors.actors import actor_for, standings_of
from core.actor import Actor
from core.text import fold, person_sort_key, sort_key
from tests import database
from tests.shelf import SHELF

# Of Valkey's sixteen databases the first are the product's and the journeys'.
FIRST_CACHE = 10
PASSWORD = "Mật-khẩu-thử-2026"
# So many tests are between two sweeps of the database.
SWEPT_AFTER = 100
_ENDED = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to keep the pictures that the browser tests look at."""
    parser.addoption("--screenshots", default="", help="folder to keep screenshots of every page in")


def pytest_sessionstart() -> None:
    """Look for no garbage while tests are collected: what is made then stays."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the thousands of collected tests and all modules out of every later search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Sweep the database now and then, when the test has given back what it held."""
    if next(_ENDED) % SWEPT_AFTER == 0:
        database.sweep()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file's bytes by their argument: what holds a clock would be another test in every process."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(worker_id: str) -> None:
    """Give each process a database of Valkey: what one counts or empties is not another's."""
    place = int("".join(filter(str.isdigit, worker_id)) or 0) + FIRST_CACHE
    kept = settings.CACHES["default"]
    kept["LOCATION"] = f"{kept['LOCATION'].rsplit('/', 1)[0]}/{place}"
    caches.close_all()
    with suppress(AttributeError):
        del caches["default"]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, worker_id: str) -> None:
    """Give each process a database, in the place of pytest-django's way: that looks at every migration once more.

    It is left behind: its server goes with the run, and a process still ending may hold a connection.
    """
    with django_db_blocker.unblock():
        database.take_a_copy(f"{TEST_DATABASE_PREFIX}lgsp_{worker_id}")


@pytest.fixture(scope="session", autouse=True)
def _emptying_after_tests_that_commit() -> Iterator[None]:
    with patch.object(TransactionTestCase, "_fixture_teardown", database.empty):
        yield


@pytest.fixture(scope="session", autouse=True)
def _shelf(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Share the shelf among the processes of the run."""
    if worker_id == "master":
        SHELF.watch(None)
        return
    folder = tmp_path_factory.getbasetemp().parent / "shelf"
    folder.mkdir(exist_ok=True)
    SHELF.watch(folder)


@pytest.fixture(autouse=True)
def _begins_with_nothing() -> None:
    """Begin with an empty shelf and an empty cache: no test is refused for tries that another one made."""
    SHELF.begin()
    cache.clear()


@pytest.fixture
def before_history() -> Callable[[], AbstractContextManager[Any]]:
    """Return what the rows are made under that were there before a test: they have no field history of their own.

    Rooms whose tests are about field history give their own.
    """
    return disable_auditlog


@pytest.fixture
def agency(db: None, before_history: Callable[[], AbstractContextManager[Any]]) -> Callable[..., Agency]:
    """Make (or find) an agency by code."""

    def make(code: str = "H60.90", **fields: Any) -> Agency:
        name = fields.pop("name", f"Cơ quan thử {code}")
        defaults = {
            "name": name,
            "kind": "department",
            "source": "kiểm thử",
            "sort_key": sort_key(name),
            "search": fold(f"{name} {code}"),
        }
        with before_history():
            return Agency.objects.get_or_create(code=code, defaults={**defaults, **fields})[0]

    return make


@pytest.fixture
def person(db: None, before_history: Callable[[], AbstractContextManager[Any]]) -> Callable[..., User]:
    """Make a person holding *roles* in *agency* since 2026 began."""

    def make(email: str, agency: Agency, *roles: str, **fields: Any) -> User:
        name = fields.pop("full_name", f"Cán bộ {email.split('@', maxsplit=1)[0]} (mẫu)")
        with before_history():
            user = User.objects.filter(email=email).first() or User.objects.create_user(
                email, PASSWORD, full_name=name, sort_key=person_sort_key(name), search=fold(f"{name} {email}")
            )
            for role in roles:
                Membership.objects.create(user=user, agency=agency, role=role, valid_from=date(2026, 1, 1), **fields)
        return user

    return make


@pytest.fixture
def actor() -> Callable[..., Actor]:
    """Return a person as the actor they are now."""

    def make(user: User, agency: Agency | None = None) -> Actor:
        return actor_for(user, standings_of(user), agency_id=agency.pk if agency else None)

    return make


@pytest.fixture
def signed_in(db: None) -> Callable[[User], Client]:
    """Return a client signed in as the person, with their second step set up."""

    def make(user: User) -> Client:
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        if not Authenticator.objects.filter(user=user).exists():
            TOTP.activate(user, generate_totp_secret())
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make

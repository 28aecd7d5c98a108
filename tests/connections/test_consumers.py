"""Who uses a service: the provider's load page, SKHCN's, and agencies' names on the catalogue."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import Agency, User
from catalog.models import DataService
from catalog.services.searching import index_service
from connections.models import Grant
from connections.selectors.consumers import consumers_of, most_used
from core.choices import Environment
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk, publish

ADDRESS = "/tai-dich-vu/"


@pytest.fixture
def used(chain: Chain) -> Chain:
    """A live connection that called three times, and a promise below its quota."""
    chain.live()
    log_calls(Grant.objects.open().get(environment=Environment.LIVE), count=3)
    DataService.objects.filter(pk=chain.service.pk).update(capacity_per_day=100)
    return chain


@pytest.fixture
def provider(used: Chain, person: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    """The provider's officer."""
    return signed_in(person("cung-cap@lgsp.example", used.provider, "provider_officer"))


@pytest.mark.clause("QC11.3", "QC4.6")
def test_a_provider_sees_its_consumers_and_that_too_much_was_granted(used: Chain, provider: Client) -> None:
    listed = provider.get(ADDRESS).content.decode()
    assert "Vượt năng lực cam kết" in listed
    assert "Vượt năng lực cam kết" in provider.get(f"{ADDRESS}?over=1").content.decode()
    page = provider.get(f"{ADDRESS}administrative-units/").content.decode()
    for part in (used.agency.name, used.system.name, used.purpose.title, "900", "cao nhất 3"):
        assert part in page


def test_a_dossier_on_its_way_stands_as_asked_for(chain: Chain) -> None:
    chain.approve()
    (row,) = consumers_of(chain.service)
    assert (row.quota, row.asked, row.code) == (None, 900, "")


def test_a_foreign_service_is_not_found(
    used: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    other = signed_in(person("khac@lgsp.example", agency("H60.91"), "provider_officer"))
    assert used.service.title not in other.get(ADDRESS).content.decode()
    assert other.get(f"{ADDRESS}administrative-units/").status_code == 404


def test_staff_see_every_service(used: Chain, desk: Desk) -> None:
    page = desk("operator").get(ADDRESS).content.decode()
    assert used.service.title in page
    assert used.provider.name in page


def test_agencies_are_named_to_people_and_to_nobody_else(used: Chain, desk: Desk) -> None:
    address = "/danh-muc/administrative-units/"
    assert used.agency.name in desk("agency_officer").get(address).content.decode()
    visitor = Client().get(address).content.decode()
    assert "Cơ quan đang khai thác" not in visitor
    assert used.agency.name not in visitor
    assert not re.search(r"\b900\b", strip_tags(visitor))


def test_the_most_used_stands_first(used: Chain) -> None:
    index_service(used.service.pk)
    index_service(publish("aa-first", used.provider).pk)
    assert most_used() == [used.service.pk]
    codes = [item.code for item in Client().get("/danh-muc/", {"sort": "used"}).context["page"]]
    assert codes == ["administrative-units", "aa-first"]


def test_the_queries_do_not_grow(
    used: Chain, provider: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(6):
        publish(f"another-{number}", used.provider)
    with django_assert_max_num_queries(14):
        assert provider.get(ADDRESS).status_code == 200
    with django_assert_max_num_queries(18):
        assert provider.get(f"{ADDRESS}administrative-units/").status_code == 200

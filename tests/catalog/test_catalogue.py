"""The public catalogue: what everyone may know, and nothing more."""

import unicodedata
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Agency, User
from catalog.models import DataService, ServiceVersion
from catalog.services.versions import publish_version, withdraw_version
from core.actor import ANONYMOUS
from tests.catalog.conftest import JOB

Drafts = Callable[..., ServiceVersion]
SECRET_ADDRESS = "http://10.77.66.55:8080/nguon"


@pytest.fixture
def published(draft: Drafts) -> ServiceVersion:
    """A published version at an address nobody may see."""
    return publish_version(actor=JOB, version=draft(url=SECRET_ADDRESS, title="Tra cứu đất đai"))


@pytest.mark.parametrize(
    "words", ["", "dat dai", "Đất đai", unicodedata.normalize("NFD", "Đất đai"), "ADMINISTRATIVE"]
)
def test_everyone_finds_a_published_service_however_they_type(published: ServiceVersion, words: str) -> None:
    page = Client().get("/danh-muc/", {"q": words})
    assert "Tra cứu đất đai" in page.content.decode()


@pytest.mark.parametrize("query", [{"q": "khong co"}, {"provider": "H60.99"}, {"method": "packaged"}])
def test_what_does_not_fit_says_so_and_shows_the_way_back(published: ServiceVersion, query: dict[str, str]) -> None:
    text = Client().get("/danh-muc/", query).content.decode()
    assert "Không tìm thấy dịch vụ nào" in text
    assert "Bỏ 1 điều kiện" in text


def test_facets_count_what_they_would_show(published: ServiceVersion, draft: Drafts) -> None:
    publish_version(actor=JOB, version=draft(code="land-plots", provider="H60.07", title="Thửa đất"))
    page = Client().get("/danh-muc/", {"provider": "H60.07"})
    providers = {option["value"]: option["count"] for option in page.context["facets"][0]["options"]}
    assert providers == {"H60.03": 1, "H60.07": 1}
    assert [item.code for item in page.context["page"]] == ["land-plots"]


@pytest.mark.clause("QC11.2")
def test_the_page_of_a_service_tells_the_four_legal_items_and_no_address(published: ServiceVersion) -> None:
    text = Client().get("/danh-muc/administrative-units/").content.decode()
    for part in ("Cơ quan thử H60.03", "124 xã, phường", "Cơ quan nhà nước trong tỉnh", "Kết nối trực tuyến"):
        assert part in text
    for part in ("/api/data/administrative-units/v1/communes", "Mã đơn vị hành chính"):
        assert part in text
    assert "10.77.66.55" not in text


@pytest.mark.parametrize(
    ("role", "code", "seen"),
    [
        ("", "", False),
        ("agency_officer", "H60.03", False),
        ("provider_officer", "H60.03", True),
        ("provider_officer", "H60.91", False),
        ("evaluator", "H60.02", True),
        ("province_leader", "H60.92", False),
    ],
)
def test_a_draft_is_seen_by_its_provider_and_by_the_operator_only(
    draft: Drafts,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    role: str,
    code: str,
    seen: bool,
) -> None:
    draft()
    client = signed_in(person("ai@lgsp.example", agency(code), role)) if role else Client()
    page = client.get("/danh-muc/administrative-units/")
    assert page.status_code == (200 if seen else 404)
    assert "administrative-units" not in client.get("/danh-muc/").content.decode()


def test_a_withdrawn_service_leaves_the_public_catalogue(published: ServiceVersion) -> None:
    withdraw_version(actor=JOB, version=published, reason="Thay bằng dịch vụ khác")
    assert Client().get("/danh-muc/administrative-units/").status_code == 404
    assert not DataService.objects.visible_to(ANONYMOUS).exists()


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    draft: Drafts, django_assert_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        publish_version(actor=JOB, version=draft(code=f"service-{number}", title=f"Dịch vụ {number}"))
    with django_assert_num_queries(2):
        assert Client().get("/danh-muc/").status_code == 200
    # The service, its versions with operations, fields, structures; standards, health, uptime, duties leave a note;
    # uptime leaves out what was planned (its policy, its windows).
    with django_assert_num_queries(12):
        assert Client().get("/danh-muc/service-3/").status_code == 200

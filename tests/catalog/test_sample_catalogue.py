"""The illustrative catalogue: marked, whole, loaded once, following the sample provider."""

from collections.abc import Callable
from time import perf_counter

import pytest
from django.test import Client

from accounts.models import Agency
from catalog.models import DataElement, DataService, InformationSystem, ServiceEntry, ServiceVersion, Upstream
from catalog.services import sample_catalogue
from catalog.services.sample_catalogue import load_sample_catalogue
from catalog.services.sectors import load_sectors
from core.problems import StateRefused
from lgsp.provider.samples import Samples
from tests.catalog.conftest import JOB
from tests.shelf import SHELF

pytestmark = pytest.mark.xdist_group("samples")  # one process loads the catalogue
ONE, TWO = "http://127.0.0.1:9001", "http://127.0.0.1:9002"


@pytest.fixture
def loaded(agency: Callable[..., Agency], settings: object) -> float:
    """Load everything; return the seconds it took in this process."""
    settings.LOOPBACK_UPSTREAMS = True  # type: ignore[attr-defined]
    return SHELF.take("sample catalogue", lambda: load(agency))


def load(agency: Callable[..., Agency]) -> float:
    rows = [*sample_catalogue._read("sample_services.json"), *sample_catalogue._read("sample_systems.json")]
    for code in {row.get("provider") or row["owner"] for row in rows}:
        agency(code)
    load_sectors(actor=JOB)
    started = perf_counter()
    assert load_sample_catalogue(actor=JOB, provider_url=ONE) == 65
    return perf_counter() - started


@pytest.mark.clause("QC11.2", "QC3.2")
def test_all_of_it_is_marked_published_classed_and_found(loaded: float) -> None:
    assert DataService.objects.filter(is_sample=True).count() == 40
    assert InformationSystem.objects.filter(is_sample=True, state="registered").count() == 25
    assert ServiceVersion.objects.filter(state="published").count() == ServiceEntry.objects.count() == 40
    assert not DataElement.objects.filter(data_class="").exists()
    assert not DataElement.objects.filter(data_type="").exists()
    page = Client().get("/danh-muc/", {"q": "so dinh danh ca nhan"}).content.decode()
    assert "Dữ liệu mẫu" in page
    assert "<mark>Số định danh cá nhân</mark>" in page
    # Some hundreds of statements on a shared machine; the aim is three seconds.
    assert loaded < 15


def test_loading_again_makes_nothing_and_follows_the_provider(loaded: float) -> None:
    assert load_sample_catalogue(actor=JOB, provider_url=TWO) == 0
    addresses = set(Upstream.objects.values_list("base_url", flat=True))
    # One of each environment: no address serves both.
    assert len(addresses) == 80
    assert all(address.startswith((f"{TWO}/mau/", f"{TWO}/thu-nghiem/mau/")) for address in addresses)
    assert load_sample_catalogue(actor=JOB, provider_url=TWO) == 0


def test_the_sample_provider_answers_every_operation_with_its_fields(loaded: float) -> None:
    samples = Samples.read()
    for version in ServiceVersion.objects.select_related("service").prefetch_related("operations__elements"):
        for operation in version.operations.all():
            path = operation.template.replace("{", "").replace("}", "")
            found = samples.answer(version.service.code, operation.method, path)
            record = found[0] if isinstance(found, list) else found
            assert set(record) == {element.name for element in operation.elements.all()}


def test_what_the_register_does_not_have_is_left_out(db: None, settings: object) -> None:
    settings.LOOPBACK_UPSTREAMS = True  # type: ignore[attr-defined]
    assert load_sample_catalogue(actor=JOB, provider_url=ONE) == 0


def test_production_gets_no_samples(db: None, settings: object) -> None:
    settings.MODE = "production"  # type: ignore[attr-defined]
    with pytest.raises(StateRefused):
        load_sample_catalogue(actor=JOB, provider_url=ONE)

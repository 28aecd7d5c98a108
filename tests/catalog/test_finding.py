"""Finding in the catalogue: words in services and their fields, slips put right, facets and order."""

import unicodedata
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Agency
from catalog.models import DataService, SearchWord, Sector, ServiceEntry, ServiceVersion
from catalog.selectors.catalogue import FoundPage, find
from catalog.selectors.finding import Wanted
from catalog.services.data_services import change_service
from catalog.services.operations import set_operation
from catalog.services.versions import create_version, publish_version, withdraw_version
from catalog.tasks import index
from catalog.words import near, words_of, words_of_name
from tests.catalog.conftest import JOB
from tests.shelf import SHELF

Drafts = Callable[..., ServiceVersion]
LAND = "Tra cứu thửa đất, tờ bản đồ"


def search(words: str = "", **chosen: list[str]) -> FoundPage:
    return find(Wanted.asked(words, chosen), start=0, size=20)


def codes(found: FoundPage) -> list[str]:
    return [service.code for service in found.services]


@pytest.fixture
def shared(draft: Drafts) -> dict[str, ServiceVersion]:
    """Three published services, one of them with personal fields."""
    return SHELF.take("shared", lambda: publish_three(draft))


def publish_three(draft: Drafts) -> dict[str, ServiceVersion]:
    found = {
        "land": draft(code="land", title=LAND, provider="H60.07", sharing_class="shared"),
        "units": draft(code="units", title="Danh mục đơn vị hành chính", sharing_class="open"),
        "people": draft(code="people", title="Tra cứu công dân", provider="Z04.01", personal_data="basic"),
    }
    set_operation(
        actor=JOB,
        version=found["people"],
        code="one",
        title="Một người",
        method="GET",
        template="/nguoi/{so}",
        record_path="data",
        elements=[
            ("soDinhDanh", "Số định danh cá nhân", "chuỗi", "personal"),
            ("hoTen", "Họ và tên", "chuỗi", "personal"),
        ],
    )
    return {name: publish_version(actor=JOB, version=version) for name, version in found.items()}


@pytest.mark.parametrize(
    "words",
    ["thua dat", "Thửa đất", unicodedata.normalize("NFD", "Thửa đất"), "THỬA   ĐẤT", "ban do thua", "thửa-đất"],
)
def test_words_are_found_however_they_are_typed(shared: dict[str, ServiceVersion], words: str) -> None:
    assert codes(search(words)) == ["land"]


@pytest.mark.clause("QC4.4")
@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("so dinh danh", "Số định danh cá nhân"),
        ("Số định danh cá nhân", "Số định danh cá nhân"),
        ("sodinhdanh", "Số định danh cá nhân"),
        ("tra cuu dinh danh", "Số định danh cá nhân"),
    ],
)
def test_a_service_is_found_by_its_fields_which_are_named(
    shared: dict[str, ServiceVersion], words: str, label: str
) -> None:
    found = search(words)
    assert codes(found) == ["people"]
    assert found.services[0].matched == [label]  # type: ignore[attr-defined]
    page = Client().get("/danh-muc/", {"q": words}).content.decode()
    assert f"<mark>{label}</mark>" in page


@pytest.mark.parametrize(
    ("words", "instead", "code"),
    [
        ("thua dst", "thua dat", "land"),
        ("thau dat", "thua dat", "land"),
        ("thuaa dat", "thua dat", "land"),
        ("so dinh danhh ca nhan", "so dinh danh ca nhan", "people"),
        ("hanh chnh", "hanh chinh", "units"),
    ],
)
def test_a_slip_is_put_right_and_said(shared: dict[str, ServiceVersion], words: str, instead: str, code: str) -> None:
    found = search(words)
    assert (codes(found)[0], found.instead) == (code, instead)
    assert f"«{instead}»" in Client().get("/danh-muc/", {"q": words}).content.decode()


def test_what_is_found_as_typed_is_not_put_right(shared: dict[str, ServiceVersion]) -> None:
    found = search("cong dan")
    assert (codes(found), found.instead, found.near) == (["people"], "", False)


@pytest.mark.parametrize("words", ["zzzz qqqq", "???", "🙂", "%", "_", "'; drop table", "a" * 100, "\x00"])
def test_odd_words_find_nothing_and_break_nothing(shared: dict[str, ServiceVersion], words: str) -> None:
    page = Client().get("/danh-muc/", {"q": words})
    assert page.status_code == 200
    if words != "\x00":
        text = page.content.decode()
        assert "Không tìm thấy dịch vụ nào" in text
        assert "Gửi nhu cầu dữ liệu" in text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "²", ""])
def test_an_odd_page_number_leads_to_a_page(shared: dict[str, ServiceVersion], page: str) -> None:
    answer = Client().get("/danh-muc/", {"page": page})
    assert len(answer.context["page"].object_list) == 3


def test_each_facet_is_counted_without_itself(shared: dict[str, ServiceVersion]) -> None:
    found = search(share=["open"], provider=["H60.03"])
    assert codes(found) == ["units"]
    assert {value: number for value, _label, number in found.counts["share"]} == {"open": 1}
    assert {value: number for value, _label, number in found.counts["provider"]} == {"H60.03": 1}
    found = search(share=["open"])
    assert {value: number for value, _label, number in found.counts["share"]} == {"open": 1, "shared": 2}
    assert {value: number for value, _label, number in found.counts["personal"]} == {"none": 1}


def test_a_sector_narrows_the_list(shared: dict[str, ServiceVersion]) -> None:
    sector = Sector.objects.create(code="ha-tang", title="Hạ tầng", source="kiểm thử")
    change_service(actor=JOB, service=shared["land"].service, sector=sector)
    assert codes(search(sector=["ha-tang"])) == ["land"]
    assert ("ha-tang", "Hạ tầng", 1) in search().counts["sector"]
    assert codes(search("ha tang")) == ["land"]


def test_what_was_chosen_stays_on_the_page_when_nothing_has_it(shared: dict[str, ServiceVersion]) -> None:
    text = Client().get("/danh-muc/", {"provider": "H60.99", "method": "packaged"}).content.decode()
    assert 'value="H60.99" checked' in text
    assert "Bỏ 2 điều kiện" in text


def test_the_title_counts_more_than_a_field(shared: dict[str, ServiceVersion], draft: Drafts) -> None:
    version = draft(code="aa-other", title="Biến động")
    set_operation(
        actor=JOB,
        version=version,
        code="more",
        title="Thêm",
        method="GET",
        template="/them",
        record_path="data",
        elements=[("ma_thua", "Thửa đất", "chuỗi", "public")],
    )
    publish_version(actor=JOB, version=version)
    assert codes(search("thua dat")) == ["land", "aa-other"]


def test_the_newest_stands_first(shared: dict[str, ServiceVersion]) -> None:
    found = find(Wanted.asked("", {}, "newest"), start=0, size=20)
    assert codes(found) == ["people", "units", "land"]


def test_fields_of_a_draft_are_not_found(shared: dict[str, ServiceVersion]) -> None:
    version = create_version(actor=JOB, service=shared["land"].service, name="v2")
    set_operation(
        actor=JOB,
        version=version,
        code="secret",
        title="Chưa công bố",
        method="GET",
        template="/khac",
        record_path="data",
        elements=[("quy_hoach", "Quy hoạch tuyệt đối", "chuỗi", "restricted")],
    )
    change_service(actor=JOB, service=shared["land"].service, summary="Mô tả mới")
    assert search("quy hoach tuyet doi").total == 0
    assert not SearchWord.objects.filter(word="tuyet").exists()
    assert codes(search("mo ta moi")) == ["land"]


def test_the_index_holds_what_is_published_and_nothing_else(shared: dict[str, ServiceVersion], draft: Drafts) -> None:
    draft(code="never", title="Không công bố")
    withdraw_version(actor=JOB, version=shared["units"], reason="Thay bằng dịch vụ khác")
    published = set(DataService.objects.published().values_list("pk", flat=True))
    assert set(ServiceEntry.objects.values_list("pk", flat=True)) == published
    assert search().total == 2


def test_what_is_missing_from_the_index_is_brought_back(shared: dict[str, ServiceVersion]) -> None:
    ServiceEntry.objects.all().delete()
    call_command("index_catalogue", verbosity=0)
    assert search("thua dat").total == 1
    call_command("index_catalogue", "--again", verbosity=0)
    assert search().total == 3


def test_words_are_taken_apart_and_slips_are_one_letter() -> None:
    assert words_of("  Đất-ĐAI, (QSDĐ)  ") == ["dat", "dai", "qsdd"]
    assert words_of_name("soDinhDanh") == ["sodinhdanh", "so", "dinh", "danh"]
    assert words_of_name("ma_xa") == ["maxa", "ma", "xa"]
    assert words_of_name("code") == ["code"]
    assert {"dat", "dati", "at", "adt"} - near("dat") == {"dat"}


def test_the_night_brings_new_names_of_agencies(shared: dict[str, ServiceVersion]) -> None:
    Agency.objects.filter(code="H60.07").update(name="Sở Tân Trào và Kim Bình")
    assert " trao " not in ServiceEntry.objects.get(service__code="land").own
    index()
    assert " trao " in ServiceEntry.objects.get(service__code="land").own
    assert codes(search("tan trao")) == ["land"]

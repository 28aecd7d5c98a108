"""Staff pages: a service from nothing to published, errors kept, steps offered and refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import DataService, InformationSystem, Operation, Purpose, ServiceVersion, Upstream
from catalog.projection import load_services
from catalog.services.data_services import change_service
from catalog.services.purposes import load_purposes
from catalog.services.versions import publish_version
from tests.catalog.conftest import JOB, LEGAL, SYSTEM, sector

ROOM = "/quan-tri/catalog"
Drafts = Callable[..., ServiceVersion]


@pytest.fixture
def staff(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """A signed-in person of SKHCN."""

    def make(role: str = "operator") -> Client:
        return signed_in(person(f"{role.replace('_', '-')}@lgsp.example", agency("H60.02", is_operator=True), role))

    return make


def service_form(agency: Agency, **fields: Any) -> dict[str, Any]:
    return {
        "code": "land-plots",
        "title": "Thửa đất",
        "summary": "",
        "provider": agency.pk,
        "sector": sector().pk,
        **LEGAL,
        **fields,
    }


@pytest.mark.clause("QC11.2")
def test_a_service_comes_from_nothing_to_published_by_forms_alone(
    staff: Callable[..., Client], agency: Callable[..., Agency], settings: Any
) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    client = staff()

    def send(page: str, **fields: Any) -> None:
        answer = client.post(f"{ROOM}/{page}", fields)
        assert answer.status_code == 302, answer.content.decode()

    send("dataservice/add/", **service_form(agency("H60.07")))
    service = DataService.objects.get()
    send("serviceversion/add/", service=service.pk, name="v1", max_request_bytes=4096)
    version = ServiceVersion.objects.get()
    waiting = client.get(f"{ROOM}/serviceversion/{version.pk}/change/").content.decode()
    assert "Chưa thể thực hiện «Công bố phiên bản»" in waiting
    assert client.post(f"{ROOM}/serviceversion/{version.pk}/viec/publish/").status_code == 422
    send(
        "operation/add/",
        version=version.pk,
        code="plot",
        title="Một thửa",
        method="GET",
        template="/plots/{code}",
        record_path="data",
        elements="code: Mã thửa | chuỗi | Công khai\nowner_name: Tên chủ: đầy đủ | | Hạn chế\n\n",
    )
    assert dict(Operation.objects.get().elements.values_list("name", "label"))["owner_name"] == "Tên chủ: đầy đủ"
    send(
        "upstream/add/",
        version=version.pk,
        environment="live",
        place=1,
        base_url="http://127.0.0.1:9001",
        timeout_ms=5000,
        health_path="/health",
        active="on",
    )
    assert "không hiện" in client.get(f"{ROOM}/serviceversion/{version.pk}/viec/publish/").content.decode()
    send(f"serviceversion/{version.pk}/viec/publish/")
    assert [(row.code, row.max_request_bytes, row.timeout_ms) for row in load_services()] == [
        ("land-plots", 4096, 5000)
    ]
    facts = list(Fact.objects.filter(actor_name__startswith="Cán bộ operator").values_list("deed", flat=True))
    assert set(facts) >= {
        "service.entered",
        "version.made",
        "operation.entered",
        "upstream.entered",
        "version.published",
    }


def test_a_system_is_registered_changed_and_retired_by_forms(
    staff: Callable[..., Client], agency: Callable[..., Agency]
) -> None:
    client, owner = staff(), agency("H60.11")
    typed = {
        **SYSTEM,
        "name": "Hồ sơ sức khỏe",
        "owner": owner.pk,
        "operating_unit": owner.pk,
        "networks": "10.0.0.1\n10.1.0.0/16",
    }
    wrong = client.post(f"{ROOM}/informationsystem/add/", {**typed, "networks": "10.0"})
    assert "«10.0» chưa phải địa chỉ IP" in wrong.content.decode()
    assert "Hồ sơ sức khỏe" in wrong.content.decode()
    assert client.post(f"{ROOM}/informationsystem/add/", typed).status_code == 302
    made = InformationSystem.objects.get()
    assert (made.code, made.networks) == ("H60.11.HT01", ["10.0.0.1", "10.1.0.0/16"])
    page = client.get(f"{ROOM}/informationsystem/{made.pk}/change/")
    assert "10.1.0.0/16" in page.content.decode()
    changed = {**typed, "supplier": "Nhà thầu", "seen": made.revision}
    assert client.post(f"{ROOM}/informationsystem/{made.pk}/change/", changed).status_code == 302
    assert InformationSystem.objects.get().supplier == "Nhà thầu"
    slower = client.post(f"{ROOM}/informationsystem/{made.pk}/change/", {**changed, "supplier": "Khác"})
    assert "vừa thay đổi nội dung này" in slower.content.decode()
    assert InformationSystem.objects.get().supplier == "Nhà thầu"
    step = f"{ROOM}/informationsystem/{made.pk}/viec/retire/"
    assert "Nhập lý do" in client.post(step, {"reason": ""}).content.decode()
    assert client.post(step, {"reason": "Hết dùng"}).status_code == 302
    assert client.post(step, {"reason": "Hết dùng"}).status_code == 409
    assert InformationSystem.objects.get().state == "retired"


def test_a_step_the_table_does_not_know_is_refused(staff: Callable[..., Client], draft: Drafts) -> None:
    version, client = draft(), staff()
    assert client.get(f"{ROOM}/serviceversion/{version.pk}/viec/withdraw/").status_code == 404
    assert client.post(f"{ROOM}/serviceversion/{version.pk}/viec/withdraw/", {"reason": "x"}).status_code == 409
    assert client.post(f"{ROOM}/serviceversion/{version.pk}/viec/delete/").status_code == 409
    assert client.post(f"{ROOM}/serviceversion/999999/viec/publish/").status_code == 404
    assert client.post(f"{ROOM}/operation/{Operation.objects.get().pk}/viec/burn/").status_code == 409
    assert ServiceVersion.objects.get().state == "draft"


@pytest.mark.parametrize("role", ["evaluator", "department_leader", "security_officer", "inspector"])
def test_those_who_only_read_read_and_change_nothing(staff: Callable[..., Client], draft: Drafts, role: str) -> None:
    version, client = draft(), staff(role)
    operation, upstream = Operation.objects.get(), Upstream.objects.first()
    assert upstream is not None
    load_purposes(actor=JOB)
    facts = Fact.objects.count()
    pages = {
        f"{ROOM}/dataservice/{version.service_id}/": {"title": "Khác"},
        f"{ROOM}/serviceversion/{version.pk}/": {"max_request_bytes": 2048},
        f"{ROOM}/operation/{operation.pk}/": {"title": "Khác"},
        f"{ROOM}/upstream/{upstream.pk}/": {"base_url": "http://10.1.1.1"},
        f"{ROOM}/purpose/{Purpose.objects.values_list('pk', flat=True)[0]}/": {"title": "Khác"},
    }
    for page, typed in pages.items():
        assert client.get(f"{page}change/").status_code == 200
        assert client.post(f"{page}change/", typed).status_code == 403
    assert client.post(f"{ROOM}/serviceversion/{version.pk}/viec/publish/").status_code == 403
    assert client.post(f"{ROOM}/operation/{operation.pk}/viec/remove/").status_code in (403, 409)
    assert Fact.objects.count() == facts
    assert Operation.objects.exists()


def test_an_operation_goes_by_its_step_and_stays_once_published(staff: Callable[..., Client], draft: Drafts) -> None:
    version, client = draft(), staff()
    operation = Operation.objects.get()
    page = f"{ROOM}/operation/{operation.pk}/"
    text = client.get(f"{page}change/").content.decode()
    assert "code: Mã đơn vị hành chính | chuỗi | Công khai" in text
    assert "Gỡ thao tác" in text
    publish_version(actor=JOB, version=version)
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"title": "Khác"}).status_code == 403
    assert client.post(f"{page}viec/remove/").status_code == 409
    other = draft(code="land-plots")
    removed = client.post(f"{ROOM}/operation/{other.operations.get().pk}/viec/remove/")
    assert (removed.status_code, removed["Location"]) == (302, f"{ROOM}/operation/")
    assert not other.operations.exists()


def test_two_people_on_one_service_do_not_overwrite_each_other(staff: Callable[..., Client], draft: Drafts) -> None:
    service, client = draft().service, staff()
    typed = {**service_form(service.provider), "title": "Của tôi", "seen": service.revision}
    change_service(actor=JOB, service=service, title="Nhanh hơn")
    page = client.post(f"{ROOM}/dataservice/{service.pk}/change/", typed)
    assert "vừa thay đổi nội dung này" in page.content.decode()
    assert "Của tôi" in page.content.decode()
    assert DataService.objects.get().title == "Nhanh hơn"


def test_lists_take_the_same_queries_for_many(
    staff: Callable[..., Client], draft: Drafts, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = staff()
    for number in range(10):
        draft(code=f"service-{number}")
    for model in ("dataservice", "serviceversion", "operation", "upstream"):
        with django_assert_max_num_queries(12):
            assert client.get(f"{ROOM}/{model}/", {"q": "don vi"}).status_code == 200

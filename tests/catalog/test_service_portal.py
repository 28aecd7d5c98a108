"""The provider's own pages: from nothing to asking for publication by forms; others' services are not found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import ApiDescription, DataService, Operation, ServiceVersion, Upstream
from catalog.services.data_services import change_service
from catalog.services.operations import set_operation
from catalog.services.versions import move_version, publish_version
from tests.catalog.conftest import JOB, LEGAL, sector
from tests.catalog.openapi_samples import PLOTS, as_bytes, put, sound
from tests.shelf import SHELF

HOME = "/dich-vu-cua-co-quan/"
Drafts = Callable[..., ServiceVersion]
Officers = Callable[..., Client]


@pytest.fixture
def officer(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Officers:
    """A signed-in person of a role at an agency."""

    def make(role: str = "provider_officer", code: str = "H60.03") -> Client:
        body = agency(code, is_operator=code == "H60.02")
        return signed_in(person(f"{role.replace('_', '-')}.{code.lower()}@lgsp.example", body, role))

    return make


def sent(client: Client, page: str, **fields: Any) -> str:
    answer = client.post(page, fields)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def text_of(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("QC11.2", "QC3.3")
def test_a_service_comes_from_nothing_to_asked_for_by_forms_alone(officer: Officers, settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS = True
    client = officer()
    assert "Đăng ký dịch vụ đầu tiên" in text_of(client, HOME)
    page = sent(client, "/dang-ky-dich-vu/", title="Thửa đất", code="land-plots", not_state_secret="on")
    assert page == f"{HOME}land-plots/"
    assert "Còn thiếu trước khi đề nghị công bố" in text_of(client, page)
    legal = {**LEGAL, "title": "Thửa đất", "personal_data": "basic", "sector": sector().pk}
    legal |= {"default_quota": "5.000", "capacity_per_day": "100 000", "update_every_days": "7", "revision": 1}
    assert sent(client, f"{page}sua/", **legal) == page
    stored = DataService.objects.get()
    assert (stored.default_quota, stored.capacity_per_day, stored.update_every_days) == (5000, 100_000, 7)
    version = sent(client, f"{page}phien-ban-moi/", name="v1", max_request_bytes="4096")
    assert version == f"{page}v1/"
    operation = {"title": "Một thửa", "code": "plot", "method": "GET", "template": "/plots/{code}", "record_path": ""}
    lines = "code: Mã thửa | chuỗi | Dùng chung\nowner: Tên chủ sử dụng"
    sent(client, f"{version}thao-tac/", **operation, elements=lines)
    shown = text_of(client, version)
    assert "Chưa phân loại trường dữ liệu: owner" in shown
    assert "Chưa có địa chỉ hệ thống nguồn" in shown
    assert client.post(f"{version}viec/ask/").status_code == 422
    sent(client, f"{version}thao-tac/plot/", **operation, elements=f"{lines} | chuỗi | Cá nhân")
    address = {"environment": "live", "place": "1", "base_url": "http://127.0.0.1:9001", "timeout_ms": "5000"}
    sent(client, f"{version}dia-chi/", **address, health_path="/health", active="on")
    place = f"{version}dia-chi/{Upstream.objects.get().pk}/"
    sent(client, place, **{**address, "timeout_ms": "6.000"}, health_path="/")
    assert (Upstream.objects.get().timeout_ms, Upstream.objects.get().active) == (6000, False)
    sent(client, place, **address, health_path="/", active="on")
    assert "trả lại kèm lý do" in text_of(client, f"{version}viec/ask/")
    sent(client, f"{version}viec/ask/")
    assert ServiceVersion.objects.get().state == "awaiting"
    assert "Chờ công bố" in text_of(client, HOME)
    assert "rút đề nghị công bố nếu cần sửa" in text_of(client, page)
    sent(client, f"{version}viec/recall/")
    assert ServiceVersion.objects.get().state == "draft"
    sent(client, f"{version}thao-tac/plot/go/")
    assert not Operation.objects.exists()


def test_errors_come_back_with_everything_that_was_typed(officer: Officers, draft: Drafts) -> None:
    client, version = officer(), draft()
    page = client.post("/dang-ky-dich-vu/", {"title": "Thửa đất", "code": "Mã Sai", "default_quota": "nhiều"})
    text = page.content.decode()
    assert "<title>Lỗi: " in text
    assert "Mã Sai" in text
    assert "nhiều" in text
    page = client.post("/dang-ky-dich-vu/", {"title": "Mật", "code": "secret", "data_scope": "Dữ liệu"})
    assert "bí mật nhà nước" in page.content.decode()
    assert DataService.objects.count() == 1
    typed = {"title": "X", "code": "communes", "method": "GET", "template": "communes", "elements": "mã: Mã"}
    page = client.post(f"{HOME}{version.service.code}/v1/thao-tac/", typed)
    for part in ("bắt đầu bằng dấu /", "Tên trường gồm chữ không dấu", "mã: Mã"):
        assert part in page.content.decode()
    assert Operation.objects.count() == 1
    page = client.post(f"{HOME}{version.service.code}/phien-ban-moi/", {"name": "v1", "max_request_bytes": "4096"})
    assert "Dịch vụ đã có phiên bản này" in page.content.decode()


def test_the_slower_of_two_keeps_their_text_and_may_send_again(officer: Officers, draft: Drafts) -> None:
    service, client = draft().service, officer()
    typed = {**LEGAL, "title": "Của tôi", "sector": sector().pk, "revision": service.revision}
    change_service(actor=JOB, service=service, title="Nhanh hơn")
    page = client.post(f"{HOME}{service.code}/sua/", typed)
    assert "vừa thay đổi nội dung này" in page.content.decode()
    assert "Nhanh hơn" in page.content.decode()
    assert 'value="Của tôi"' in page.content.decode()
    assert DataService.objects.get().title == "Nhanh hơn"
    sent(client, f"{HOME}{service.code}/sua/", **{**typed, "revision": page.context["form"]["revision"].value()})
    assert DataService.objects.get().title == "Của tôi"


@pytest.mark.clause("QC4.4")
def test_fields_that_others_share_are_pointed_to_before_the_operation_is_kept(
    officer: Officers, draft: Drafts
) -> None:
    publish_version(actor=JOB, version=draft(code="communes", provider="H60.07", title="Danh mục xã"))
    client, mine = officer(), draft(code="mine")
    typed = {"title": "Một", "code": "one", "method": "GET", "template": "/one"}
    page = client.post(f"{HOME}mine/v1/thao-tac/", {**typed, "elements": "ma: Mã đơn vị hành chính", "look": "1"})
    text = page.content.decode()
    assert "Dữ liệu đã được chia sẻ" in text
    assert "Danh mục xã" in text
    assert Operation.objects.filter(version=mine).count() == 1
    page = client.post(f"{HOME}mine/v1/thao-tac/", {**typed, "elements": "dien_tich: Diện tích", "look": "1"})
    assert "Chưa dịch vụ nào khác chia sẻ" in page.content.decode()
    assert "Danh mục xã" in text_of(client, f"{HOME}mine/v1/")


@pytest.mark.clause("QC11.2")
def test_a_description_is_looked_at_and_applied_with_a_second_press(officer: Officers, draft: Drafts) -> None:
    client, version = officer(), draft()
    room = f"{HOME}{version.service.code}/v1/openapi/"
    assert "Xem khác biệt" in text_of(client, room)
    bad = client.post(room, {"file": SimpleUploadedFile("a.json", as_bytes({"swagger": "2.0"}))})
    assert "chuyển sang 3.0" in bad.content.decode()
    assert "Chọn tệp mô tả OpenAPI" in client.post(room, {}).content.decode()
    wrong = put((*PLOTS, "responses"), None)
    page = sent(client, room, file=SimpleUploadedFile("a.json", as_bytes(wrong)))
    text = text_of(client, page)
    assert "/paths/~1plots/get/responses" in text
    assert "Áp dụng vào bản nháp" not in text
    page = sent(client, room, file=SimpleUploadedFile("a.json", as_bytes(sound())))
    text = text_of(client, page)
    for part in ("2 thao tác thêm, 0 thay đổi", "1 bỏ, 0 giữ nguyên", "owner_name", "Áp dụng vào bản nháp"):
        assert part in " ".join(text.split())
    assert set(Operation.objects.values_list("code", flat=True)) == {"communes"}
    assert "Phiên bản vừa thay đổi" in client.post(page, {"seen": "0" * 64}).content.decode()
    seen = client.get(page).context["difference"].seen
    assert sent(client, page, seen=seen) == f"{HOME}{version.service.code}/v1/"
    assert set(Operation.objects.values_list("code", flat=True)) == {"list-plots", "get-plot"}
    assert "Không có khác biệt" in text_of(client, page)


@pytest.mark.clause("QC11.2")
def test_a_published_version_refuses_and_offers_the_next(officer: Officers, draft: Drafts) -> None:
    client, version = officer(), publish_version(actor=JOB, version=draft())
    room = f"{HOME}{version.service.code}/v1/openapi/"
    page = sent(client, room, file=SimpleUploadedFile("a.json", as_bytes(sound())))
    text = text_of(client, page)
    assert "nên giữ nguyên" in text
    assert "Lập phiên bản mới" in text
    done = sent(client, page, seen=client.get(page).context["difference"].seen)
    assert done == f"{HOME}{version.service.code}/v2/"
    assert set(version.operations.values_list("code", flat=True)) == {"communes"}
    assert "Đã áp dụng mô tả vào phiên bản v2" in text_of(client, done)


def given_back(version: ServiceVersion) -> tuple[ServiceVersion, ApiDescription]:
    """Ask for it, give it back, and hand in a description."""
    move_version(actor=JOB, version=version, step="ask")
    move_version(actor=JOB, version=version, step="give_back", reason="Sửa")
    found = ApiDescription.objects.create(
        version=version,
        file_name="a.json",
        sha256="0" * 64,
        size=1,
        openapi="3.0.3",
        title="A",
        content=as_bytes(sound()),
        handed_in_at=version.service.versions.get().published_at or "2026-01-01T00:00:00Z",
    )
    return version, found


@pytest.mark.parametrize(
    ("role", "code", "opens"),
    [
        ("provider_officer", "H60.03", True),
        ("provider_officer", "H60.91", False),
        ("agency_officer", "H60.03", False),
        ("operator", "H60.02", False),
        ("", "", False),
    ],
)
def test_who_may_open_and_change_an_agency_s_service(
    officer: Officers, draft: Drafts, role: str, code: str, opens: bool
) -> None:
    version, found = SHELF.take("given back with a description", lambda: given_back(draft()))
    client = officer(role, code) if role else Client()
    operation, upstream = Operation.objects.get(), Upstream.objects.first()
    assert upstream is not None
    own, facts = f"{HOME}{version.service.code}/", Fact.objects.count()
    pages = [
        *("", "sua/", "phien-ban-moi/", "v1/", "v1/sua/", "v1/viec/ask/", "v1/thao-tac/"),
        *(f"v1/thao-tac/{operation.code}/", f"v1/thao-tac/{operation.code}/go/", "v1/dia-chi/"),
        f"v1/thao-tac/{operation.code}/soap/",
        *(f"v1/dia-chi/{upstream.pk}/", "v1/openapi/", f"v1/openapi/{found.pk}/"),
    ]
    for page in pages:
        status = client.get(f"{own}{page}").status_code
        assert status == 200 if opens else status in (302, 403, 404), page
        if not opens:
            assert client.post(f"{own}{page}", {"title": "X", "seen": "x"}).status_code in (302, 403, 404, 405), page
    assert Fact.objects.count() == facts
    assert Operation.objects.count() == 1
    for page in ("v2/", "v1/thao-tac/khong-co/", "v1/dia-chi/999999/", "v1/openapi/999999/", "v1/viec/publish/"):
        assert client.get(f"{own}{page}").status_code in (302, 403, 404), page


def test_lists_take_the_same_queries_for_many(
    officer: Officers, draft: Drafts, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = officer()
    for number in range(12):
        version = draft(code=f"service-{number}", title=f"Dịch vụ {number}")
    for number in range(15):
        set_operation(
            actor=JOB,
            version=version,
            code=f"op-{number}",
            title="Một",
            method="GET",
            template=f"/o{number}",
            elements=[("a", "Trường thử", "chuỗi", "public")],
        )
    with django_assert_max_num_queries(10):
        assert client.get(HOME, {"q": "dich vu"}).context["page"].paginator.count == 12
    with django_assert_max_num_queries(12):
        assert client.get(f"{HOME}service-11/").status_code == 200
    with django_assert_max_num_queries(24):
        assert client.get(f"{HOME}service-11/v1/").status_code == 200
